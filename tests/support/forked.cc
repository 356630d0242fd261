#include "support/forked.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <limits>
#include <stdexcept>

namespace par::test {

Forked::Forked(const std::function<int(int pipe)>& work) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) throw std::runtime_error("pipe failed");
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error("fork failed");
  if (pid_ == 0) {
    ::close(ends[0]);
    int code = 255;
    try {
      code = work(ends[1]);
    } catch (...) {
      code = 255;
    }
    ::_exit(code);
  }
  ::close(ends[1]);
  pipe_.reset(ends[0]);
}

Forked::Forked(Forked&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), pipe_(std::move(other.pipe_)) {}

Forked::~Forked() {
  kill();
  wait();
}

std::string Forked::read_at_least(std::size_t bytes) {
  std::string out;
  std::array<char, 4096> buffer{};
  while (out.size() < bytes) {
    const auto got = ::read(pipe_.get(), buffer.data(), buffer.size());
    if (got <= 0) break;
    out.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return out;
}

std::string Forked::read_rest() { return read_at_least(std::numeric_limits<std::size_t>::max()); }

void Forked::kill() {
  if (pid_ > 0) ::kill(pid_, SIGKILL);
}

void Forked::send(int signal) const {
  if (pid_ > 0) ::kill(pid_, signal);
}

int Forked::wait() {
  if (pid_ <= 0) return 0;
  int status = 0;
  ::waitpid(std::exchange(pid_, -1), &status, 0);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace par::test
