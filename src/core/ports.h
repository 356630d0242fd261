// The ports of a run: the only places where the machines meet the world. git/workspace and store/journal
// implement them; tests fake them. (Commands run behind os/executor, time behind base/clock, the screen
// behind app/reporter.)
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "core/door.h"
#include "core/event.h"
#include "core/landing_commits.h"
#include "core/machine.h"
#include "core/ownership.h"

namespace par::core {

// The durable record: what happened in runs, and what validations found. Each write returns only when it
// would survive a power cut.
class Journal {
 public:
  virtual ~Journal() = default;
  virtual Result<void> append(const RunId& run, const Event& event) = 0;
  // Results by content: `key` covers everything a result depends on.
  [[nodiscard]] virtual Result<std::optional<ValidationResult>> cached_result(
      const std::string& key) const = 0;
  [[nodiscard]] virtual Result<void> cache_result(const std::string& key, const ValidationResult& result) = 0;
  // This tree passed: it may stand on the target (what the pre-push hook asks for).
  [[nodiscard]] virtual Result<void> record_green(const ObjectId& tree) = 0;
};

struct TargetTip {
  ObjectId commit;
  ObjectId tree;
  bool holds_run_base = true;  // it is, or comes after, refs/par/<run>/base
};

enum class TargetMove { moved, lost, refused };
struct TargetMoveResult {
  TargetMove outcome = TargetMove::moved;
  std::string reason;  // for refused: "'main' is checked out in '/x' and has local changes"
};

// Where a validation runs.
struct ValidationPlace {
  std::size_t slot = 0;  // counted from 0 on
  bool clean = false;    // nothing that git ignores is there
};

// The git side of one run. Every verb may be called again after a crash at any point inside it and then ends
// in the same state; errors are of the world (disk, git), never of the work.
class Workspace {
 public:
  virtual ~Workspace() = default;

  // refs/par/<run>/base and candidate stand at `base`.
  virtual Result<void> prepare_run(const ObjectId& base) = 0;
  // Fills in what each branch changed; refs/par/<run>/branch/<agent> stands at its tip from then on, so that
  // nothing of it is lost whatever becomes of the branch. `base`: the run's.
  virtual Result<std::vector<TakenBranch>> take_branches(const ObjectId& base,
                                                         std::vector<TakenBranch> branches) = 0;
  // Branch par/<run>/<agent>/tip at `start`, with a worktree of its own, whose files a new one does not have
  // yet; returns the worktree's path. attempt > 1: what the earlier attempt left (commits, uncommitted and
  // untracked files) is saved under refs/par/salvage/<run>/<agent>/<n> first, then branch and worktree are
  // set back to `start`.
  virtual Result<std::string> add_worktree(const AgentName& agent, int attempt, const ObjectId& start) = 0;
  // The port of worktree back ends: a line for /bin/sh that puts the files of `start` into a new worktree,
  // with an index that fits them; anywhere else it does nothing. Of files that Git LFS keeps elsewhere, those
  // that are `owned` get their content, the others stay pointers. Several may run at once, each for another
  // agent; its exit code is 0 when all files are there. What a worktree is, and how it is set back, saved and
  // removed, does not depend on how its files came. There is one, `checkout` (git/worktrees.h).
  virtual Result<std::string> fill_command(const AgentName& agent, const ObjectId& start,
                                           const Ownership& owned) = 0;
  virtual Result<BranchFacts> inspect_branch(const AgentName& agent, const ObjectId& start) = 0;
  // Commits what the agent left uncommitted, on its branch; returns the new tip. Nothing left: the tip as it
  // is. Error (refused): git cannot take one of the files, by its name, its rights or a filter.
  virtual Result<ObjectId> commit_leftovers(const AgentName& agent) = 0;
  // Merges each branch's own work (start..tip; without a start: the branch, as `git merge` does) onto the one
  // before. Stops at the first that conflicts. Under the strategy rebase each branch's own commits that
  // `onto` does not hold are replayed one by one: merges among them are left out, and so is what changes
  // nothing any more. Of which trial that is, is not said.
  virtual Result<TrialBuilt> build_trial(const ObjectId& onto, const std::vector<BranchRef>& branches,
                                         Strategy strategy) = 0;
  // Paths in which a commit differs from its first parent, which it has.
  [[nodiscard]] virtual Result<std::vector<RepoPath>> changed_by(const ObjectId& commit) = 0;
  // refs/par/<run>/candidate from -> to by compare-and-swap; the old value is kept as a checkpoint ref.
  virtual Result<void> move_candidate(const ObjectId& from, const ObjectId& to) = 0;
  // A worktree for validations with exactly the tree of `commit`; returns its path. What git ignores stays
  // there from one commit to the next, unless the place is a clean one. Each place has a worktree of its own,
  // in which nothing of ours may run now.
  virtual Result<std::string> checkout_validation(const ObjectId& commit, const ValidationPlace& place) = 0;
  // Error (refused): it does not exist.
  virtual Result<TargetTip> read_target(const RefName& target) = 0;
  // The commits of a revert that is under way stand below refs/par/<run>/revert/, so that nothing prunes
  // them; none: those refs go.
  virtual Result<void> keep_revert(const std::vector<ObjectId>& commits) = 0;
  [[nodiscard]] virtual bool has_commit(const ObjectId& commit) const = 0;
  // Writes the chain of commits onto `from`, signed where git is configured so; returns the last. Called
  // again, it may be another one.
  virtual Result<ObjectId> write_commits(const ObjectId& from, const std::vector<CommitSpec>& commits) = 0;
  // What was written to the repository so far survives a power cut.
  virtual Result<void> make_durable() = 0;
  // Moves the target by compare-and-swap; one that was moved is durable. Where it is checked out: index and
  // files move with it when they are clean, otherwise `refused` and nothing is touched.
  virtual Result<TargetMoveResult> move_target(const RefName& target, const ObjectId& from,
                                               const ObjectId& to) = 0;
};

}  // namespace par::core
