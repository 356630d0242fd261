// Child processes for tests of concurrency and of sudden death: a forked copy of the test that runs one
// function. Assertions of the test framework are not for the child: it answers by its exit code and what it
// writes to a pipe.
#pragma once

#include <functional>
#include <string>

#include "os/descriptor.h"

namespace par::test {

class Forked {
 public:
  // The child runs `work` with the writing end of the pipe, then exits at once with what it returns (255 when
  // it throws). Open nothing before the fork that the child must not share (database connections, locks).
  explicit Forked(const std::function<int(int pipe)>& work);
  Forked(Forked&& other) noexcept;
  Forked& operator=(Forked&&) = delete;
  ~Forked();  // kills and reaps what still runs

  // Waits for at least `bytes` bytes of what the child wrote (less only when it has closed its end).
  [[nodiscard]] std::string read_at_least(std::size_t bytes);
  // All that is still to be read, until the child's end.
  [[nodiscard]] std::string read_rest();
  void kill();
  void send(int signal) const;
  // Exit code, or 128 + the number of the signal that ended it.
  int wait();

 private:
  int pid_ = -1;
  os::Descriptor pipe_;
};

}  // namespace par::test
