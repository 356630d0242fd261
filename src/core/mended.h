// Known failures that what is accepted did away with, and whose work that was.
#pragma once

#include <string>
#include <vector>

#include "core/state.h"

namespace par::core {

struct Mended {
  std::string test;
  AgentName by;  // empty: one of several, between whose trees none was validated

  bool operator==(const Mended&) const = default;
};

// What fails on the base of the candidate and not on the candidate, as far as both were validated; by
// validation, then by name. O(known failures * steps).
[[nodiscard]] std::vector<Mended> mended_failures(const Integration& integration);

}  // namespace par::core
