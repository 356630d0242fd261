// What a landing, or the revert of one, did, as a person reads it, and as JSON (product.md).
#pragma once

#include <string>
#include <vector>

#include "app/branch_planning.h"
#include "core/state.h"

namespace par::cli {

struct LandingReport {
  const core::RunState& state;
  ObjectId before;  // where the target was when it began
  int validation_runs = 0;
  int cache_hits = 0;
  std::vector<std::string> nothing_new = {};  // branches that were named and whose work the target has
  std::vector<app::LeftOut> left_out = {};    // and those that cannot land
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
