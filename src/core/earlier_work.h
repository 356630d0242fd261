// What earlier runs did and how long it took, as far as a new plan cares: which items are finished, and
// estimates where nobody gave any. Pure; app/earlier_work reads it from the journals.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/config.h"

namespace par::core {

// What one agent did in one run.
struct FinishedWork {
  AgentName agent;
  double seconds = 0;                   // that its command took
  std::vector<std::string> categories;  // of its items, one each
};

// An item whose work is on the target, or accepted and on its way there.
struct FinishedItem {
  ItemId item;
  AgentName agent;  // who did it
  AgentName pool;   // of which that is a worker; empty: of none

  bool operator==(const FinishedItem&) const = default;
};

// What work took, on average, rounded up to whole seconds.
struct EarlierTimes {
  struct Mean {
    Seconds seconds = 0;
    std::int64_t count = 0;  // what it is the mean of

    bool operator==(const Mean&) const = default;
  };
  std::map<std::string, Mean> of_category;  // for an item, by category
  std::map<AgentName, Mean> of_agent;       // for the work of an agent that had no items

  [[nodiscard]] bool empty() const { return of_category.empty() && of_agent.empty(); }
  bool operator==(const EarlierTimes&) const = default;
};

// An agent's time is shared out evenly among its items.
[[nodiscard]] EarlierTimes learn_times(const std::vector<FinishedWork>& work);

}  // namespace par::core
