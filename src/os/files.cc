#include "os/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>

#include "os/descriptor.h"
#include "os/platform.h"
#include "os/posix.h"
#include "os/process.h"

namespace par::os {
namespace {

namespace fs = std::filesystem;

Error file_error(std::string_view doing, std::string_view path) {
  return errno_error(fmt::format("cannot {} '{}'", doing, path), errno);
}

// Through to the disk, also where fsync alone stops at the drive's cache.
bool sync_descriptor(int fd) {
#ifdef F_FULLFSYNC
  if (::fcntl(fd, F_FULLFSYNC) == 0) return true;
#endif
  return ::fsync(fd) == 0;
}

Result<Descriptor> create_beside(const std::string& path, unsigned mode, std::string& temporary) {
  static std::atomic<unsigned> counter{0};
  for (;;) {
    temporary = fmt::format("{}.{}.{}.tmp", path, ::getpid(), counter++);
    Descriptor fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                         static_cast<mode_t>(mode)));
    if (fd.is_open()) return fd;
    if (errno != EEXIST) return file_error("write", path);
  }
}

Result<void> write_and_close(Descriptor fd, std::string_view content, const std::string& path) {
  if (!write_all(fd.get(), content) || !sync_descriptor(fd.get())) return file_error("write", path);
  // Network file systems report a failed write only here.
  if (::close(fd.release()) != 0) return file_error("write", path);
  return {};
}

std::string existing_part(const std::string& path) {
  std::string existing = absolute_path(path);
  while (existing != "/" && !exists(existing)) existing = parent_directory(existing);
  return existing;
}

std::string temporary_root() {
  const auto chosen = environment_variable("TMPDIR");
  return chosen && !chosen->empty() ? *chosen : "/tmp";
}

}  // namespace

Result<std::string> read_file(const std::string& path) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.is_open()) return file_error("open", path);
  return read_to_end(fd.get(), path);
}

Result<void> write_file_durably(const std::string& path, std::string_view content, unsigned mode) {
  std::string temporary;
  PAR_ASSIGN(Descriptor fd, create_beside(path, mode, temporary));
  Result<void> written = write_and_close(std::move(fd), content, path);
  if (written && ::rename(temporary.c_str(), path.c_str()) != 0) written = file_error("write", path);
  if (!written) {
    ::unlink(temporary.c_str());
    return written;
  }
  return sync_directory(parent_directory(path));
}

Result<void> sync_directory(const std::string& path) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.is_open()) return file_error("open", path);
  // EINVAL: a file system whose directories need no flush.
  if (!sync_descriptor(fd.get()) && errno != EINVAL) return file_error("flush", path);
  return {};
}

std::optional<Millis> modified_at(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return std::nullopt;
  return Millis{info.st_mtim.tv_sec} * 1000 + info.st_mtim.tv_nsec / 1'000'000;
}

std::size_t file_size(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  return error ? 0 : static_cast<std::size_t>(size);
}

Result<void> touch(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
  if (file.is_open() && ::futimens(file.get(), nullptr) == 0) return {};
  return errno_error(fmt::format("cannot touch '{}'", path), errno);
}

bool exists(const std::string& path) {
  struct stat info {};
  return ::lstat(path.c_str(), &info) == 0;
}

Result<bool> is_there(const std::string& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) == 0) return true;
  if (errno == ENOENT) return false;
  return errno_error(fmt::format("cannot look for '{}'", path), errno);
}

bool is_directory(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

Result<void> make_directories(const std::string& path, unsigned mode) {
  if (::mkdir(path.c_str(), static_cast<mode_t>(mode)) == 0) return {};
  if (errno == ENOENT) {
    const std::string parent = parent_directory(path);
    if (parent != path && !is_directory(parent)) {
      PAR_TRY(make_directories(parent, mode));
      if (::mkdir(path.c_str(), static_cast<mode_t>(mode)) == 0) return {};
    }
  }
  const int error = errno;
  if (is_directory(path)) return {};
  return errno_error(fmt::format("cannot create directory '{}'", path), error);
}

Result<std::vector<std::string>> list_directory(const std::string& path) {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(path.c_str()), &::closedir);
  if (!directory) {
    if (errno == ENOENT) return names;
    return file_error("open", path);
  }
  errno = 0;
  while (const dirent* entry = ::readdir(directory.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
    errno = 0;
  }
  if (errno != 0) return file_error("read", path);
  std::sort(names.begin(), names.end());
  return names;
}

Result<void> remove_file(const std::string& path) {
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return {};
  return file_error("remove", path);
}

std::string absolute_path(const std::string& path, const std::string& base) {
  std::error_code error;
  const fs::path full = fs::absolute(base.empty() ? fs::path(path) : fs::path(base) / path, error);
  fs::path resolved = fs::weakly_canonical(full, error);
  if (error) resolved = full.lexically_normal();
  std::string text = resolved.string();
  while (text.size() > 1 && text.back() == '/') text.pop_back();
  return text;
}

std::string parent_directory(const std::string& path) {
  std::string_view rest = path;
  while (rest.size() > 1 && rest.back() == '/') rest.remove_suffix(1);
  const auto slash = rest.rfind('/');
  if (slash == std::string_view::npos) return ".";
  rest = rest.substr(0, slash);
  while (!rest.empty() && rest.back() == '/') rest.remove_suffix(1);
  return rest.empty() ? "/" : std::string(rest);
}

std::string base_name(const std::string& path) {
  std::string_view rest = path;
  while (rest.size() > 1 && rest.back() == '/') rest.remove_suffix(1);
  const auto slash = rest.rfind('/');
  if (slash == std::string_view::npos || rest.size() == 1) return std::string(rest);
  return std::string(rest.substr(slash + 1));
}

Result<void> sync_file_system(const std::string& path) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.is_open()) return file_error("open", path);
  if (!platform::sync_file_system_of(fd.get())) return file_error("flush", path);
  return {};
}

Result<std::int64_t> free_bytes(const std::string& path) {
  const std::string existing = existing_part(path);
  struct statvfs info {};
  if (::statvfs(existing.c_str(), &info) != 0) return file_error("ask for the free space at", existing);
  return static_cast<std::int64_t>(info.f_bavail) * static_cast<std::int64_t>(info.f_frsize);
}

bool on_network_file_system(const std::string& path) {
  return platform::is_network_file_system(existing_part(path).c_str());
}

Result<TemporaryDirectory> TemporaryDirectory::create(const std::string& prefix) {
  std::string path = fmt::format("{}/{}.XXXXXX", temporary_root(), prefix);
  if (::mkdtemp(path.data()) == nullptr) return file_error("create directory", path);
  return TemporaryDirectory(std::move(path));
}

TemporaryDirectory::TemporaryDirectory(TemporaryDirectory&& other) noexcept
    : path_(std::exchange(other.path_, "")) {}

TemporaryDirectory& TemporaryDirectory::operator=(TemporaryDirectory&& other) noexcept {
  std::swap(path_, other.path_);
  return *this;
}

TemporaryDirectory::~TemporaryDirectory() {
  // A directory that cannot be removed is no reason to fail what is already done.
  if (!path_.empty()) static_cast<void>(remove_tree(path_));
}

std::string TemporaryDirectory::release() { return std::exchange(path_, ""); }

}  // namespace par::os
