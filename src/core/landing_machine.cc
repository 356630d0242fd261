// Finished branches into the candidate, the candidate to the target: what is done next.
#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "base/strings.h"
#include "core/landing_commits.h"
#include "core/landing_parts.h"

namespace par::core {
namespace {

// Whoever comes `after` others arrives after them. Where each lands for itself, one branch arrives when the
// one before it is decided: every commit of a landing's first-parent history has a tree that was validated.
BranchesArrived next_arrivals(const Plan& plan, const RunState& state) {
  const auto& integration = state.integration;
  BranchesArrived arrived;
  std::unordered_set<AgentName> names;
  const auto is_there = [&](const AgentName& name) {
    return state.find(name) == nullptr || branch_of(integration, name) || names.contains(name);
  };
  const bool one = lands_each(plan.strategy);
  if (one && !integration.planner.is_settled()) return arrived;
  for (const auto& name : integration.queue) {
    const auto& after = find_planned(plan, state, name)->spec.after;
    if (!std::all_of(after.begin(), after.end(), is_there)) continue;
    arrived.branches.push_back({name, after});
    if (one) break;
    names.insert(name);
  }
  return arrived;
}

std::optional<Action> next_queue_action(const Plan& plan, const RunState& state) {
  for (const auto& name : state.integration.queue)
    if (auto reason = hold_reason(state, find_planned(plan, state, name)->spec); !reason.empty())
      return Record{AgentHeld{name, std::move(reason)}};
  if (auto arrived = next_arrivals(plan, state); !arrived.branches.empty()) return Record{std::move(arrived)};
  return std::nullopt;
}

// Those that were tested together, or merged where they are to be replayed, do not fit.
bool has_unfit_step(const Plan& plan, const RunState& state) {
  const auto& integration = state.integration;
  std::set<std::string> names;
  const AwaitValidation baseline{integration.base, integration.base_tree, all_validations(plan)};
  const ObjectId* before = &integration.base_tree;
  for (const auto& step : integration.steps) {
    add_validations(plan, state, step.agent, names);
    const auto trees = trees_of(step, names);
    const bool passed = std::all_of(trees.begin(), trees.end(), [&](const auto& tree) {
      std::vector<AwaitValidation> missing;
      const auto verdict = judge_tree(integration, tree.what, baseline, missing);
      return verdict && verdict->colour == Colour::green;
    });
    const bool merged = step.replayed.empty() && step.tree != *before;
    if (!passed || (merged && plan.strategy == Strategy::rebase)) return true;
    before = &step.tree;
  }
  return false;
}

std::optional<Action> next_landing_action(const Plan& plan, const RunState& state) {
  const auto& landing = state.landing;
  const auto& integration = state.integration;
  if (!is_landing(plan, state)) return std::nullopt;
  if (integration.steps.empty()) return Record{LandingRefused{"nothing is accepted"}};
  if (landing.lost > kMaxLostLandings) return Record{keeps_moving(landing.target)};
  if (landing.built) return MoveTarget{landing.target, landing.built->from, landing.built->to};
  if (!fits_strategy(plan, state))  // they queue up again, one by one
    return Record{Rebased{integration.base, integration.base_tree, integration.holds_run_base}};
  return BuildLanding{landing.target, integration.base, integration.steps};
}

// Somebody may still finish a branch; those that exist are.
bool agents_are_at_work(const Plan& plan, const RunState& state) {
  for (std::size_t i = 0; i < state.agents.size(); ++i) {
    const Stage stage = state.agents[i].stage;
    if (!is_settled(stage) && stage != Stage::queued && plan.agents[i].branch.ref.empty()) return true;
  }
  return false;
}

std::optional<Action> next_action(const Plan& plan, const RunState& state) {
  const auto& integration = state.integration;
  if (auto action = next_queue_action(plan, state)) return action;
  if (auto action = next_search_action(plan, state)) return action;
  if (!integration.queue.empty() || !integration.planner.is_settled()) return std::nullopt;
  if (integration.candidate != integration.head())
    return Record{Accepting{integration.candidate, integration.head()}};
  return next_landing_action(plan, state);
}

}  // namespace

bool fits_strategy(const Plan& plan, const RunState& state) {
  return !lands_each(plan.strategy) || !has_unfit_step(plan, state);
}

LandingRefused keeps_moving(const RefName& target) {
  return {fmt::format("'{}' keeps moving", short_name(target))};
}

Next next_landing_step(const Plan& plan, const RunState& state) {
  if (state.landing.revert) return next_revert_step(plan, state);
  const auto& integration = state.integration;
  if (!integration.blocked.empty() && !integration.accepting) return {};
  Next next = next_trial_step(plan, state);
  if (integration.accepting)
    next.action = MoveCandidate{integration.accepting->from, integration.accepting->to};
  else if (!next.action)
    next.action = next_action(plan, state);
  // The baseline is validated while the agents work, so that a validation that cannot run is known early.
  if (agents_are_at_work(plan, state) && !covers(integration, integration.base_tree, all_validations(plan)))
    next.validations.push_back({integration.base, integration.base_tree, all_validations(plan)});
  return next;
}

}  // namespace par::core
