// The git side of a run: core::Workspace on a real repository. Owns the refs below refs/par/<run>/ and
// refs/heads/par/<run>/ and the worktrees it makes; touches nothing else but the target, in move_target.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/ports.h"
#include "git/objects.h"
#include "git/repository.h"

namespace par::git {

// refs/heads/par/<run>/<agent>/tip
[[nodiscard]] RefName branch_ref(const RunId& run, const AgentName& agent);
// refs/par/<run>/candidate, refs/par/<run>/base, refs/par/<run>/branch/<agent>
[[nodiscard]] RefName candidate_ref(const RunId& run);
[[nodiscard]] RefName base_ref(const RunId& run);
[[nodiscard]] RefName taken_ref(const RunId& run, const AgentName& agent);
// The template with {repo}, {run} and {agent} filled in, absolute.
[[nodiscard]] std::string worktree_path(const Repository& repository, const std::string& worktree_template,
                                        const RunId& run, const AgentName& agent);

// What git will write as author or committer: `git var`; an Error with git's own hint when none is
// configured.
[[nodiscard]] Result<Signature> committer(const Repository& repository);

// Why move_target would refuse to move the target now, whatever the landing; empty: nothing is known against
// it. Where something seems to be, it waits for a landing that is under way and looks again.
[[nodiscard]] Result<std::string> target_obstacle(const Repository& repository, const RefName& target);

// One saved piece of work.
struct Salvaged {
  RefName ref;
  ObjectId commit;
};

class RunWorkspace final : public core::Workspace {
 public:
  RunWorkspace(const Repository& repository, Objects& objects, RunId run, std::string worktree_template,
               Signature committer);

  Result<void> prepare_run(const ObjectId& base) override;
  Result<std::vector<core::TakenBranch>> take_branches(const ObjectId& base,
                                                       std::vector<core::TakenBranch> branches) override;
  Result<std::string> add_worktree(const AgentName& agent, int attempt, const ObjectId& start) override;
  Result<std::string> fill_command(const AgentName& agent, const ObjectId& start,
                                   const core::Ownership& owned) override;
  Result<core::BranchFacts> inspect_branch(const AgentName& agent, const ObjectId& start) override;
  Result<ObjectId> commit_leftovers(const AgentName& agent) override;
  Result<core::TrialBuilt> build_trial(const ObjectId& onto, const std::vector<core::BranchRef>& branches,
                                       core::Strategy strategy) override;
  [[nodiscard]] Result<std::vector<RepoPath>> changed_by(const ObjectId& commit) override;
  Result<void> move_candidate(const ObjectId& from, const ObjectId& to) override;
  Result<std::string> checkout_validation(const ObjectId& commit,
                                          const core::ValidationPlace& place) override;
  Result<core::TargetTip> read_target(const RefName& target) override;
  Result<void> keep_revert(const std::vector<ObjectId>& commits) override;
  [[nodiscard]] bool has_commit(const ObjectId& commit) const override;
  Result<ObjectId> write_commits(const ObjectId& from, const std::vector<core::CommitSpec>& commits) override;
  Result<void> make_durable() override;  // os::sync_file_system(common_dir)
  Result<core::TargetMoveResult> move_target(const RefName& target, const ObjectId& from,
                                             const ObjectId& to) override;

  // Saves what an agent's worktree and branch hold beyond `start` (or any other commit that is kept) under
  // refs/par/salvage/<run>/<agent>/<n>: a commit with the worktree's content on top of its HEAD. Nothing
  // there: nullopt. Repositories of the agent's own, and submodules it worked in, are moved to
  // <state>/salvage/<run>/<agent>/<n>/. Called twice for the same content, it gives the same ref.
  Result<std::optional<Salvaged>> salvage(const AgentName& agent, const ObjectId& start);
  // Salvages, then removes the agent's worktree and branch.
  Result<std::optional<Salvaged>> remove_agent(const AgentName& agent, const ObjectId& start);
  // Removes the validation worktrees and the refs below refs/par/<run>/ (salvage stays).
  Result<void> remove_run();

 private:
  const Repository& repository_;
  Objects& objects_;
  RunId run_;
  std::string template_;
  Signature committer_;
  std::map<ObjectId, std::vector<RepoPath>> lfs_paths_;  // of commits that agents started from
};

}  // namespace par::git
