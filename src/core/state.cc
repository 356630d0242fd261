#include "core/state.h"

#include <utility>

namespace par::core {

std::optional<std::size_t> Integration::trial_to(const ObjectId& commit) const {
  for (const auto& [number, trial] : trials) {
    if (!trial.conflict.empty() || trial.end == 0 || chains.last(trial.end).commit != commit) continue;
    // The same commit may be the end of an earlier trial, of a branch that has left and come again.
    const BranchSet& set = planner.trials.at(number).branches;
    if (set != planner.landed && planner.landed.is_within(set) &&
        set.is_within(planner.landed | planner.open))
      return number;
  }
  return std::nullopt;
}

const AgentState* RunState::find(const AgentName& name) const {
  const auto found = numbers.find(name);
  return found == numbers.end() ? nullptr : &agents[found->second];
}

AgentState* RunState::find(const AgentName& name) {
  const auto found = numbers.find(name);
  return found == numbers.end() ? nullptr : &agents[found->second];
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
    state.numbers.emplace(agent.name, state.agents.size());
    state.agents.push_back(std::move(agent));
  }
  return state;
}

const PlannedAgent* find_planned(const Plan& plan, const RunState& state, const AgentName& name) {
  const auto found = state.numbers.find(name);
  return found == state.numbers.end() ? nullptr : &plan.agents.at(found->second);
}

}  // namespace par::core
