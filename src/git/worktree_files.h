// Steps on one worktree's files that only git/ itself takes. Internal to git/.
#pragma once

#include <string>

#include "base/ids.h"
#include "base/result.h"
#include "git/worktrees.h"

namespace par::git {

// Forgets a merge, rebase, bisection or the like that waits to be continued, and a stale lock of index or
// HEAD. Only for worktrees of our own in which nothing runs.
[[nodiscard]] Result<void> end_operations(const Worktree& worktree);

// A merge, rebase, cherry-pick or the like waits to be continued.
[[nodiscard]] bool operation_waits(const Worktree& worktree);

// Gives us all rights to the worktree's directories: build caches make some read-only, and what is closed can
// neither be saved nor removed. Only for worktrees of our own in which nothing runs. Those that are not ours
// to change stay as they are.
void open_directories(const Worktree& worktree);

// Its files were put there and may have been worked on since, whatever became of its index. git writes the
// index last, and what fills a worktree and is cut off leaves its lock.
[[nodiscard]] bool was_filled(const Worktree& worktree);

// Copies the worktree's index to the file `index`.
[[nodiscard]] Result<void> copy_index(const Worktree& worktree, const std::string& index);

// Makes the file `index` the worktree's index with everything in the worktree added to it (tracked and
// untracked, not ignored); returns its tree. The worktree's own index is left alone.
[[nodiscard]] Result<ObjectId> write_index_tree(const Worktree& worktree, const std::string& index);

}  // namespace par::git
