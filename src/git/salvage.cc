// Saving what an agent left behind, and taking its worktree and branch away.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <utility>

#include "base/strings.h"
#include "git/command.h"
#include "git/part_filled.h"
#include "git/refs.h"
#include "git/workspace.h"
#include "git/workspace_parts.h"
#include "git/worktree_admin.h"
#include "git/worktree_files.h"
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

// The newest commit that the reflog of the worktree's HEAD names and that is still there. The file itself is
// read: git finds no reflog by a HEAD that it cannot read.
std::optional<ObjectId> newest_in_reflog(const Objects& objects, const Worktree& worktree) {
  auto lines = split_terminated(os::read_file(worktree.git_dir + "/logs/HEAD").value_or(""), '\n');
  std::reverse(lines.begin(), lines.end());
  for (const auto& line : lines) {
    const auto words = split(line, ' ');
    if (words.size() < 2) continue;
    for (const auto& word : {words[1], words[0]})
      if (objects.commit(ObjectId(word))) return ObjectId(word);
  }
  return std::nullopt;
}

// A HEAD that names no commit (unborn, deleted, overwritten) names one again: the branch's, or the last that
// it was at, or the start. Without that git reads neither index nor reflog, and there is nothing that the
// files could be compared with.
Result<void> mend_head(const Objects& objects, const std::optional<ObjectId>& tip, const ObjectId& start,
                       Worktree& worktree) {
  if (!worktree.head.empty() && objects.has(worktree.head)) return {};
  const auto known = tip ? tip : newest_in_reflog(objects, worktree);
  worktree.head = known.value_or(start);
  PAR_TRY(os::write_file_durably(worktree.git_dir + "/HEAD", worktree.head.str() + "\n", 0644));
  return os::crash_point("salvage.head");
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

namespace fs = std::filesystem;

// Directories below `root` of the kind that is asked for; none lies in another.
template <class IsWanted>
std::vector<fs::path> find_directories(const std::string& root, const IsWanted& is_wanted) {
  std::vector<fs::path> found;
  visit_directories(root, [&](const fs::path& path) {
    const bool wanted = is_wanted(path);
    if (wanted) found.push_back(path);
    return !wanted;
  });
  return found;
}

// To <destination>/<n>/<path>. Empty directories take their places: where git knows a submodule, that is no
// change.
Result<void> move_repositories(const std::string& worktree, const std::vector<fs::path>& repositories,
                               const std::string& destination) {
  if (repositories.empty()) return {};
  PAR_ASSIGN(const auto earlier, os::list_directory(destination));
  const std::string place = fmt::format("{}/{}", destination, earlier.size() + 1);
  std::error_code failed;
  for (const auto& path : repositories) {
    const std::string target = place + "/" + fs::relative(path, worktree, failed).string();
    PAR_TRY(os::make_directories(os::parent_directory(target), 0700));
    fs::rename(path, target, failed);
    if (failed)
      return Error(fmt::format("'{}' is a repository of its own and cannot be moved to '{}': {}",
                               path.string(), target, failed.message()))
          .hint("move it away, then try again: what it holds is not saved otherwise");
    PAR_TRY(os::make_directories(path));
  }
  return {};
}

// Repositories below the worktree that hold their own objects. They are no part of any tree, so they are
// moved away as they are.
Result<void> move_nested_repositories(const std::string& worktree, const std::string& destination) {
  const auto holds_objects = [](const fs::path& directory) {
    std::error_code failed;
    return fs::is_directory(fs::symlink_status(directory / ".git", failed));
  };
  return move_repositories(worktree, find_directories(worktree, holds_objects), destination);
}

// git has filled submodules there. What it made for them stays when they are moved away.
bool has_submodules(const Worktree& worktree) { return os::is_directory(worktree.git_dir + "/modules"); }

// A submodule's objects, while they are moved into it.
constexpr const char* kMovingIn = ".par-moving-in";

// Where a submodule that git filled in this worktree has its objects; empty: it is none.
fs::path submodule_git_dir(const Worktree& worktree, const fs::path& directory) {
  constexpr std::string_view kKey = "gitdir: ";
  std::error_code failed;
  if (!fs::is_regular_file(fs::symlink_status(directory / ".git", failed))) return {};
  const auto link = os::read_file(directory / ".git");
  if (!link || !link->starts_with(kKey)) return {};
  const auto place = fs::canonical(directory / trim(std::string_view(*link).substr(kKey.size())), failed);
  const auto modules = fs::canonical(worktree.git_dir, failed) / "modules" / "";
  return place.string().starts_with(modules.string()) ? place : fs::path();
}

// Its HEAD was moved by more than to check out what the worktree's tree says, or git keeps no record of it.
bool has_history(const fs::path& git_dir) {
  std::error_code failed;
  const auto log = git_dir / "logs" / "HEAD";
  if (!fs::is_regular_file(fs::symlink_status(log, failed))) return true;
  const auto lines = split_terminated(os::read_file(log).value_or("?"), '\n');
  return std::any_of(lines.begin(), lines.end(), [](const std::string& line) {
    const auto message = std::string_view(line).substr(std::min(line.find('\t'), line.size()));
    return !message.starts_with("\tclone: ") && !message.starts_with("\tcheckout: ");
  });
}

// The configuration and the refs that git sees of a submodule in place of its own, to which an agent could
// write: none.
Result<os::TemporaryDirectory> make_blank_directory() {
  PAR_ASSIGN(auto blank, os::TemporaryDirectory::create("git-par-submodule"));
  PAR_TRY(os::make_directories(blank.path() + "/refs", 0700));
  return blank;
}

// Its files or its index hold what its HEAD does not (ignored files do not count), or git cannot tell. One
// git process.
bool has_changes(const fs::path& submodule, const fs::path& git_dir, const std::string& blank) {
  CommandOptions options;
  options.git_dir = git_dir;
  options.work_tree = submodule;
  options.environment = {"GIT_COMMON_DIR=" + blank,
                         fmt::format("GIT_OBJECT_DIRECTORY={}/objects", git_dir.string())};
  const auto status =
      run_git({"status", "--porcelain=v1", "-z", "--no-renames", "--ignore-submodules=dirty"}, options);
  return !status || status->exit_code != 0 || !status->out.empty();
}

Result<void> moved_in(const fs::path& submodule, const std::error_code& failed) {
  if (!failed) return {};
  return Error(fmt::format("the submodule '{}' cannot be saved: {}", submodule.string(), failed.message()))
      .hint("push or copy the commits that were made in it, remove it, then try again");
}

// What has been moved into the submodule becomes its own.
Result<void> end_moving_in(const fs::path& submodule) {
  std::error_code failed;
  fs::remove(submodule / ".git", failed);
  if (!failed) fs::rename(submodule / kMovingIn, submodule / ".git", failed);
  PAR_TRY(moved_in(submodule, failed));
  return os::crash_point("salvage.moved_in");
}

// Submodules that were cut off there: git can do nothing with them, nor with the worktree.
Result<void> end_all_moving_in(const Worktree& worktree) {
  if (!has_submodules(worktree)) return {};
  const auto is_cut_off = [](const fs::path& directory) {
    return os::is_directory(directory / kMovingIn) && !os::is_directory(directory / ".git");
  };
  for (const auto& path : find_directories(worktree.path, is_cut_off)) PAR_TRY(end_moving_in(path));
  return {};
}

// Its objects and its settings are in its own directory from then on.
Result<void> move_in(const fs::path& submodule, const fs::path& git_dir) {
  // It says where the files are, as seen from where the objects were. (Exits 5 where it does not.)
  PAR_TRY(run_git({"config", "--file", git_dir / "config", "--unset-all", "core.worktree"}, {}));
  std::error_code failed;
  fs::rename(git_dir, submodule / kMovingIn, failed);
  PAR_TRY(moved_in(submodule, failed));
  PAR_TRY(os::crash_point("salvage.moving_in"));
  return end_moving_in(submodule);
}

// Submodules in which something was done. Their objects are in the worktree's git directory, which is removed
// with it, and no ref of ours can hold them: they are moved away as repositories that hold their own.
Result<void> move_submodules(const Worktree& worktree, const std::string& destination) {
  if (!has_submodules(worktree)) return {};
  PAR_ASSIGN(const auto blank, make_blank_directory());
  const auto is_to_be_saved = [&](const fs::path& directory) {
    const auto git_dir = submodule_git_dir(worktree, directory);
    return !git_dir.empty() && (has_history(git_dir) || has_changes(directory, git_dir, blank.path()));
  };
  const auto submodules = find_directories(worktree.path, is_to_be_saved);
  for (const auto& path : submodules) PAR_TRY(move_in(path, submodule_git_dir(worktree, path)));
  return move_repositories(worktree.path, submodules, destination);
}

class Collector {
 public:
  Collector(Objects& objects, Signature who, AgentName agent, const ObjectId& start)
      : objects_(objects), who_(std::move(who)), agent_(std::move(agent)), start_(start) {}

  // nullopt: nothing beyond the start.
  Result<std::optional<Remains>> collect(const std::optional<Worktree>& worktree,
                                         const std::optional<ObjectId>& tip) {
    if (!worktree) return collect_branch(tip);
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
    if (was_filled(*worktree)) {
      PAR_TRY(collect_files(*worktree, head.tree, remains));
    } else if (os::is_directory(worktree->path)) {
      PAR_ASSIGN(remains.tree, write_part_filled_tree(objects_, *worktree, head.tree));
    }
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
    if (!os::exists(worktree.git_dir + "/index")) return {};
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
  PAR_ASSIGN(auto worktree, find_worktree(repository_, path));
  const std::string place = fmt::format("{}/salvage/{}/{}", repository_.state_dir(), run_.str(), agent.str());
  PAR_ASSIGN(auto tip, read_ref(repository_, branch_ref(run_, agent)));
  if (tip && !objects_.has(*tip)) tip.reset();
  if (worktree) {
    open_directories(*worktree);
    PAR_TRY(end_all_moving_in(*worktree));
    PAR_TRY(move_nested_repositories(path, place));
    PAR_TRY(mend_head(objects_, tip, start, *worktree));
  }
  PAR_ASSIGN(auto remains, Collector(objects_, committer_, agent, start).collect(worktree, tip));
  if (worktree) PAR_TRY(move_submodules(*worktree, place));
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
    PAR_TRY(remove_branch_lock(repository_, branch));
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
