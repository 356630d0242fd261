// Worktrees, by the git binary. Every verb observes first, cleans what a crash left, then acts.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "git/repository.h"

namespace par::git {

struct Worktree {
  std::string path;
  std::string git_dir;            // its administrative directory, absolute
  ObjectId head;                  // empty: unborn
  std::optional<RefName> branch;  // nullopt: detached
  bool bare = false;
};

// All worktrees, the main one first.
[[nodiscard]] Result<std::vector<Worktree>> list_worktrees(const Repository& repository);
[[nodiscard]] Result<std::optional<Worktree>> find_worktree(const Repository& repository,
                                                            const std::string& path);

// A worktree at `path` on `branch` (the branch must stand), or detached at `commit` when `branch` is empty; a
// new one has no files yet. A half-made one of ours (administrative entry for that path, unfinished files) is
// completed; a foreign directory or file at `path` is an error and stays.
[[nodiscard]] Result<Worktree> add_worktree(const Repository& repository, const std::string& path,
                                            const RefName& branch, const ObjectId& commit);
// The back end `checkout`: a line for /bin/sh that checks out the files of `commit` in a worktree that has
// none or not all of them yet; anywhere else it does nothing. `environment`: further NAME=value, for git and
// its filters.
[[nodiscard]] std::string fill_command(const Worktree& worktree, const ObjectId& commit,
                                       const std::vector<std::string>& environment = {});
// The same two, done: a worktree with its files.
[[nodiscard]] Result<Worktree> ensure_worktree(const Repository& repository, const std::string& path,
                                               const RefName& branch, const ObjectId& commit);
struct Reset {
  bool detach = false;    // HEAD is detached at the commit; otherwise it is left
  bool ignored = false;   // ignored files are removed, too
  bool pointers = false;  // of what Git LFS keeps elsewhere, pointers are written, not the content
};
// Index and files exactly as `commit`, untracked files removed. A stale index.lock in that worktree's own
// directory is removed: call only when nothing of ours runs there.
[[nodiscard]] Result<void> reset_worktree(const Worktree& worktree, const ObjectId& commit, const Reset& how);
// Paths with changes that are not committed. Sorted.
struct UncommittedPaths {
  std::vector<RepoPath> all;       // tracked, staged, untracked (not ignored)
  std::vector<RepoPath> unmerged;  // those in which a merge (a stash, a commit that is picked) met a conflict
  std::vector<RepoPath> repositories;  // those that are untracked repositories of their own
};
[[nodiscard]] Result<UncommittedPaths> uncommitted_paths(const Worktree& worktree);
// The tree of everything in the worktree (tracked and untracked, not ignored), written through a temporary
// index; the worktree's own index is left alone.
[[nodiscard]] Result<ObjectId> write_worktree_tree(const Worktree& worktree);
// Tracked files are as in HEAD, nothing staged, no merge, rebase or the like in progress.
[[nodiscard]] Result<bool> is_clean(const Worktree& worktree);
// Index and files of a clean worktree from one commit's tree to another's (git read-tree -m -u); HEAD is
// left. False: something is in the way (an untracked file, a change), and nothing was touched.
[[nodiscard]] Result<bool> move_files(const Worktree& worktree, const ObjectId& from, const ObjectId& to);
// Removes exactly this worktree: its administrative entry and its directory. Never the main one. Fine when
// gone.
[[nodiscard]] Result<void> remove_worktree(const Repository& repository, const std::string& path);

}  // namespace par::git
