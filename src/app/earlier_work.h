// What the journals of earlier runs say that a new plan wants to know.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "app/project.h"
#include "core/earlier_work.h"

namespace par::app {

struct EarlierWork {
  std::vector<core::FinishedWork> timed;     // what was accepted, in the order of the runs
  std::vector<core::FinishedItem> finished;  // what landed on `base`, or is accepted for the same target
  std::vector<RunId> unlanded;               // runs of which some of that has not landed
  std::set<AgentName> had_items;             // agents and pools, in any run
  std::vector<std::string> warnings;         // runs whose record is damaged are left out
};

// Linear in the events of all runs and in the items that were accepted: plans are not read (store/database.h,
// put_work). Work counts as landed as long as `base` holds the commit that brought it and none that took it
// out again, and as accepted as long as the run's candidate is kept; for an imported item as long as no
// import found it again after closing it.
[[nodiscard]] Result<EarlierWork> read_earlier_work(const Project& project, const store::Database& database,
                                                    const Base& base);

}  // namespace par::app
