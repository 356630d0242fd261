// The real clock: CLOCK_REALTIME and CLOCK_BOOTTIME (CLOCK_MONOTONIC where there is none).
#pragma once

#include <string>

#include "base/clock.h"

namespace par::os {

class SystemClock final : public Clock {
 public:
  [[nodiscard]] Millis wall() const override;
  [[nodiscard]] Millis monotonic() const override;
};

// Names the time since the machine started, for readings of monotonic() that are kept; another one after each
// reboot. Empty where the system has none.
[[nodiscard]] std::string boot_name();

}  // namespace par::os
