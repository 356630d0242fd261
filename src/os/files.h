// Files as a crash-safe program needs them: whole reads, atomic durable writes, directories, temporary
// directories.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace par::os {

[[nodiscard]] Result<std::string> read_file(const std::string& path);
// Replaces `path` as a whole: temporary file beside it, fsync, rename, fsync of the directory. Mode 0600
// before umask unless given. A crash leaves the old or the new content, never a part.
[[nodiscard]] Result<void> write_file_durably(const std::string& path, std::string_view content,
                                              unsigned mode = 0600);
// Sets the file's time of change to now; makes it, mode 0600, when it is missing. Not durable.
[[nodiscard]] Result<void> touch(const std::string& path);
// Makes entries added to, renamed in or removed from this directory durable.
[[nodiscard]] Result<void> sync_directory(const std::string& path);
// When it was last written to, by the wall clock; nullopt: there is no such file.
[[nodiscard]] std::optional<Millis> modified_at(const std::string& path);
// Bytes; 0 when it cannot be told, as of a file that is not there.
[[nodiscard]] std::size_t file_size(const std::string& path);
[[nodiscard]] bool exists(const std::string& path);  // any kind of entry, symlinks not followed
// The same, where it matters whether nobody can tell: an Error when a directory on the way cannot be
// searched, or is none.
[[nodiscard]] Result<bool> is_there(const std::string& path);
[[nodiscard]] bool is_directory(const std::string& path);  // symlinks followed
// As mkdir -p, new directories with `mode`; fine when it is there.
[[nodiscard]] Result<void> make_directories(const std::string& path, unsigned mode = 0755);
// Names of the entries, sorted, without . and ..; a missing directory has none.
[[nodiscard]] Result<std::vector<std::string>> list_directory(const std::string& path);
// Removes a file; fine when it is gone already.
[[nodiscard]] Result<void> remove_file(const std::string& path);
// Removes the directory and everything below, read-only directories too, never following symlinks (a symlink
// in the place of `path` itself is removed, not its target); fine when it is gone already.
[[nodiscard]] Result<void> remove_tree(const std::string& path);
// Absolute, lexically normal, symlinks resolved as far as the path exists.
[[nodiscard]] std::string absolute_path(const std::string& path, const std::string& base = "");
[[nodiscard]] std::string parent_directory(const std::string& path);
[[nodiscard]] std::string base_name(const std::string& path);
// Flushes the file system that holds `path` (syncfs; where there is none, fsync of the path).
[[nodiscard]] Result<void> sync_file_system(const std::string& path);
// Bytes that we may still write to the file system that `path`, or the nearest directory above that exists,
// lies on.
[[nodiscard]] Result<std::int64_t> free_bytes(const std::string& path);
// True when `path` lies on a network file system, where locks and SQLite cannot be trusted (always false
// where the kind of file system cannot be asked for).
[[nodiscard]] bool on_network_file_system(const std::string& path);

// A fresh directory under $TMPDIR, removed with everything in it at the end.
class TemporaryDirectory {
 public:
  [[nodiscard]] static Result<TemporaryDirectory> create(const std::string& prefix);
  TemporaryDirectory(TemporaryDirectory&& other) noexcept;
  TemporaryDirectory& operator=(TemporaryDirectory&& other) noexcept;
  ~TemporaryDirectory();
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  // Keeps the directory; it is the caller's from now on.
  std::string release();

 private:
  explicit TemporaryDirectory(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace par::os
