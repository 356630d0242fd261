// Plans of branches that exist: what each changed, which meet, which really conflict, in what order to merge;
// and the plan that a run follows which lands them.
#pragma once

#include <string>
#include <vector>

#include "app/planning.h"
#include "app/reverting.h"

namespace par::app {

// `patterns` as for `git for-each-ref` below refs/heads: "feature/*", "topic". Branches without a commit of
// their own, the target, what has no commit in common with it (with a warning), and branches that runs made,
// unless the pattern begins with "par/", are left out. In the plan a branch is an agent that owns the paths
// it changed, renames on both sides, and all that could be added to a directory that it renamed; it is
// `after` the branches it contains. Only pairs that meet are merged, in memory. The plan has no id: it is for
// reading. Errors: no such branch; usage: an empty pattern.
[[nodiscard]] Result<MadePlan> plan_branches(const Project& project, const PlanOptions& options,
                                             const std::vector<std::string>& patterns);

// A branch that was named and cannot land.
struct LeftOut {
  std::string branch;
  std::string reason;
  ObjectId revert = {};  // what took its work off the target; empty: another reason
};

struct LandingPlan {
  core::Plan plan;                       // without agents when no branch has anything to land
  std::vector<std::string> nothing_new;  // branches whose work the target has, however it got there
  // Branches that have no commit in common with the target, or that were rolled back since they landed.
  std::vector<LeftOut> left_out;
  std::vector<std::string> warnings;
};

// Each branch is an agent of the plan that runs nothing (core::ExistingBranch), is checked by every
// validation of the target's configuration, and comes `after` the branches it contains; the others of a stack
// go first. Errors as above.
[[nodiscard]] Result<LandingPlan> plan_landing(const Project& project, const std::string& target,
                                               const std::vector<std::string>& patterns);

}  // namespace par::app
