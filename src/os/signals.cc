#include "os/signals.h"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>

#include "os/posix.h"

namespace par::os {
namespace {

std::atomic<int> g_count{0};
std::atomic<int> g_last{0};
std::atomic<int> g_interrupt_wake{-1};
static_assert(std::atomic<int>::is_always_lock_free);

Pipe& wake_pipe() {
  static Pipe pipe;
  return pipe;
}

extern "C" void par_count_interrupt(int number) {
  const int saved = errno;
  g_last = number;
  ++g_count;
  // A full pipe is readable already.
  [[maybe_unused]] const ssize_t ignored = ::write(g_interrupt_wake, "", 1);
  errno = saved;
}

// What was ignored from the start (nohup, a background job of a script) stays ignored.
void handle(int number) {
  struct sigaction action {};
  if (::sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN) return;
  action = {};
  action.sa_handler = par_count_interrupt;
  action.sa_flags = SA_RESTART;
  ::sigemptyset(&action.sa_mask);
  ::sigaction(number, &action, nullptr);
}

}  // namespace

void install_signal_handlers() {
  std::signal(SIGPIPE, SIG_IGN);
  if (auto pipe = make_pipe()) {
    set_nonblocking(pipe->read.get());
    set_nonblocking(pipe->write.get());
    wake_pipe() = *std::move(pipe);
    g_interrupt_wake = wake_pipe().write.get();
  }
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) handle(number);
}

int interrupt_count() { return g_count; }

int last_interrupt() { return g_last; }

int interrupt_descriptor() { return wake_pipe().read.get(); }

void wait_for_interrupt(Millis timeout) {
  pollfd wake{interrupt_descriptor(), POLLIN, 0};
  ::poll(&wake, 1, static_cast<int>(timeout));
}

bool wait_undisturbed(Millis timeout) {
  wait_for_interrupt(timeout);
  return interrupt_count() == 0;
}

void drain_interrupts() {
  std::array<char, 64> bytes{};
  while (interrupt_descriptor() >= 0 && read_some(interrupt_descriptor(), bytes.data(), bytes.size()) > 0) {
  }
}

}  // namespace par::os
