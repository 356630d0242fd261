// Saving what an agent left behind, and taking its worktree and branch away.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <utility>

#include "base/strings.h"
#include "git/command.h"
#include "git/refs.h"
#include "git/workspace.h"
#include "git/workspace_parts.h"
#include "git/worktree_admin.h"
#include "git/worktrees.h"
#include "os/crash_point.h"
#include "os/files.h"

namespace par::git {
namespace {

int number_of(const RefName& ref, const std::string& prefix) {
  int number = 0;
  const std::string text = ref.str().substr(std::min(prefix.size(), ref.str().size()));
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// Of the commits that the worktree's HEAD has ever been at, and `heads`: those that no other of them holds.
Result<std::vector<ObjectId>> independent_heads(const Worktree& worktree, std::vector<std::string> heads) {
  // Expired or missing reflogs, and objects that are gone already, leave nothing to save.
  PAR_ASSIGN(const auto reflog, run_git({"rev-list", "--walk-reflogs", "HEAD", "--"}, in_worktree(worktree)));
  if (reflog.exit_code == 0) {
    const auto seen = split_terminated(reflog.out, '\n');
    heads.insert(heads.end(), seen.begin(), seen.end());
  }
  std::sort(heads.begin(), heads.end());
  heads.erase(std::unique(heads.begin(), heads.end()), heads.end());
  std::vector<std::string> args{"merge-base", "--independent"};
  args.insert(args.end(), heads.begin(), heads.end());
  PAR_ASSIGN(const std::string out, git_output(args, in_worktree(worktree)));
  std::vector<ObjectId> independent;
  for (const auto& line : split_terminated(out, '\n')) independent.emplace_back(line);
  return independent;
}

// The tree of what is staged; nullopt where git cannot write it (unresolved conflicts).
Result<std::optional<ObjectId>> staged_tree(const Worktree& worktree) {
  PAR_ASSIGN(const auto finished, run_git({"write-tree"}, in_worktree(worktree)));
  if (finished.exit_code != 0) return std::optional<ObjectId>();
  return std::optional(ObjectId(trim(finished.out)));
}

// What there is to save: `parents` hold all commits, the first is the worktree's HEAD.
struct Remains {
  ObjectId tree;
  std::vector<ObjectId> parents;
  bool head_is_known = false;  // it is in what the branch started from
  ObjectId head_tree;

  [[nodiscard]] bool empty() const { return head_is_known && parents.size() == 1 && tree == head_tree; }
};

bool is_saved_by(const CommitInfo& commit, const Remains& remains) {
  if (remains.parents == std::vector<ObjectId>{commit.id} && commit.tree == remains.tree) return true;
  return commit.tree == remains.tree && commit.parents == remains.parents;
}

std::optional<Salvaged> find_saved(const std::vector<std::pair<RefName, CommitInfo>>& saved,
                                   const Remains& remains) {
  for (const auto& [ref, commit] : saved)
    if (is_saved_by(commit, remains)) return Salvaged{ref, commit.id};
  return std::nullopt;
}

// The reflog remembers what was saved at earlier times, too.
Result<void> leave_out_saved(const Objects& objects, const std::vector<std::pair<RefName, CommitInfo>>& saved,
                             Remains& remains) {
  std::vector<ObjectId> kept{remains.parents.front()};
  for (std::size_t i = 1; i < remains.parents.size(); ++i) {
    bool is_saved = false;
    for (const auto& [ref, commit] : saved) {
      if (is_saved) break;
      PAR_ASSIGN(is_saved, objects.is_ancestor(remains.parents[i], commit.id));
    }
    if (!is_saved) kept.push_back(remains.parents[i]);
  }
  remains.parents = std::move(kept);
  return {};
}

// Repositories below the worktree that hold their own objects (not submodules, whose objects are ours). They
// are no part of any tree, so they are moved away as they are: to <destination>/<n>/<path>.
Result<void> move_nested_repositories(const std::string& worktree, const std::string& destination) {
  namespace fs = std::filesystem;
  std::vector<fs::path> nested;
  std::error_code failed;
  for (auto at =
           fs::recursive_directory_iterator(worktree, fs::directory_options::skip_permission_denied, failed);
       !failed && at != fs::recursive_directory_iterator(); at.increment(failed)) {
    if (!at->is_directory(failed) || at->is_symlink(failed)) continue;
    if (!fs::is_directory(fs::symlink_status(at->path() / ".git", failed))) continue;
    nested.push_back(at->path());
    at.disable_recursion_pending();
  }
  if (nested.empty()) return {};
  PAR_ASSIGN(const auto earlier, os::list_directory(destination));
  const std::string place = fmt::format("{}/{}", destination, earlier.size() + 1);
  for (const auto& path : nested) {
    const std::string target = place + "/" + fs::relative(path, worktree, failed).string();
    PAR_TRY(os::make_directories(os::parent_directory(target), 0700));
    fs::rename(path, target, failed);
    if (failed)
      return Error(fmt::format("'{}' is a repository of its own and cannot be moved to '{}': {}",
                               path.string(), target, failed.message()))
          .hint("move it away, then try again: what it holds is not saved otherwise");
  }
  return {};
}

class Collector {
 public:
  Collector(Objects& objects, Signature who, AgentName agent, const ObjectId& start)
      : objects_(objects), who_(std::move(who)), agent_(std::move(agent)), start_(start) {}

  // nullopt: nothing beyond the start.
  Result<std::optional<Remains>> collect(const std::optional<Worktree>& worktree,
                                         const std::optional<ObjectId>& tip) {
    if (!worktree || worktree->head.empty()) return collect_branch(tip);
    Remains remains;
    remains.parents.push_back(worktree->head);
    PAR_ASSIGN(const CommitInfo head, objects_.commit(worktree->head));
    remains.tree = remains.head_tree = head.tree;
    PAR_ASSIGN(remains.head_is_known, objects_.is_ancestor(worktree->head, start_));
    std::vector<std::string> heads{worktree->head.str()};
    if (tip) heads.push_back(tip->str());
    PAR_ASSIGN(const auto independent, independent_heads(*worktree, std::move(heads)));
    for (const auto& commit : independent) {
      PAR_ASSIGN(const bool known, objects_.is_ancestor(commit, start_));
      if (!known && commit != worktree->head) remains.parents.push_back(commit);
    }
    if (os::is_directory(worktree->path) && os::exists(worktree->git_dir + "/index"))
      PAR_TRY(collect_files(*worktree, head.tree, remains));
    if (remains.empty()) return std::optional<Remains>();
    return std::optional(std::move(remains));
  }

 private:
  Result<std::optional<Remains>> collect_branch(const std::optional<ObjectId>& tip) {
    if (!tip) return std::optional<Remains>();
    PAR_ASSIGN(const bool known, objects_.is_ancestor(*tip, start_));
    if (known) return std::optional<Remains>();
    PAR_ASSIGN(const CommitInfo commit, objects_.commit(*tip));
    return std::optional(Remains{commit.tree, {*tip}, false, commit.tree});
  }

  // The files, and the index where it holds something that they do not.
  Result<void> collect_files(const Worktree& worktree, const ObjectId& head_tree, Remains& remains) {
    PAR_ASSIGN(remains.tree, write_worktree_tree(worktree));
    PAR_ASSIGN(const auto staged, staged_tree(worktree));
    if (!staged || *staged == remains.tree || *staged == head_tree) return {};
    // Always the same commit for the same index.
    Signature who = who_;
    who.when = 0;
    const std::string message = fmt::format("{}: staged\n", agent_.str());
    PAR_ASSIGN(const ObjectId commit, objects_.write_commit({*staged, {worktree.head}, message, who, who}));
    remains.parents.push_back(commit);
    return {};
  }

  Objects& objects_;
  Signature who_;
  AgentName agent_;
  const ObjectId& start_;
};

}  // namespace

Result<RefName> save_numbered(const Repository& repository, const std::string& prefix,
                              const ObjectId& commit) {
  PAR_ASSIGN(const auto refs, list_refs(repository, prefix));
  int highest = 0;
  for (const auto& [ref, oid] : refs) highest = std::max(highest, number_of(ref, prefix));
  for (const auto& [ref, oid] : refs)
    if (number_of(ref, prefix) == highest && oid == commit) return ref;
  for (;;) {
    const RefName ref(prefix + std::to_string(++highest));
    PAR_ASSIGN(const Swap swap, swap_ref(repository, ref, ObjectId(), commit, ""));
    if (swap == Swap::moved) return ref;
  }
}

Result<std::optional<Salvaged>> RunWorkspace::salvage(const AgentName& agent, const ObjectId& start) {
  const std::string path = worktree_path(repository_, template_, run_, agent);
  PAR_ASSIGN(const auto worktree, find_worktree(repository_, path));
  if (worktree)
    PAR_TRY(move_nested_repositories(
        path, fmt::format("{}/salvage/{}/{}", repository_.state_dir(), run_.str(), agent.str())));
  PAR_ASSIGN(const auto tip, read_ref(repository_, branch_ref(run_, agent)));
  PAR_ASSIGN(auto remains, Collector(objects_, committer_, agent, start).collect(worktree, tip));
  if (!remains) return std::optional<Salvaged>();

  const std::string prefix = fmt::format("refs/par/salvage/{}/{}/", run_.str(), agent.str());
  PAR_ASSIGN(const auto refs, list_refs(repository_, prefix));
  std::vector<std::pair<RefName, CommitInfo>> saved;
  for (const auto& [ref, oid] : refs) {
    PAR_ASSIGN(CommitInfo info, objects_.commit(oid));
    saved.emplace_back(ref, std::move(info));
  }
  if (auto found = find_saved(saved, *remains)) return found;
  PAR_TRY(leave_out_saved(objects_, saved, *remains));
  if (remains->empty()) return std::optional<Salvaged>();
  if (auto found = find_saved(saved, *remains)) return found;

  ObjectId commit = remains->parents.front();
  if (remains->tree != remains->head_tree || remains->parents.size() > 1) {
    const Signature who = signature_now(committer_);
    const std::string message = fmt::format("{}: what was left in its worktree\n", agent.str());
    PAR_ASSIGN(commit, objects_.write_commit({remains->tree, remains->parents, message, who, who}));
  }
  PAR_TRY(make_durable());
  PAR_ASSIGN(const RefName ref, save_numbered(repository_, prefix, commit));
  return std::optional(Salvaged{ref, commit});
}

Result<std::optional<Salvaged>> RunWorkspace::remove_agent(const AgentName& agent, const ObjectId& start) {
  PAR_ASSIGN(const auto saved, salvage(agent, start));
  PAR_TRY(make_durable());
  PAR_TRY(os::crash_point("clean.salvaged"));
  const std::string path = worktree_path(repository_, template_, run_, agent);
  PAR_TRY(remove_worktree(repository_, path));
  remove_empty_parents(repository_, template_, path);
  PAR_TRY(os::crash_point("clean.removed"));
  const RefName branch = branch_ref(run_, agent);
  PAR_ASSIGN(const auto tip, read_ref(repository_, branch));
  if (tip) {
    PAR_ASSIGN(const Swap swap, delete_ref(repository_, branch, *tip));
    if (swap == Swap::lost) {
      return Error(fmt::format("the branch '{}' moved while it was removed", short_name(branch)))
          .hint("something still works on it: end that, then try again");
    }
  }
  PAR_TRY(os::crash_point("clean.removed"));
  return saved;
}

}  // namespace par::git
