// A second opinion on plans: what must hold of every plan, checked pair by pair and path by path, with
// nothing of core/ but the values it is told. Matching is that of support/naive_glob.h.
#pragma once

#include <string>
#include <vector>

#include "core/plan.h"

namespace par::test {

// What is wrong with the plan of these items over these paths; empty: nothing. It is checked that
//   - every item belongs to one agent, once, or is listed as unowned, and to nobody that may not have it;
//   - two agents of one phase name no file in common, and none below a directory that the other names;
//   - two agents of one phase own no path of `paths` in common;
//   - who comes after another, himself or with an item, has a later phase (items of one agent: a later
//   place).
// Agents own by `owns` and `forbids` alone, without brackets other than of single bytes; folding is none.
[[nodiscard]] std::vector<std::string> faults_of(const core::Plan& plan, const std::vector<core::Item>& items,
                                                 const std::vector<RepoPath>& paths);

}  // namespace par::test
