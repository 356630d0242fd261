// The administrative entries of linked worktrees, <common>/worktrees/<id>/: found by the path they are for,
// judged (complete, half-made), removed with their directory. Internal to git/.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "git/command.h"
#include "git/repository.h"
#include "git/worktrees.h"
#include "os/file_lock.h"

namespace par::git {

struct AdminEntry {
  std::string git_dir;  // <common>/worktrees/<id>
  std::string path;     // of the worktree, absolute
};

// Those that say which worktree they are for.
[[nodiscard]] Result<std::vector<AdminEntry>> admin_entries(const std::string& common_dir);
[[nodiscard]] Result<std::optional<AdminEntry>> find_admin_entry(const std::string& common_dir,
                                                                 const std::string& path);
// The worktree's .git file names this entry (of several for one path, all but one are left over).
[[nodiscard]] bool is_named_by_worktree(const AdminEntry& entry);
// git finished making it: its files are all there and its HEAD names something.
[[nodiscard]] bool is_complete(const AdminEntry& entry);
// Somebody locked it ("git worktree lock"); the lock of an unfinished `worktree add` does not count.
[[nodiscard]] bool is_locked(const std::string& git_dir);
// Removes the lock that an unfinished `worktree add` left.
[[nodiscard]] Result<void> end_initialization(const AdminEntry& entry);

// Nothing is at `path`, or nothing but what an unfinished `worktree add` leaves there.
[[nodiscard]] Result<bool> is_free(const std::string& common_dir, const std::string& path);
// Removes an empty directory at `path`, with the .git file of an unfinished `worktree add`; fine when gone.
[[nodiscard]] Result<void> remove_unfinished_directory(const std::string& path);
// Removes the directory (unless it has become something else than this worktree) and then the entry.
[[nodiscard]] Result<void> remove_entry(const AdminEntry& entry);

// One `worktree add` at a time. Entries that an interrupted one left without saying for what path are
// removed.
class AddingWorktree {
 public:
  [[nodiscard]] static Result<AddingWorktree> begin(const std::string& common_dir);
  // To be called before git makes an entry for `path`, and after it.
  [[nodiscard]] Result<void> announce(const std::string& path) const;
  [[nodiscard]] Result<void> finished() const;

 private:
  AddingWorktree(os::FileLock lock, std::string note) : lock_(std::move(lock)), note_(std::move(note)) {}
  os::FileLock lock_;
  std::string note_;
};

// For commands in a worktree: its GIT_DIR, GIT_COMMON_DIR and GIT_WORK_TREE, none of them read from files
// that can be written to by whoever works there.
[[nodiscard]] CommandOptions in_worktree(const Worktree& worktree);

}  // namespace par::git
