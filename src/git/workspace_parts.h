// What the parts of RunWorkspace share (workspace.cc, salvage.cc, target.cc). Internal to git/.
#pragma once

#include <string>

#include "base/ids.h"
#include "base/result.h"
#include "core/ports.h"
#include "git/objects.h"
#include "git/repository.h"

namespace par::git {

// Where the run's validations are checked out: a name that no agent can have.
[[nodiscard]] std::string validation_path(const Repository& repository, const std::string& worktree_template,
                                          const RunId& run, const core::ValidationPlace& place);
// Removes the directories above a removed worktree that are empty now, up to where the template names no
// variable.
void remove_empty_parents(const Repository& repository, const std::string& worktree_template,
                          const std::string& path);
// Removes the lock that a git command left on a branch of an agent's own when it was killed. Only while
// nothing of the agent runs.
[[nodiscard]] Result<void> remove_branch_lock(const Repository& repository, const RefName& branch);
// With the time of now, unless the user fixed it (GIT_COMMITTER_DATE).
[[nodiscard]] Signature signature_now(Signature who);
// Keeps a commit under <prefix><n>, n one more than the highest; returns the ref. The newest is already
// there: that.
[[nodiscard]] Result<RefName> save_numbered(const Repository& repository, const std::string& prefix,
                                            const ObjectId& commit);

}  // namespace par::git
