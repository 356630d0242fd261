// The next round of trials. Internal to the search.
#pragma once

#include <vector>

#include "core/search_view.h"
#include "core/search_weights.h"

namespace par::core::search {

// What is open, by what is known of it.
struct Field {
  BranchSet clean;                // green in parts that were tried apart; expected to be so together
  std::vector<BranchSet> groups;  // apart from each other; each breaks on what has landed and the clean ones
  BranchSet doomed;               // breaks by itself there, or comes after one that does
  BranchSet fresh;                // the rest
  BranchSet doubted;              // was taken for clean, but all that was tried on top of it is red
};

[[nodiscard]] Field survey(const View& view, Weights& weights);

// The sets of at most `slots` trials: none is known, hopeless or running, or twice among them. Empty when
// nothing is open, or what is open is doomed.
[[nodiscard]] std::vector<BranchSet> plan_round(const View& view, std::size_t slots);

}  // namespace par::core::search
