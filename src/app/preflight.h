// What `git par plan --check` looks at before a run: gathers the facts that core/preflight judges. Starts no
// validation, touches no network, changes nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/planning.h"
#include "core/preflight.h"

namespace par::app {

struct Preflight {
  std::optional<MadePlan> made;  // nullopt: there is no target to plan on
  std::string target;
  std::vector<core::PreflightCheck> checks;
};

// Errors: as make_plan_now, but not for a target that does not exist.
[[nodiscard]] Result<Preflight> check_preflight(const Project& project, const std::string& cwd,
                                                const PlanOptions& options);

}  // namespace par::app
