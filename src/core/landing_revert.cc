// What landed, off the target again: merged onto the target as it is, validated, and moved there as a landing
// is.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/strings.h"
#include "core/agent_names.h"
#include "core/landing_parts.h"

namespace par::core {
namespace {

LandingRefused red(const RunState& state, const Verdict& verdict) {
  LandingRefused refused;
  refused.tests = verdict.new_failures;
  const auto n = std::ssize(refused.tests);
  refused.reason = fmt::format("without it '{}' breaks {}", short_name(state.landing.target),
                               n == 1 ? "'" + refused.tests.front() + "'"
                                      : fmt::format("{} tests: '{}', ...", n, refused.tests.front()));
  for (const auto& [name, result] : state.integration.results.at(state.landing.built->tree)) {
    const auto& failures = result.failures;
    const bool shows = failures.empty() ? name == refused.tests.front()
                                        : std::find(failures.begin(), failures.end(),
                                                    refused.tests.front()) != failures.end();
    if (result.result == Outcome::fail && shows) refused.log = result.log;
  }
  return refused;
}

LandingRefused not_validated(const Verdict& verdict) {
  return {fmt::format("validation '{}' could not run on what it would leave", verdict.errors.front())};
}

}  // namespace

std::vector<std::string> validations_without(const Plan& plan, const RunState& state,
                                             const std::vector<AgentName>& out) {
  const auto stays = [&](const AgentName& name) {
    return state.find(name)->stage == Stage::landed && !is_among(out, name);
  };
  const auto all = all_validations(plan);
  std::set<std::string> names(all.begin(), all.end());
  for (const auto& agent : plan.agents) {
    if (stays(agent.spec.name)) continue;
    // Its own come last (core/plan.cc).
    const auto own = std::min(agent.spec.validate.size(), agent.validations.size());
    for (auto name = agent.validations.end() - static_cast<std::ptrdiff_t>(own);
         name != agent.validations.end(); ++name)
      names.erase(*name);
  }
  return {names.begin(), names.end()};
}

Next next_revert_step(const Plan& plan, const RunState& state) {
  const auto& landing = state.landing;
  Next next;
  if (landing.lost > kMaxLostLandings) {
    next.action = Record{keeps_moving(landing.target)};
    return next;
  }
  if (!landing.built) {
    const auto& revert = *landing.revert;
    next.action =
        BuildRevert{landing.target, {revert.agents.front(), revert.start, revert.tip}, revert.expected};
    return next;
  }
  const auto& built = *landing.built;
  const auto names = validations_without(plan, state, landing.revert->agents);
  const auto verdict = judge_tree(state.integration, {built.to, built.tree, names},
                                  {built.from, built.from_tree, names}, next.validations);
  if (!verdict) return next;
  switch (verdict->colour) {
    case Colour::green:
      next.action = MoveTarget{landing.target, built.from, built.to};
      break;
    case Colour::red:
      next.action = Record{red(state, *verdict)};
      break;
    case Colour::unknown:
      next.action = Record{not_validated(*verdict)};
      break;
  }
  return next;
}

}  // namespace par::core
