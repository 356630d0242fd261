// The options of the commands that make a plan.
#pragma once

#include "app/planning.h"
#include "cli/option_list.h"

namespace par::cli {

// --target, --jobs, --items, --agents, --by, --again, --predict, --force-parallel. `options` must outlive the
// parsing.
void add_planning_options(OptionList& line, app::PlanOptions& options);

}  // namespace par::cli
