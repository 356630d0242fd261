#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <queue>

#include "base/strings.h"
#include "core/plan_parts.h"

namespace par::core::planning {
namespace {

// Longest first onto the place that is free first: at most 4/3 of the best.
double makespan(std::vector<Seconds> durations, int places) {
  std::sort(durations.begin(), durations.end(), std::greater<>());
  std::priority_queue<Seconds, std::vector<Seconds>, std::greater<>> ends;
  for (int i = 0; i < places; ++i) ends.push(0);
  Seconds last = 0;
  for (const auto duration : durations) {
    const Seconds end = ends.top() + duration;
    ends.pop();
    ends.push(end);
    last = std::max(last, end);
  }
  return static_cast<double>(last);
}

double parallel_time(const Plan& plan) {
  double total = 0;
  for (auto agent = plan.agents.begin(); agent != plan.agents.end();) {  // by phase
    const int phase = agent->phase;
    std::vector<Seconds> durations;
    for (; agent != plan.agents.end() && agent->phase == phase; ++agent)
      durations.push_back(estimate_of(*agent));
    total += makespan(std::move(durations), plan.jobs);
  }
  return total;
}

// What the numbers do not count.
struct Unknown {
  std::vector<std::string> agents;  // nothing of them
  std::vector<std::string> parts;   // agents with some items of which nothing is known

  [[nodiscard]] bool empty() const { return agents.empty() && parts.empty(); }
};

Unknown find_unknown(const Plan& plan) {
  Unknown unknown;
  for (const auto& agent : plan.agents) {
    if (agent.spec.estimate > 0) continue;
    auto name = "'" + agent.spec.name.str() + "'";
    if (estimate_of(agent) == 0)
      unknown.agents.push_back(std::move(name));
    else if (std::any_of(agent.items.begin(), agent.items.end(),
                         [](const Item& item) { return item.estimate == 0; }))
      unknown.parts.push_back(std::move(name));
  }
  return unknown;
}

void add_unknown(Unknown unknown, std::vector<std::string>& reasons) {
  if (!unknown.agents.empty())
    reasons.push_back(
        fmt::format("no estimate for {}: counted as 0s", some_of(unknown.agents, kNamesInReason)));
  if (!unknown.parts.empty())
    reasons.push_back(fmt::format("no estimate for some items of {}: counted as 0s",
                                  some_of(unknown.parts, kNamesInReason)));
}

// Why the agents should rather run one after the other; empty: they should not.
std::vector<std::string> reasons_against(const Plan& plan, const Policy& policy, const Decision& numbers,
                                         bool numbers_say_nothing) {
  if (plan.agents.size() == 1) return {"one agent: there is nothing to run beside it"};
  if (plan.jobs == 1) return {"jobs is 1: one agent at a time"};
  std::vector<std::string> reasons;
  if (numbers_say_nothing) return reasons;
  if (numbers.speedup < policy.min_speedup)
    reasons.push_back(
        fmt::format("speedup {:.2f} ({} in sequence, {} with {} jobs) is below min_speedup {:.2f}",
                    numbers.speedup, human_duration(numbers.sequential_s), human_duration(numbers.parallel_s),
                    plan.jobs, policy.min_speedup));
  if (numbers.sequential_s < static_cast<double>(policy.min_sequential))
    reasons.push_back(fmt::format("{} in sequence is below min_sequential {}",
                                  human_duration(numbers.sequential_s),
                                  human_duration(static_cast<double>(policy.min_sequential))));
  return reasons;
}

std::string reason_for(const Plan& plan, const Decision& numbers, bool numbers_say_nothing) {
  if (numbers_say_nothing)
    return numbers.sequential_s == 0 ? "no estimates: parallel by default"
                                     : "not all estimates: parallel by default";
  return fmt::format("speedup {:.2f}: {} in sequence, {} with {} jobs", numbers.speedup,
                     human_duration(numbers.sequential_s), human_duration(numbers.parallel_s), plan.jobs);
}

}  // namespace

Seconds estimate_of(const PlannedAgent& agent) {
  if (agent.spec.estimate > 0) return agent.spec.estimate;
  return std::accumulate(agent.items.begin(), agent.items.end(), Seconds{0},
                         [](Seconds sum, const Item& item) { return sum + item.estimate; });
}

Decision decide(const Plan& plan, const PlanRequest& request, const LearnedEstimates& learned) {
  Decision decision;
  for (const auto& agent : plan.agents) decision.sequential_s += static_cast<double>(estimate_of(agent));
  decision.parallel_s = parallel_time(plan);
  if (decision.parallel_s > 0) {
    decision.speedup = decision.sequential_s / decision.parallel_s;
    decision.efficiency = (decision.sequential_s - decision.parallel_s) / decision.sequential_s;
  }
  auto unknown = find_unknown(plan);
  auto source = learned_reason(plan, request.earlier, learned);
  const bool says_nothing = decision.sequential_s == 0 || (!source.empty() && !unknown.empty());
  decision.reasons = reasons_against(plan, request.config.policy, decision, says_nothing);
  if (decision.reasons.empty()) {
    decision.reasons.push_back(reason_for(plan, decision, says_nothing));
  } else if (request.force_parallel) {
    decision.reasons.emplace_back("parallel all the same: it was forced");
  } else {
    decision.mode = Mode::sequential;
  }
  if (decision.sequential_s > 0) add_unknown(std::move(unknown), decision.reasons);
  if (!source.empty()) decision.reasons.push_back(std::move(source));
  return decision;
}

}  // namespace par::core::planning
