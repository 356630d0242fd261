#include "core/machine.h"

#include <algorithm>

#include "base/check.h"

namespace par::core {
namespace {

bool may_finish(const RunState& state) {
  const auto& integration = state.integration;
  return !state.finished && integration.queue.empty() && integration.blocked.empty() &&
         std::all_of(state.agents.begin(), state.agents.end(),
                     [](const auto& a) { return is_settled(a.stage); });
}

}  // namespace

bool is_over(const RunState& state) {
  if (state.landing.revert) return false;
  return !state.landing.landed.empty() || (state.finished && *state.finished != RunEnd::ready);
}

bool is_landing(const Plan& plan, const RunState& state) {
  const auto& landing = state.landing;
  const auto stands_for_branch = [](const auto& agent) { return !agent.branch.ref.empty(); };
  return landing.requested && (state.finished || landing.revert ||
                               std::all_of(plan.agents.begin(), plan.agents.end(), stands_for_branch));
}

void apply_event(RunState& state, const Event& event) {
  apply_fallback_event(state, event);
  apply_run_event(state, event);
  apply_landing_event(state, event);
  state.last_at = event.at;
}

Next next_step(const Plan& plan, const RunState& state, const Limits& limits) {
  if (!state.prepared) {
    Next next;
    next.action = PrepareRun{state.base};
    return next;
  }
  Next next = next_agent_step(plan, state, limits);
  if (auto fallback = next_fallback(plan, state, limits)) next.action = Record{*std::move(fallback)};
  Next landing = next_landing_step(plan, state);
  next.validations = std::move(landing.validations);
  if (!next.action) next.action = std::move(landing.action);
  if (next.idle() && may_finish(state))
    next.action = Record{RunFinished{state.integration.steps.empty() ? RunEnd::failed : RunEnd::ready}};
  return next;
}

}  // namespace par::core
