#include "os/input_file.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <utility>

#include "os/files.h"
#include "os/posix.h"

namespace par::os {

InputFile::InputFile(std::string name, Descriptor own, int fd)
    : name_(std::move(name)), own_(std::move(own)), fd_(fd) {}

Result<InputFile> InputFile::open(const std::string& path) {
  if (path == "-") return InputFile("standard input", Descriptor(), 0);
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return errno_error(fmt::format("cannot open '{}'", path), errno);
  if (is_directory(path)) return errno_error(fmt::format("cannot read '{}'", path), EISDIR);
  const int fd = file.get();
  return InputFile(path, std::move(file), fd);
}

Result<std::size_t> InputFile::read(std::span<char> room) {
  const auto count = read_some(fd_, room.data(), room.size());
  if (count < 0) return errno_error(fmt::format("cannot read '{}'", name_), errno);
  return static_cast<std::size_t>(count);
}

}  // namespace par::os
