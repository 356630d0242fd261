// remove_tree: relative to open directories all the way down, so that a symlink put in place of a directory
// while we work leads nowhere.
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "os/descriptor.h"
#include "os/files.h"

namespace par::os {
namespace {

constexpr int kOpenDirectory = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
// Each level holds a descriptor; what lies deeper is moved to the top and removed from there.
constexpr int kDeepest = 64;

Error remove_error(std::string_view path, int error) {
  return errno_error(fmt::format("cannot remove '{}'", path), error);
}

// Directories that nobody may read are ours to remove all the same.
int open_directory(int dir, const char* name) {
  const int fd = ::openat(dir, name, kOpenDirectory);
  if (fd >= 0 || errno != EACCES) return fd;
  if (::fchmodat(dir, name, 0700, AT_SYMLINK_NOFOLLOW) != 0) {
    errno = EACCES;
    return -1;
  }
  return ::openat(dir, name, kOpenDirectory);
}

Result<std::vector<std::string>> names_in(int dir, const std::string& path) {
  std::vector<std::string> names;
  int own = ::openat(dir, ".", kOpenDirectory);
  if (own < 0 && errno == EACCES && ::fchmod(dir, 0700) == 0) own = ::openat(dir, ".", kOpenDirectory);
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(own < 0 ? nullptr : ::fdopendir(own), &::closedir);
  if (!stream) {
    const int error = errno;
    if (own >= 0) ::close(own);
    return remove_error(path, error);
  }
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  return names;
}

class TreeRemover {
 public:
  explicit TreeRemover(int top) : top_(top) {}

  Result<void> empty(const std::string& path) {
    unsigned before = 0;
    do {
      before = moved_;
      PAR_TRY(empty_directory(top_, path, 1));
    } while (moved_ != before);
    return {};
  }

 private:
  Result<void> empty_directory(int dir, const std::string& path, int depth) {
    PAR_ASSIGN(const auto names, names_in(dir, path));
    for (const auto& name : names) PAR_TRY(remove_entry(dir, path + "/" + name, name, depth));
    return {};
  }

  Result<void> remove_entry(int dir, const std::string& path, const std::string& name, int depth) {
    if (unlink_in(dir, name, 0) || errno == ENOENT) return {};
    const int error = errno;
    const Descriptor child(open_directory(dir, name.c_str()));
    if (!child.is_open()) return remove_error(path, errno == ENOTDIR || errno == ELOOP ? error : errno);
    if (depth >= kDeepest) return move_to_top(dir, path, name);
    PAR_TRY(empty_directory(child.get(), path, depth + 1));
    if (unlink_in(dir, name, AT_REMOVEDIR) || errno == ENOENT) return {};
    return remove_error(path, errno);
  }

  Result<void> move_to_top(int dir, const std::string& path, const std::string& name) {
    const std::string place = fmt::format(".par-removed.{}.{}", ::getpid(), moved_++);
    if (::renameat(dir, name.c_str(), top_, place.c_str()) != 0) return remove_error(path, errno);
    return {};
  }

  // Build caches make directories read-only; they are ours to remove all the same.
  static bool unlink_in(int dir, const std::string& name, int flags) {
    if (::unlinkat(dir, name.c_str(), flags) == 0) return true;
    if (errno != EACCES || ::fchmod(dir, 0700) != 0) return false;
    return ::unlinkat(dir, name.c_str(), flags) == 0;
  }

  int top_;
  unsigned moved_ = 0;
};

}  // namespace

Result<void> remove_tree(const std::string& path) {
  std::string place = path;
  while (place.size() > 1 && place.back() == '/') place.pop_back();
  struct stat info {};
  if (::lstat(place.c_str(), &info) != 0) {
    if (errno == ENOENT) return {};
    return remove_error(place, errno);
  }
  if (!S_ISDIR(info.st_mode)) return remove_file(place);
  const Descriptor top(open_directory(AT_FDCWD, place.c_str()));
  if (!top.is_open()) return remove_error(place, errno);
  PAR_TRY(TreeRemover(top.get()).empty(place));
  if (::rmdir(place.c_str()) == 0 || errno == ENOENT) return {};
  return remove_error(place, errno);
}

}  // namespace par::os
