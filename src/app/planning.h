// The plan of what is committed now: gathers the configuration, the paths and the items, and asks core/plan.
#pragma once

#include <string>
#include <vector>

#include "app/project.h"

namespace par::app {

struct PlanOptions {
  std::string target;  // a branch's name; empty: the configuration's, else the branch that is checked out
  int jobs = 0;        // -j; 0: not given
  bool force_parallel = false;
  std::vector<std::string> items;  // files of findings; none: the imported items
  int agents = 0;                  // --agents; 0: as the configuration says
  core::By by = core::By::automatic;
  bool again = false;    // --again: plan also the items that earlier runs finished
  bool predict = false;  // --predict: what items change besides their files, from history and names
};

struct MadePlan {
  core::Plan plan;
  std::vector<std::string> warnings;
};

// The plan of the target's tip with the configuration committed there, for the items of the configuration and
// those of options.items (relative to `cwd`) or else the imported ones. Stores nothing; plan.id is set.
[[nodiscard]] Result<MadePlan> make_plan_now(const Project& project, const std::string& cwd,
                                             const PlanOptions& options);

}  // namespace par::app
