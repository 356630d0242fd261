// The target branch: read, and moved together with the files where it is checked out.
//
// Files move first, then the ref, which is the commit point. A note in the worktree's git directory says that
// a move is under way, so that one that was cut off in the middle is told from changes of the user's and
// finished.
#include <fmt/format.h>

#include "base/strings.h"
#include "git/command.h"
#include "git/refs.h"
#include "git/target_move.h"
#include "git/workspace.h"
#include "git/worktree_admin.h"
#include "os/crash_point.h"
#include "os/file_lock.h"
#include "os/files.h"

namespace par::git {
namespace {

using core::TargetMove;
using core::TargetMoveResult;

std::string place_of(const RefName& target, const Worktree& worktree) {
  return fmt::format("'{}' is checked out in '{}'", short_name(target), worktree.path);
}

bool is_rebasing(const Worktree& worktree, const RefName& branch) {
  for (const char* name : {"/rebase-merge/head-name", "/rebase-apply/head-name"}) {
    const auto head = os::read_file(worktree.git_dir + name);
    if (head && trim(*head) == branch.str()) return true;
  }
  return false;
}

// Where the target is checked out; or why it cannot move, whatever the files are like.
struct Holder {
  std::optional<Worktree> worktree;
  std::string refusal;
};

// `branch`: behind the target where that is symbolic.
Result<Holder> find_holder(const Repository& repository, const RefName& target, const RefName& branch) {
  PAR_ASSIGN(const auto worktrees, list_worktrees(repository));
  Holder holder;
  for (const auto& worktree : worktrees) {
    if (worktree.bare || worktree.git_dir.empty()) continue;
    if (is_rebasing(worktree, branch))
      holder.refusal = fmt::format("'{}' is being rebased in '{}'", short_name(target), worktree.path);
    if (worktree.branch != branch) continue;
    if (!os::is_directory(worktree.path)) {
      // A directory that was just deleted needs no files; one on a disk that is away would go stale.
      if (is_locked(worktree.git_dir))
        holder.refusal = place_of(target, worktree) + ", which is not there now";
      continue;
    }
    if (holder.worktree) {
      holder.refusal = fmt::format("'{}' is checked out in '{}' and in '{}'", short_name(target),
                                   holder.worktree->path, worktree.path);
    }
    holder.worktree = worktree;
  }
  return holder;
}

TargetMoveResult refusal(std::string reason) { return {TargetMove::refused, std::move(reason)}; }

// The ref moved away between our look and our swap, or could not be moved: the files follow it, or go back to
// where they were.
Result<TargetMoveResult> follow_lost(const Repository& repository, const RefName& target,
                                     const FilesMove& files) {
  PAR_ASSIGN(const auto now, read_ref(repository, target));
  bool moved = false;
  if (now) {
    PAR_ASSIGN(moved, move_files(files.worktree, files.to.id, *now));
  }
  if (!moved) {
    PAR_ASSIGN(moved, move_files(files.worktree, files.to.id, files.from.id));
  }
  PAR_TRY(end_files_move(files));
  if (moved) return TargetMoveResult{TargetMove::lost, ""};
  return Error(place_of(target, files.worktree) + ", and its files could not be moved back")
      .hint(fmt::format("'git -C {} status' shows what is different", shell_quote(files.worktree.path)));
}

constexpr const char* kNotCommitted = " and has changes that are not committed";

// Precondition: the files were not moved.
std::string what_stands_in_the_way(FilesOutcome outcome, const RefName& target, const FilesMove& files) {
  const std::string place = place_of(target, files.worktree);
  switch (outcome) {
    case FilesOutcome::blocked:
      return place + ", where files that git does not track are in the way";
    case FilesOutcome::locked:
      return fmt::format("{}, where another git process works, or left '{}/index.lock'", place,
                         files.worktree.git_dir);
    case FilesOutcome::dirty:
    case FilesOutcome::moved:
      break;
  }
  return place + kNotCommitted;
}

// One landing at a time in a repository: another one's files, half in place, are not the user's.
std::string landing_lock(const Repository& repository) {
  return repository.state_dir() + "/locks/landing.lock";
}

Result<std::string> look_for_obstacle(const Repository& repository, const RefName& target) {
  PAR_ASSIGN(const RefTip tip, read_tip(repository, target));
  PAR_ASSIGN(const Holder holder, find_holder(repository, target, tip.branch));
  if (!holder.refusal.empty()) return holder.refusal;
  if (!holder.worktree) return std::string();
  PAR_ASSIGN(const bool clean, is_clean(*holder.worktree));
  return clean ? std::string() : place_of(target, *holder.worktree) + kNotCommitted;
}

}  // namespace

Result<std::string> target_obstacle(const Repository& repository, const RefName& target) {
  PAR_ASSIGN(auto obstacle, look_for_obstacle(repository, target));
  const std::string lock = landing_lock(repository);
  if (obstacle.empty() || !os::exists(lock)) return obstacle;
  // It may be a landing that is under way.
  PAR_ASSIGN(const auto alone, os::FileLock::acquire(lock));
  return look_for_obstacle(repository, target);
}

Result<core::TargetTip> RunWorkspace::read_target(const RefName& target) {
  PAR_ASSIGN(const auto tip, read_ref(repository_, target));
  if (!tip) {
    return refused(fmt::format("the target branch '{}' does not exist", short_name(target)))
        .hint("'git branch' lists the branches that there are");
  }
  PAR_ASSIGN(const CommitInfo commit, objects_.commit(*tip));
  PAR_ASSIGN(const auto base, read_ref(repository_, base_ref(run_)));
  PAR_ASSIGN(const bool holds_base, base ? objects_.is_ancestor(*base, commit.id) : Result<bool>(false));
  return core::TargetTip{commit.id, commit.tree, holds_base};
}

Result<TargetMoveResult> RunWorkspace::move_target(const RefName& target, const ObjectId& from,
                                                   const ObjectId& to) {
  const std::string lock = landing_lock(repository_);
  PAR_TRY(os::make_directories(os::parent_directory(lock), 0700));
  PAR_ASSIGN(const auto alone, os::FileLock::acquire(lock));
  // A ref must not survive a power cut that its objects do not.
  PAR_TRY(make_durable());
  PAR_ASSIGN(const auto tip, read_tip(repository_, target));
  PAR_ASSIGN(const Holder holder, find_holder(repository_, target, tip.branch));
  const auto& now = tip.commit;
  // Never moved to, and not there or not to be read: a repository that was pruned meanwhile, or a power cut
  // before it was on the disk.
  if (now != to && !objects_.commit(to)) return TargetMoveResult{TargetMove::lost, ""};
  if (now != from && now != to) {
    // Moved before we were killed, and somebody has built on it since.
    PAR_ASSIGN(const bool landed, now ? objects_.is_ancestor(to, *now) : Result<bool>(false));
    if (landed) PAR_TRY(make_durable());
    return TargetMoveResult{landed ? TargetMove::moved : TargetMove::lost, ""};
  }
  if (now == from && !holder.refusal.empty()) return refusal(holder.refusal);

  std::optional<FilesMove> files;
  if (holder.worktree && holder.refusal.empty()) {
    PAR_ASSIGN(CommitInfo old_commit, objects_.commit(from));
    PAR_ASSIGN(CommitInfo new_commit, objects_.commit(to));
    files.emplace(FilesMove{*holder.worktree, std::move(old_commit), std::move(new_commit)});
    PAR_ASSIGN(const FilesOutcome outcome, take_files(objects_, *files, now == to));
    if (outcome != FilesOutcome::moved) return refusal(what_stands_in_the_way(outcome, target, *files));
    PAR_TRY(os::crash_point("land.files"));
  }
  const std::string why = fmt::format("par: land {}", run_.str());
  const auto swap = swap_ref(repository_, target, from, to, why);
  PAR_TRY(os::crash_point("land.moved"));
  if (files && (!swap || *swap == Swap::lost)) {
    PAR_ASSIGN(const auto lost, follow_lost(repository_, target, *files));
    return swap ? lost : Result<TargetMoveResult>(swap.error());
  }
  if (!swap) return swap.error();
  if (*swap == Swap::lost) return TargetMoveResult{TargetMove::lost, ""};
  PAR_TRY(make_durable());
  if (files) PAR_TRY(end_files_move(*files));
  return TargetMoveResult{TargetMove::moved, ""};
}

}  // namespace par::git
