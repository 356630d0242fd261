// Steps on one worktree's files that only git/ itself takes. Internal to git/.
#pragma once

#include <filesystem>
#include <string>
#include <system_error>

#include "base/ids.h"
#include "base/result.h"
#include "git/worktrees.h"

namespace par::git {

// Calls visit(path) for each directory below `root`, before what is in it is looked for; it returns whether
// to look there. Neither follows symbolic links nor goes where it may not.
template <class Visit>
void visit_directories(const std::string& root, const Visit& visit) {
  namespace fs = std::filesystem;
  std::error_code failed;
  for (auto at =
           fs::recursive_directory_iterator(root, fs::directory_options::skip_permission_denied, failed);
       !failed && at != fs::recursive_directory_iterator(); at.increment(failed)) {
    std::error_code unknown;
    if (fs::is_directory(at->symlink_status(unknown)) && !visit(at->path())) at.disable_recursion_pending();
  }
}

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
