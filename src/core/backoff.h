// How long to wait before something that failed is tried again. Pure.
#pragma once

#include "base/clock.h"

namespace par::core {

// Between a half and the whole of 1 s, 2 s, 4 s, ... up to `longest`, doubled with each of the `failures`
// before. `random`, from 0 up to, but not including, 1, keeps those apart who failed together.
[[nodiscard]] Millis backoff(int failures, Millis longest, double random);

}  // namespace par::core
