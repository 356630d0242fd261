#include "os/signals.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>

#include "os/posix.h"
#include "os/system_clock.h"

namespace par::os {
namespace {

constexpr Millis kEchoWindow = 1000;

std::atomic<int> g_count{0};
std::atomic<int> g_last{0};
std::atomic<bool> g_drain{false};
std::atomic<int> g_interrupt_wake{-1};
static_assert(std::atomic<int>::is_always_lock_free);

// One for each signal number.
std::array<EchoFilter, SIGTERM + 1>& echo_filters() {
  static constinit std::array<EchoFilter, SIGTERM + 1> filters;
  return filters;
}

Pipe& wake_pipe() {
  static Pipe pipe;
  return pipe;
}

bool is_from_parent(const siginfo_t& info) { return info.si_code == SI_USER && info.si_pid == ::getppid(); }

// A full pipe is readable already.
void wake() { [[maybe_unused]] const ssize_t ignored = ::write(g_interrupt_wake, "", 1); }

extern "C" void par_note_drain(int /*number*/) {
  const int saved = errno;
  g_drain = true;
  if (g_count == 0) g_last = SIGTERM;
  wake();
  errno = saved;
}

extern "C" void par_count_interrupt(int number, siginfo_t* info, void* /*context*/) {
  const int saved = errno;
  auto& filter = echo_filters()[static_cast<std::size_t>(number)];
  if (filter.is_echo(is_from_parent(*info), SystemClock().monotonic())) return;
  g_last = number;
  ++g_count;
  wake();
  errno = saved;
}

// What was ignored from the start (nohup, a background job of a script) stays ignored.
void handle(int number) {
  struct sigaction action {};
  if (::sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN) return;
  action = {};
  action.sa_sigaction = par_count_interrupt;
  action.sa_flags = SA_RESTART | SA_SIGINFO;
  ::sigemptyset(&action.sa_mask);
  ::sigaction(number, &action, nullptr);
}

}  // namespace

bool EchoFilter::is_echo(bool from_parent, Millis now) {
  const Millis arrived = now * 2 + (from_parent ? 1 : 0);
  Millis last = last_;
  for (;;) {
    const bool pair = last != 0 && (last % 2 == 1) != from_parent && now - last / 2 <= kEchoWindow;
    if (last_.compare_exchange_weak(last, pair ? 0 : arrived)) return pair;
  }
}

void install_signal_handlers() {
  std::signal(SIGPIPE, SIG_IGN);
  if (auto pipe = make_pipe()) {
    set_nonblocking(pipe->read.get());
    set_nonblocking(pipe->write.get());
    wake_pipe() = *std::move(pipe);
    g_interrupt_wake = wake_pipe().write.get();
  }
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) handle(number);
  struct sigaction drain {};
  drain.sa_handler = par_note_drain;
  drain.sa_flags = SA_RESTART;
  ::sigaction(kDrainSignal, &drain, nullptr);
}

Result<void> drain_process(int process_id) {
  if (signal_and_wake(process_id, kDrainSignal)) return {};
  return errno_error(fmt::format("cannot drain process {}", process_id), errno);
}

int interrupt_count() { return std::max<int>(g_count, g_drain ? 1 : 0); }

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
