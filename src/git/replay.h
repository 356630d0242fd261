// A branch's commits, replayed one by one onto a candidate. Internal to git/.
#pragma once

#include <vector>

#include "core/ports.h"
#include "git/objects.h"

namespace par::git {

struct Replay {
  CommitInfo head;  // the last commit written, or the one that it began on
  std::vector<core::ReplayedCommit> commits;
  ObjectId source;                  // the commit that conflicts; empty: none does
  std::vector<RepoPath> conflicts;  // where
};

// As core::Workspace::build_trial says of the strategy rebase. The commits written are `who`'s and say only
// whose work they hold; no write may be held.
[[nodiscard]] Result<Replay> replay_branch(Objects& objects, const CommitInfo& onto,
                                           const core::BranchRef& branch, const Signature& who);

}  // namespace par::git
