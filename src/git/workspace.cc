#include "git/workspace.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <set>

#include "base/strings.h"
#include "core/config.h"
#include "core/trailers.h"
#include "git/command.h"
#include "git/lfs.h"
#include "git/refs.h"
#include "git/replay.h"
#include "git/signing.h"
#include "git/workspace_parts.h"
#include "git/worktree_admin.h"
#include "git/worktree_files.h"
#include "git/worktrees.h"
#include "os/crash_point.h"
#include "os/files.h"
#include "os/system_clock.h"

namespace par::git {
namespace {

// In the agent's git directory while its worktree is set back: "<attempt> <start>". What was there before is
// saved by then.
constexpr const char* kSetBackNote = "/par-set-back";

std::string ref_prefix(const RunId& run) { return fmt::format("refs/par/{}/", run.str()); }

// "Name <email> 1700000000 +0100"
std::optional<Signature> parse_ident(std::string_view text) {
  const auto open = text.rfind('<');
  const auto close = text.rfind('>');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return std::nullopt;
  Signature who;
  who.name = std::string(trim(text.substr(0, open)));
  who.email = std::string(text.substr(open + 1, close - open - 1));
  const auto parts = split(trim(text.substr(close + 1)), ' ');
  if (parts.size() != 2 || parts[1].size() != 5) return std::nullopt;
  std::from_chars(parts[0].data(), parts[0].data() + parts[0].size(), who.when);
  int zone = 0;
  std::from_chars(parts[1].data() + 1, parts[1].data() + parts[1].size(), zone);
  who.offset_minutes = (zone / 100 * 60 + zone % 100) * (parts[1].front() == '-' ? -1 : 1);
  return who;
}

Error already_there(const RefName& ref) {
  return Error(fmt::format("'{}' already exists", short_name(ref)))
      .hint("it is not of this run: rename or delete it");
}

Result<TreeMerge> merge_branch(Objects& objects, const CommitInfo& head, const core::BranchRef& branch) {
  if (branch.start.empty()) return objects.merge_commits(head.id, branch.tip);
  PAR_ASSIGN(const CommitInfo start, objects.commit(branch.start));
  PAR_ASSIGN(const CommitInfo tip, objects.commit(branch.tip));
  return objects.merge_trees(start.tree, head.tree, tip.tree);
}

void note_conflict(core::TrialBuilt& built, const AgentName& agent, const std::vector<RepoPath>& paths) {
  built.conflict = agent;
  for (const auto& path : paths) built.paths.push_back(quote_path(path.str()));
}

// The branch's step: a merge of what holds its work already, so that the candidate keeps its commits.
Result<void> add_step(Objects& objects, const core::BranchRef& branch, const Signature& who, CommitInfo& head,
                      core::TrialBuilt& built) {
  const std::string message = fmt::format("candidate: {}\n", branch.agent.str());
  PAR_ASSIGN(head.id, objects.write_commit({head.tree, {head.id, branch.tip}, message, who, who}));
  built.steps.push_back({branch.agent, branch.start, branch.tip, head.id, head.tree});
  return {};
}

Result<void> add_merged(Objects& objects, const HeldWrites& writes,
                        const std::vector<core::BranchRef>& branches, const Signature& who,
                        core::TrialBuilt& built) {
  PAR_ASSIGN(CommitInfo head, objects.commit(built.onto));
  for (const auto& branch : branches) {
    PAR_ASSIGN(const TreeMerge merge, merge_branch(objects, head, branch));
    if (!merge.conflicts.empty()) {
      note_conflict(built, branch.agent, merge.conflicts);
      return {};
    }
    head.tree = merge.tree;
    PAR_TRY(add_step(objects, branch, who, head, built));
    PAR_TRY(writes.store_when_large());
  }
  return {};
}

Result<void> add_replayed(Objects& objects, const std::vector<core::BranchRef>& branches,
                          const Signature& who, core::TrialBuilt& built) {
  PAR_ASSIGN(CommitInfo head, objects.commit(built.onto));
  for (const auto& branch : branches) {
    PAR_ASSIGN(Replay replay, replay_branch(objects, head, branch, who));
    if (!replay.source.empty()) {
      built.source = replay.source;
      note_conflict(built, branch.agent, replay.conflicts);
      return {};
    }
    head = std::move(replay.head);
    PAR_TRY(add_step(objects, branch, who, head, built));
    built.steps.back().replayed = std::move(replay.commits);
  }
  return {};
}

// Where the branch holds a submodule that it did not start with and that its .gitmodules does not name: a
// repository that was made or cloned there, whose commits nobody else has.
Result<std::vector<RepoPath>> unnamed_submodules(const Repository& repository, const Objects& objects,
                                                 const CommitInfo& start, const CommitInfo& tip) {
  PAR_ASSIGN(auto submodules, objects.new_submodules(start.tree, tip.tree));
  if (submodules.empty()) return submodules;
  // Ends with a failure where there is no such file, or none that can be read.
  PAR_ASSIGN(const auto named, run_git({"config", "-z", "--blob", tip.id.str() + ":.gitmodules",
                                        "--get-regexp", "^submodule\\..*\\.path$"},
                                       in_repository(repository)));
  std::set<RepoPath> known;
  if (named.exit_code == 0)
    for (const auto& entry : split_terminated(named.out, '\0'))
      known.emplace(entry.substr(std::min(entry.find('\n'), entry.size() - 1) + 1));
  std::erase_if(submodules, [&](const RepoPath& path) { return known.contains(path); });
  return submodules;
}

// The ref comes to stand at `to`, from nothing.
Result<void> create_ref(const Repository& repository, const RefName& ref, const ObjectId& to) {
  PAR_ASSIGN(const Swap swap, swap_ref(repository, ref, ObjectId(), to, "par: created"));
  if (swap == Swap::lost) return already_there(ref);
  return {};
}

}  // namespace

RefName branch_ref(const RunId& run, const AgentName& agent) {
  return RefName(fmt::format("refs/heads/par/{}/{}/tip", run.str(), agent.str()));
}

RefName candidate_ref(const RunId& run) { return RefName(ref_prefix(run) + "candidate"); }

RefName base_ref(const RunId& run) { return RefName(ref_prefix(run) + "base"); }

RefName taken_ref(const RunId& run, const AgentName& agent) {
  return RefName(ref_prefix(run) + "branch/" + agent.str());
}

std::string worktree_path(const Repository& repository, const std::string& worktree_template,
                          const RunId& run, const AgentName& agent) {
  const Placeholder values[] = {
      {"{repo}", os::base_name(repository.main_root)}, {"{run}", run.str()}, {"{agent}", agent.str()}};
  return os::absolute_path(fill_placeholders(worktree_template, values), repository.main_root);
}

std::string validation_path(const Repository& repository, const std::string& worktree_template,
                            const RunId& run, const core::ValidationPlace& place) {
  std::string name = place.clean ? "@validation.clean" : "@validation";
  if (place.slot > 0) name += fmt::format(".{}", place.slot + 1);
  return worktree_path(repository, worktree_template, run, AgentName(name));
}

Result<Signature> committer(const Repository& repository) {
  CommandOptions options = in_repository(repository);
  options.user_context = true;
  PAR_ASSIGN(const auto finished, run_git({"var", "GIT_COMMITTER_IDENT"}, options));
  const auto who = finished.exit_code == 0 ? parse_ident(trim(finished.out)) : std::nullopt;
  if (who) return *who;
  return command_failed("var", finished)
      .within("git does not know who you are")
      .hint("git config --global user.name \"Your Name\"")
      .hint("git config --global user.email you@example.com");
}

Signature signature_now(Signature who) {
  if (os::environment_variable("GIT_COMMITTER_DATE")) return who;
  who.when = os::SystemClock().wall() / 1000;
  return who;
}

void remove_empty_parents(const Repository& repository, const std::string& worktree_template,
                          const std::string& path) {
  const std::string fixed = worktree_template.substr(0, worktree_template.find('{'));
  const std::string root =
      os::absolute_path(fixed.substr(0, fixed.rfind('/') + 1) + ".", repository.main_root);
  std::string directory = os::parent_directory(path);
  while (directory.size() > root.size() && directory.starts_with(root == "/" ? root : root + "/")) {
    if (::rmdir(directory.c_str()) != 0) return;
    directory = os::parent_directory(directory);
  }
}

Result<void> remove_branch_lock(const Repository& repository, const RefName& branch) {
  return os::remove_file(fmt::format("{}/{}.lock", repository.common_dir, branch.str()));
}

RunWorkspace::RunWorkspace(const Repository& repository, Objects& objects, RunId run,
                           std::string worktree_template, Signature committer)
    : repository_(repository),
      objects_(objects),
      run_(std::move(run)),
      template_(std::move(worktree_template)),
      committer_(std::move(committer)) {}

Result<void> RunWorkspace::prepare_run(const ObjectId& base) {
  PAR_TRY(create_ref(repository_, base_ref(run_), base));
  return create_ref(repository_, candidate_ref(run_), base);
}

Result<std::vector<core::TakenBranch>> RunWorkspace::take_branches(const ObjectId& base,
                                                                   std::vector<core::TakenBranch> branches) {
  std::vector<std::pair<RefName, ObjectId>> kept;
  for (auto& branch : branches) {
    ObjectId start = branch.start;
    if (start.empty()) {
      PAR_ASSIGN(const auto bases, objects_.merge_bases(base, branch.tip));
      if (bases.empty())
        return Error(fmt::format("'{}' has no commit in common with the run's base", short_name(branch.ref)));
      start = bases.front();
    }
    PAR_ASSIGN(const CommitInfo before, objects_.commit(start));
    PAR_ASSIGN(const CommitInfo after, objects_.commit(branch.tip));
    PAR_ASSIGN(const auto changed, objects_.changed_paths(before.tree, after.tree));
    PAR_ASSIGN(branch.commits, objects_.count_commits(base, branch.tip));
    branch.files.clear();
    for (const auto& path : changed) branch.files.push_back(path.str());
    kept.emplace_back(taken_ref(run_, branch.agent), branch.tip);
  }
  PAR_TRY(set_refs(repository_, kept));
  PAR_TRY(os::crash_point("branches.kept"));
  return branches;
}

Result<std::string> RunWorkspace::add_worktree(const AgentName& agent, int attempt, const ObjectId& start) {
  const std::string path = worktree_path(repository_, template_, run_, agent);
  const RefName branch = branch_ref(run_, agent);
  PAR_ASSIGN(const auto tip, read_ref(repository_, branch));
  PAR_ASSIGN(const auto old, find_worktree(repository_, path));
  if (tip && *tip != start && !old && attempt == 1) return already_there(branch);

  // Files of an earlier attempt are saved once; from then on the note says that they may go.
  const bool filled = old && was_filled(*old);
  const std::string note = filled ? old->git_dir + kSetBackNote : "";
  const std::string doing = fmt::format("{} {}", attempt, start.str());
  const bool saved = filled && os::exists(note) && os::read_file(note).value_or("") == doing;
  if (!saved && (old || (tip && *tip != start))) {
    PAR_TRY(salvage(agent, start));
    if (filled) PAR_TRY(os::write_file_durably(note, doing));
  }
  if (tip != start) {
    PAR_TRY(remove_branch_lock(repository_, branch));
    PAR_ASSIGN(const Swap swap, swap_ref(repository_, branch, tip.value_or(ObjectId()), start,
                                         fmt::format("par: attempt {}", attempt)));
    if (swap == Swap::lost) return already_there(branch);
  }
  PAR_TRY(os::crash_point("worktree.branch"));
  PAR_ASSIGN(const Worktree worktree, git::add_worktree(repository_, path, branch, start));
  if (filled) {
    PAR_TRY(reset_worktree(worktree, start, {.pointers = true}));
    PAR_TRY(os::remove_file(note));
  }
  return path;
}

Result<std::string> RunWorkspace::fill_command(const AgentName& agent, const ObjectId& start,
                                               const core::Ownership& owned) {
  const std::string path = worktree_path(repository_, template_, run_, agent);
  PAR_ASSIGN(const auto entry, find_admin_entry(repository_.common_dir, path));
  if (!entry) return Error(fmt::format("the worktree at '{}' is gone", path));
  Worktree worktree;
  worktree.path = entry->path;
  worktree.git_dir = entry->git_dir;
  if (!uses_lfs(repository_)) return git::fill_command(worktree, start);
  auto known = lfs_paths_.find(start);
  if (known == lfs_paths_.end()) {
    PAR_ASSIGN(auto paths, lfs_paths(worktree, start));
    known = lfs_paths_.emplace(start, std::move(paths)).first;
  }
  if (known->second.empty()) return git::fill_command(worktree, start);
  std::vector<RepoPath> wanted;
  for (const auto& lfs : known->second)
    if (owned.owns(lfs.str())) wanted.push_back(lfs);
  return fill_command_with_pointers(worktree, start, wanted);
}

Result<core::BranchFacts> RunWorkspace::inspect_branch(const AgentName& agent, const ObjectId& start) {
  const RefName branch = branch_ref(run_, agent);
  core::BranchFacts facts;
  facts.tip = start;
  PAR_ASSIGN(const auto tip, read_ref(repository_, branch));
  const auto commit = tip ? objects_.commit(*tip) : Result<CommitInfo>(Error("no branch"));
  PAR_ASSIGN(const auto worktree,
             find_worktree(repository_, worktree_path(repository_, template_, run_, agent)));
  facts.on_branch = commit && worktree && worktree->branch == branch;
  if (commit) {
    facts.tip = *tip;
    PAR_ASSIGN(const auto base, objects_.commit(start));
    PAR_ASSIGN(facts.descends, objects_.is_ancestor(start, *tip));
    PAR_ASSIGN(facts.commits, objects_.count_commits(start, *tip));
    PAR_ASSIGN(facts.committed, objects_.changed_paths(base.tree, commit->tree));
    PAR_ASSIGN(facts.repositories, unnamed_submodules(repository_, objects_, base, *commit));
  }
  if (!facts.on_branch) return facts;
  // A worktree that git cannot read (index or git directory broken by who worked there) is not on its branch.
  auto uncommitted = uncommitted_paths(*worktree);
  facts.on_branch = uncommitted.has_value() && os::exists(worktree->git_dir + "/index");
  if (facts.on_branch) {
    facts.uncommitted = std::move(uncommitted->all);
    facts.unmerged = std::move(uncommitted->unmerged);
    const auto& untracked = uncommitted->repositories;
    facts.repositories.insert(facts.repositories.end(), untracked.begin(), untracked.end());
  }
  return facts;
}

Result<ObjectId> RunWorkspace::commit_leftovers(const AgentName& agent) {
  const RefName branch = branch_ref(run_, agent);
  PAR_ASSIGN(const auto tip, read_ref(repository_, branch));
  if (!tip) return Error(fmt::format("the branch '{}' is gone", short_name(branch)));
  PAR_ASSIGN(const auto worktree,
             find_worktree(repository_, worktree_path(repository_, template_, run_, agent)));
  if (!worktree || worktree->branch != branch || !os::exists(worktree->git_dir + "/index")) return *tip;
  PAR_TRY(os::remove_file(worktree->git_dir + "/index.lock"));
  const std::string index = worktree->git_dir + "/par-index";
  PAR_ASSIGN(const ObjectId tree, write_index_tree(*worktree, index));
  PAR_TRY(os::crash_point("collect.staged"));
  PAR_ASSIGN(const CommitInfo head, objects_.commit(*tip));
  ObjectId commit = *tip;
  if (tree != head.tree) {
    const Signature who = signature_now(committer_);
    const std::string message =
        fmt::format("{}: work left uncommitted\n\nPar-Commit: orchestrator\n", agent.str());
    PAR_ASSIGN(commit, objects_.write_commit({tree, {*tip}, message, who, who}));
    PAR_TRY(os::crash_point("collect.committed"));
    PAR_TRY(remove_branch_lock(repository_, branch));
    PAR_ASSIGN(const Swap swap, swap_ref(repository_, branch, *tip, commit, "par: work left uncommitted"));
    if (swap == Swap::lost)
      return Error(fmt::format("the branch '{}' moved while its work was committed", short_name(branch)));
    PAR_TRY(os::crash_point("collect.moved"));
  }
  std::error_code error;
  std::filesystem::rename(index, worktree->git_dir + "/index", error);
  if (error)
    return Error(fmt::format("cannot replace the index of '{}': {}", worktree->path, error.message()));
  PAR_TRY(end_operations(*worktree));
  return commit;
}

Result<core::TrialBuilt> RunWorkspace::build_trial(const ObjectId& onto,
                                                   const std::vector<core::BranchRef>& branches,
                                                   core::Strategy strategy) {
  core::TrialBuilt built;
  built.onto = onto;
  const Signature who = signature_now(committer_);
  if (strategy == core::Strategy::rebase) {
    PAR_TRY(add_replayed(objects_, branches, who, built));
  } else {
    HeldWrites writes(objects_);
    PAR_TRY(add_merged(objects_, writes, branches, who, built));
    PAR_TRY(writes.store());
  }
  PAR_TRY(os::crash_point("trial.built"));
  return built;
}

Result<std::vector<RepoPath>> RunWorkspace::changed_by(const ObjectId& commit) {
  PAR_ASSIGN(const CommitInfo after, objects_.commit(commit));
  PAR_ASSIGN(const CommitInfo before, objects_.commit(after.parents.front()));
  return objects_.changed_paths(before.tree, after.tree);
}

Result<void> RunWorkspace::move_candidate(const ObjectId& from, const ObjectId& to) {
  const RefName candidate = candidate_ref(run_);
  PAR_ASSIGN(const auto now, read_ref(repository_, candidate));
  if (now == to) return {};
  if (now == from) {
    PAR_TRY(save_numbered(repository_, ref_prefix(run_) + "checkpoint/", from));
    PAR_TRY(os::crash_point("candidate.checkpoint"));
    // A ref must not survive a power cut that its objects do not.
    PAR_TRY(make_durable());
    PAR_ASSIGN(const Swap swap, swap_ref(repository_, candidate, from, to, "par: accepted"));
    PAR_TRY(os::crash_point("candidate.moved"));
    if (swap == Swap::moved) return {};
  }
  return Error(fmt::format("the candidate of run '{}' is not where it was left", run_.str()))
      .hint(fmt::format("somebody moved '{}': move it back to {}", candidate.str(), short_oid(from)));
}

Result<std::string> RunWorkspace::checkout_validation(const ObjectId& commit,
                                                      const core::ValidationPlace& place) {
  const std::string path = validation_path(repository_, template_, run_, place);
  PAR_ASSIGN(const Worktree worktree, ensure_worktree(repository_, path, RefName(), commit));
  PAR_TRY(reset_worktree(worktree, commit, {.detach = true, .ignored = place.clean}));
  PAR_TRY(os::crash_point("validation.checkout"));
  return path;
}

Result<void> RunWorkspace::keep_revert(const std::vector<ObjectId>& commits) {
  const std::string prefix = ref_prefix(run_) + "revert/";
  if (commits.empty()) return delete_refs(repository_, prefix);
  std::vector<std::pair<RefName, ObjectId>> kept;
  for (const auto& commit : commits)
    kept.emplace_back(RefName(prefix + std::to_string(kept.size() + 1)), commit);
  PAR_TRY(make_durable());
  PAR_TRY(set_refs(repository_, kept));
  return os::crash_point("revert.kept");
}

bool RunWorkspace::has_commit(const ObjectId& commit) const { return objects_.has(commit); }

Result<ObjectId> RunWorkspace::write_commits(const ObjectId& from,
                                             const std::vector<core::CommitSpec>& commits) {
  const Signature who = signature_now(committer_);
  ObjectId last = from;
  for (const auto& spec : commits) {
    NewCommit commit{spec.tree, {last}, spec.message, who, who};
    commit.parents.insert(commit.parents.end(), spec.merged.begin(), spec.merged.end());
    if (!spec.author_of.empty()) {
      PAR_ASSIGN(const CommitInfo source, objects_.commit(spec.author_of));
      commit.author = source.author;
    }
    if (!spec.message_of.empty()) {
      PAR_ASSIGN(const CommitInfo source, objects_.commit(spec.message_of));
      commit.message = core::with_trailers(source.message, spec.message);
      commit.encoding = source.encoding;
    }
    PAR_ASSIGN(last,
               repository_.sign ? write_signed_commit(repository_, commit) : objects_.write_commit(commit));
  }
  PAR_TRY(os::crash_point("land.written"));
  return last;
}

Result<void> RunWorkspace::make_durable() { return os::sync_file_system(repository_.common_dir); }

Result<void> RunWorkspace::remove_run() {
  PAR_ASSIGN(const auto worktrees, list_worktrees(repository_));
  std::set<std::string> listed;
  for (const auto& worktree : worktrees) listed.insert(worktree.path);
  for (std::size_t slot = 0; slot < core::kMostValidations; ++slot)
    for (const bool clean : {false, true}) {
      const std::string path = validation_path(repository_, template_, run_, {slot, clean});
      if (listed.contains(path) || os::exists(path)) PAR_TRY(remove_worktree(repository_, path));
    }
  remove_empty_parents(repository_, template_, validation_path(repository_, template_, run_, {}));
  PAR_TRY(os::crash_point("clean.removed"));
  PAR_TRY(delete_refs(repository_, ref_prefix(run_)));
  return os::crash_point("clean.removed");
}

}  // namespace par::git
