#include "core/state.h"

#include <algorithm>
#include <utility>

namespace par::core {

std::optional<std::size_t> Integration::trial_to(const ObjectId& commit) const {
  for (const auto& [number, trial] : trials) {
    if (!trial.conflict.empty() || trial.chain.empty() || trial.chain.back().commit != commit) continue;
    // The same commit may be the end of an earlier trial, of a branch that has left and come again.
    const BranchSet& set = planner.trials.at(number).branches;
    if (set != planner.landed && planner.landed.is_within(set) &&
        set.is_within(planner.landed | planner.open))
      return number;
  }
  return std::nullopt;
}

const AgentState* RunState::find(const AgentName& name) const {
  const auto found =
      std::find_if(agents.begin(), agents.end(), [&](const AgentState& a) { return a.name == name; });
  return found == agents.end() ? nullptr : &*found;
}

AgentState* RunState::find(const AgentName& name) {
  const auto* const found = std::as_const(*this).find(name);
  return found == nullptr ? nullptr : &agents[static_cast<std::size_t>(found - agents.data())];
}

RunState initial_state(const RunId& id, const Plan& plan) {
  RunState state;
  state.id = id;
  state.plan = plan.id;
  state.base = plan.base;
  state.landing.target = plan.target;
  state.agents.reserve(plan.agents.size());
  for (const auto& planned : plan.agents) {
    AgentState agent;
    agent.name = planned.spec.name;
    agent.phase = planned.phase;
    state.agents.push_back(std::move(agent));
  }
  return state;
}

}  // namespace par::core
