// What a landing, or the revert of one, did, as a person reads it, and as JSON (product.md).
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

// What was taken off the target again.
struct RevertReport {
  const core::RunState& state;
  const core::RevertRequested& revert;
  int validation_runs = 0;
  int cache_hits = 0;
};

[[nodiscard]] std::string landing_text(const LandingReport& report);
[[nodiscard]] std::string landing_json(const LandingReport& report);
[[nodiscard]] std::string revert_text(const RevertReport& report);
[[nodiscard]] std::string revert_json(const RevertReport& report);

}  // namespace par::cli
