#include "core/backoff.h"

#include <algorithm>

namespace par::core {

Millis backoff(int failures, Millis longest, double random) {
  Millis pause = 1000;
  for (int i = 0; i < failures && pause < longest; ++i) pause *= 2;
  pause = std::min(pause, longest);
  return pause / 2 + static_cast<Millis>(random * static_cast<double>(pause) / 2);
}

}  // namespace par::core
