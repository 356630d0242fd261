// How work of a run that landed is taken off its target again.
#pragma once

#include <string>
#include <vector>

#include "app/project.h"
#include "app/session.h"

namespace par::app {

// Of the agents whose work the run landed, those that the target still has, in plan order: one that was
// rolled back counts again when that is on the target no more, or undone there (`git revert` of it). Where
// later work meets what was rolled back, it counts as off. Error: the target does not exist.
[[nodiscard]] Result<std::vector<AgentName>> agents_on_target(const Project& project,
                                                              const core::RunState& state);

// A branch that landed and was rolled back: its commits are on the target, its work is not.
struct TakenOff {
  std::string branch;
  ObjectId revert;
};
// Those of the branches (names) that are that, at the tips they have, on this commit of the target. O(runs).
[[nodiscard]] Result<std::vector<TakenOff>> find_taken_off(const Project& project, const Base& base,
                                                           const std::vector<std::string>& branches);

// The intent to take off what these agents brought; the commits that it names are written. What each agent
// brought is its own work (start..tip; under squash and rebase the commits that landed for it), so what the
// others did to the same files stays. Errors (refused), with nothing changed: the target does not hold the
// landing any more, or cannot move; another agent's work is built on theirs; the branches are gone.
// Precondition: the run has landed, nothing of it is under way, and each of the agents is on the target.
[[nodiscard]] Result<core::RevertRequested> plan_revert(const Project& project, Session& session,
                                                        const std::vector<AgentName>& agents);
// Records it. Until run_revert has ended it, refs of the run keep its commits.
[[nodiscard]] Result<void> request_revert(Session& session, const core::RevertRequested& revert);
// Goes on with the revert that is under way, until it has landed, is refused, or is interrupted.
[[nodiscard]] Result<void> run_revert(Session& session);

}  // namespace par::app
