// An exclusive flock on a file: released by the kernel when the holder dies. The file itself stays, its
// content is the holder's process id (for `stop`, and for messages).
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "os/descriptor.h"

namespace par::os {

class FileLock {
 public:
  // Waits. Parent directories must exist.
  [[nodiscard]] static Result<FileLock> acquire(const std::string& path);
  // The same, one after the other: who lets go and comes back waits for all who came meanwhile. A second
  // file, `path`.turn, is held by whoever is the next. (flock by itself goes to whoever is awake.) For locks
  // held for a moment: a holder that is stopped (Ctrl-Z, SIGSTOP) is continued by who has waited a while, or
  // everybody would stand still with it. Takes SIGALRM while it waits.
  [[nodiscard]] static Result<FileLock> acquire_in_turn(const std::string& path);
  // nullopt: somebody else holds it.
  [[nodiscard]] static Result<std::optional<FileLock>> try_acquire(const std::string& path);
  // The process id of the living holder; nullopt: nobody holds it (or the file is not there).
  [[nodiscard]] static Result<std::optional<int>> holder(const std::string& path);

 private:
  explicit FileLock(Descriptor fd) : fd_(std::move(fd)) {}
  // `lock` waits for the lock; false: it cannot be had, as errno says.
  [[nodiscard]] static Result<FileLock> acquire_with(const std::string& path, bool (*lock)(int fd));
  Descriptor fd_;
};

}  // namespace par::os
