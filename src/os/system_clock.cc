#include "os/system_clock.h"

#include <ctime>

#include "os/platform.h"

namespace par::os {
namespace {

Millis read_clock(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return Millis{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

}  // namespace

Millis SystemClock::wall() const { return read_clock(CLOCK_REALTIME); }

Millis SystemClock::monotonic() const { return read_clock(platform::suspend_clock()); }

std::string boot_name() { return platform::boot_name(); }

}  // namespace par::os
