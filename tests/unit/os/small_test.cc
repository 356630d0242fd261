// sha256, sha1, clock, terminal, signals, descriptors.
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "os/descriptor.h"
#include "os/sha1.h"
#include "os/sha256.h"
#include "os/signals.h"
#include "os/system_clock.h"
#include "os/terminal.h"
#include "support/catch.h"
#include "support/forked.h"

using namespace par;
using namespace par::os;

namespace {

bool is_open(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }

bool is_readable(int fd) {
  pollfd entry{fd, POLLIN, 0};
  return ::poll(&entry, 1, 0) == 1;
}

}  // namespace

TEST_CASE("sha256: the published examples") {
  CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256_hex(std::string(1'000'000, 'a')) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("sha1: a published example") {
  const std::string digest = sha1_bytes("abc");
  CHECK(digest.size() == 20);
  CHECK(digest.substr(0, 4) == "\xa9\x99\x3e\x36");
}

TEST_CASE("descriptor: it closes once, moved or replaced") {
  const int raw = ::open("/dev/null", O_RDONLY);
  {
    Descriptor first(raw);
    Descriptor second(std::move(first));
    CHECK(second.get() == raw);
    const int other = ::open("/dev/null", O_RDONLY);
    second = Descriptor(other);
    CHECK_FALSE(is_open(raw));
    CHECK(is_open(other));
    CHECK(second.release() == other);
    CHECK_FALSE(second.is_open());
    second.reset(other);
    second.reset();
    CHECK_FALSE(is_open(other));
  }
}

TEST_CASE("clock: wall time is this century's, the other never goes back") {
  const SystemClock clock;
  CHECK(clock.wall() > 1'600'000'000'000);
  const Millis before = clock.monotonic();
  ::usleep(2000);
  CHECK(clock.monotonic() > before);
}

TEST_CASE("terminal: COLUMNS wins when it is a number, 80 is the last resort") {
  test::Forked child([](int pipe) {
    if (::dup2(pipe, 1) != 1 || ::dup2(pipe, 2) != 2) return 1;
    if (stdout_is_terminal() || stderr_is_terminal()) return 2;
    ::setenv("COLUMNS", "132", 1);
    if (terminal_width() != 132) return 3;
    for (const char* bad : {"", "0", "-5", "wide", "12x"}) {
      ::setenv("COLUMNS", bad, 1);
      if (terminal_width() != 80) return 4;
    }
    return 0;
  });
  CHECK(child.wait() == 0);
}

TEST_CASE("signals: interrupts are counted and wake a poll until drained") {
  test::Forked child([](int) {
    if (interrupt_descriptor() != -1 || interrupt_count() != 0) return 1;
    drain_interrupts();
    install_signal_handlers();
    if (is_readable(interrupt_descriptor())) return 2;
    ::raise(SIGINT);
    ::raise(SIGHUP);
    ::raise(SIGTERM);
    ::raise(SIGPIPE);
    if (interrupt_count() != 3 || last_interrupt() != SIGTERM) return 3;
    if (!is_readable(interrupt_descriptor())) return 4;
    drain_interrupts();
    return is_readable(interrupt_descriptor()) || interrupt_count() != 3 ? 5 : 0;
  });
  CHECK(child.wait() == 0);
}

TEST_CASE("signals: to be asked to drain, however often, counts as the first interrupt") {
  test::Forked child([](int) {
    std::signal(kDrainSignal, SIG_IGN);
    install_signal_handlers();
    for (int i = 0; i < 3; ++i) ::raise(kDrainSignal);
    if (interrupt_count() != 1 || last_interrupt() != SIGTERM) return 1;
    if (!is_readable(interrupt_descriptor())) return 2;
    ::raise(SIGINT);
    if (interrupt_count() != 1 || last_interrupt() != SIGINT) return 3;
    ::raise(SIGINT);
    return interrupt_count() == 2 ? 0 : 4;
  });
  CHECK(child.wait() == 0);
}

TEST_CASE("signals: what git sends on is the echo of what came from elsewhere, in either order") {
  constexpr bool kParent = true;
  constexpr bool kElsewhere = false;
  EchoFilter after;
  CHECK_FALSE(after.is_echo(kElsewhere, 5000));
  CHECK(after.is_echo(kParent, 5900));
  CHECK_FALSE(after.is_echo(kElsewhere, 5950));  // pressed again: git sends on the first one only
  EchoFilter before;
  CHECK_FALSE(before.is_echo(kParent, 5000));
  CHECK(before.is_echo(kElsewhere, 5001));
  CHECK_FALSE(before.is_echo(kElsewhere, 5002));
  EchoFilter late;
  CHECK_FALSE(late.is_echo(kElsewhere, 5000));
  CHECK_FALSE(late.is_echo(kElsewhere, 5100));
  CHECK(late.is_echo(kParent, 5200));
}

TEST_CASE("signals: two from one side are two, and so are two that are far apart") {
  for (const bool parent : {true, false}) {
    EchoFilter filter;
    CHECK_FALSE(filter.is_echo(parent, 5000));
    CHECK_FALSE(filter.is_echo(parent, 5001));
    CHECK_FALSE(filter.is_echo(!parent, 6002));
    CHECK_FALSE(filter.is_echo(parent, 7003));
  }
}

TEST_CASE("signals: what was ignored from the start stays ignored") {
  test::Forked child([](int) {
    std::signal(SIGHUP, SIG_IGN);
    install_signal_handlers();
    ::raise(SIGHUP);
    return interrupt_count();
  });
  CHECK(child.wait() == 0);
}
