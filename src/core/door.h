// The door: what is checked of a finished branch before anything of it is looked at further.
#pragma once

#include <string>
#include <vector>

#include "core/event.h"

namespace par::core {

// What the workspace found in an agent's worktree and branch.
struct BranchFacts {
  ObjectId tip;           // the agent's branch
  bool on_branch = true;  // its worktree's HEAD is that branch
  bool descends = true;   // `start` is an ancestor of `tip`
  int commits = 0;        // start..tip
  std::vector<RepoPath>
      committed;  // paths changed between the trees of start and tip; both sides of a rename
  std::vector<RepoPath> uncommitted;  // tracked changes and untracked files that are not ignored
  std::vector<RepoPath> unmerged;     // those of them that git would not commit: they hold conflicts
  // Repositories in its worktree: untracked ones, and new submodules that .gitmodules does not name.
  std::vector<RepoPath> repositories;
};

// The event that this branch deserves: AgentRejected (off its branch, history rewritten, outside its
// ownership, a merge not resolved, a repository made, no change) or AgentCollected. Uncommitted paths count
// as changes: they will be committed for the agent. `files` of AgentCollected holds them, sorted; `tip` and
// `commits` are the facts' and are brought up to date by whoever commits.
[[nodiscard]] EventBody judge_branch(const Plan& plan, const AgentName& agent, int attempt,
                                     const BranchFacts& facts);

}  // namespace par::core
