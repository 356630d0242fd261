// Time as a port: wall-clock for records, a clock that runs through suspend for leases and timeouts.
#pragma once

#include <cstdint>

namespace par {

using Millis = std::int64_t;

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Millis wall() const = 0;       // since 1970-01-01 UTC; may jump
  [[nodiscard]] virtual Millis monotonic() const = 0;  // since boot, suspend included; never goes back
};

}  // namespace par
