// What a landing, or the revert of one, did, as a person reads it, and as JSON (product.md).
#pragma once

#include <string>
#include <vector>

#include "app/branch_planning.h"
#include "app/pull_requests.h"
#include "core/state.h"

namespace par::cli {

struct LandingReport {
  const core::RunState& state;
  ObjectId before;  // the target, as it was looked at
  int validation_runs = 0;
  int cache_hits = 0;
  std::vector<std::string> nothing_new = {};  // branches that were named and whose work the target has
  std::vector<app::LeftOut> left_out = {};    // and those that cannot land
  // Validations that it takes at least to test each branch by itself; 0: they were before.
  int one_by_one = 0;
  const std::vector<app::Pull>* pulls = nullptr;  // it lands by these, and not here
};

// What was taken off the target again.
struct RevertReport {
  const core::RunState& state;
  const core::RevertRequested& revert;
  int validation_runs = 0;
  int cache_hits = 0;
};

// "2 validation runs, 1 answered from the cache", as a line. `saved`: by testing together.
[[nodiscard]] std::string validations_line(int runs, int cache_hits, int saved = 0);
[[nodiscard]] std::string landing_text(const LandingReport& report);
[[nodiscard]] std::string landing_json(const LandingReport& report);
[[nodiscard]] std::string revert_text(const RevertReport& report);
[[nodiscard]] std::string revert_json(const RevertReport& report);

}  // namespace par::cli
