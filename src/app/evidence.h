// Whose landed work makes the target red, told by trying the target without it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/project.h"
#include "app/session.h"

namespace par::app {

// What the target fails was seen twice, and so was that it passes without these agents; a validation that
// failed once counts for nothing.
struct Evidence {
  ObjectId tip;                      // of the target
  std::vector<std::string> tests;    // it fails these, and the commit on which the run landed did not
  core::RevertRequested revert;      // of those without whose work none of them fails, on that tip alone; no
                                     // agents: nobody's
  std::string reason;                // why nobody's
  std::vector<std::string> skipped;  // whose work could not be left out alone, and why
};

// Whose work is left out, one after the other: at most so many.
constexpr std::size_t kMostLeftOut = 16;

// Leaves each agent out, with those that come after it; first those that the failing tests point at, then the
// others, the last that landed first. O(kMostLeftOut) validations of trees, and two more; answers from the
// cache count as seen once. Errors: as plan_revert, or interrupted. Precondition: as plan_revert.
[[nodiscard]] Result<Evidence> find_evidence(const Project& project, store::Database& database,
                                             Session& session, const std::function<int()>& interrupts);

}  // namespace par::app
