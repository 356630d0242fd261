#include "os/posix.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "os/platform.h"

namespace par::os {
namespace {

constexpr std::size_t kChunk = 64 << 10;

Result<Descriptor> above_standard(int fd) {
  Descriptor given(fd);
  if (fd > STDERR_FILENO) return given;
  Descriptor moved(::fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  if (!moved.is_open()) return errno_error("cannot make a pipe", errno);
  return moved;
}

}  // namespace

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{-1, -1};
  if (!platform::open_pipe(ends)) return errno_error("cannot make a pipe", errno);
  auto read = above_standard(ends[0]);
  auto write = above_standard(ends[1]);
  if (!read) return std::move(read).error();
  if (!write) return std::move(write).error();
  return Pipe{*std::move(read), *std::move(write)};
}

ssize_t read_some(int fd, char* data, std::size_t size) {
  ssize_t count = 0;
  do count = ::read(fd, data, size);
  while (count < 0 && errno == EINTR);
  return count;
}

bool write_all(int fd, std::string_view data) {
  while (!data.empty()) {
    const ssize_t count = ::write(fd, data.data(), data.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    data.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

Result<std::string> read_to_end(int fd, std::string_view name) {
  std::string content;
  std::array<char, kChunk> chunk{};
  for (;;) {
    const ssize_t count = read_some(fd, chunk.data(), chunk.size());
    if (count < 0) return errno_error(fmt::format("cannot read '{}'", name), errno);
    if (count == 0) return content;
    content.append(chunk.data(), static_cast<std::size_t>(count));
  }
}

void set_nonblocking(int fd) {
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags >= 0) ::fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

bool signal_and_wake(pid_t pid, int number) {
  return (::kill(pid, number) == 0 && ::kill(pid, SIGCONT) == 0) || errno == ESRCH;
}

void nap(int ms) { ::poll(nullptr, 0, ms); }

std::vector<char*> exec_array(const std::vector<std::string>& strings) {
  std::vector<char*> array;
  array.reserve(strings.size() + 1);
  for (const auto& text : strings)
    array.push_back(const_cast<char*>(text.c_str()));  // NOLINT(cppcoreguidelines-pro-type-const-cast)
  array.push_back(nullptr);
  return array;
}

}  // namespace par::os
