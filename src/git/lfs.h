// Files that Git LFS keeps elsewhere: a tree holds pointers, and the filter named "lfs" puts the content in
// their place when git checks them out, which may fetch it. Internal to git/.
#pragma once

#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "git/repository.h"
#include "git/worktrees.h"

namespace par::git {

// With this in its environment, the filter leaves pointers as they are.
inline constexpr const char* kPointersOnly = "GIT_LFS_SKIP_SMUDGE=1";

// The filter is configured; without it git knows pointers only.
[[nodiscard]] bool uses_lfs(const Repository& repository);

// The paths of the commit's tree that its own attributes, and those of the repository and the user, give to
// the filter; in tree order. Two processes of git, linear in the tree.
[[nodiscard]] Result<std::vector<RepoPath>> lfs_paths(const Worktree& worktree, const ObjectId& commit);

// As fill_command, with pointers for all that is not `wanted`. Of what is there already, the files that are
// wanted are written anew. Leaves a list of them in the worktree's git directory.
[[nodiscard]] Result<std::string> fill_command_with_pointers(const Worktree& worktree, const ObjectId& commit,
                                                             const std::vector<RepoPath>& wanted);

}  // namespace par::git
