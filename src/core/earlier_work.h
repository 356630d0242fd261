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
  std::string work;  // the work_hash of what was asked for
  AgentName agent;   // who did it
  AgentName pool;    // of which that is a worker; empty: of none
  RunId unlanded;    // the run that holds it until it lands; empty: it is on the target

  bool operator==(const FinishedItem&) const = default;
};

// What a run keeps of an agent's items for the plans after it.
struct WorkItem {
  ItemId item;
  std::string work;
  std::string category;

  bool operator==(const WorkItem&) const = default;
};
struct AgentWork {
  AgentName agent;
  AgentName pool;
  std::vector<WorkItem> items;

  bool operator==(const AgentWork&) const = default;
};

// Names what an item asks for, its title and files. Equal for items that ask for the same, although severity,
// estimate and order differ, or the lines that the title speaks of have moved.
[[nodiscard]] std::string work_hash(const Item& item);

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
