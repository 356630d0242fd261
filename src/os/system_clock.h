// The real clock: CLOCK_REALTIME and CLOCK_BOOTTIME (CLOCK_MONOTONIC where there is none).
#pragma once

#include "base/clock.h"

namespace par::os {

class SystemClock final : public Clock {
 public:
  [[nodiscard]] Millis wall() const override;
  [[nodiscard]] Millis monotonic() const override;
};

}  // namespace par::os
