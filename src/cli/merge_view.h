// What a landing did, as a person reads it, and as JSON (product.md).
#pragma once

#include <string>

#include "core/state.h"

namespace par::cli {

struct LandingReport {
  const core::RunState& state;
  ObjectId before;  // the target
  int validation_runs = 0;
  int cache_hits = 0;
};

[[nodiscard]] std::string landing_text(const LandingReport& report);
[[nodiscard]] std::string landing_json(const LandingReport& report);

}  // namespace par::cli
