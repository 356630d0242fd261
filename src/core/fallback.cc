// What makes a run fall back: noticed in the events, recorded once, before anything else is decided.
//
// Too many failures, a conflict, a plan that gains too little and a budget that is nearly spent change the
// mode: what has not started yet starts one by one, each on a candidate that holds all before it. A crash, a
// violation of ownership, an agent that cannot get what it wants to claim, and branches that fail together
// concern only who they name: they are said, and the run goes on as it was. (That branches fail together is
// said by TrialJudged, and of claims, which are no events, the engine knows.) What a plan can
// know is decided there, an overlap by its phases, too small a speedup by its mode, and said here as well.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "base/strings.h"
#include "core/machine.h"
#include "core/precedence.h"

namespace par::core {
namespace {

// Fewer attempts say nothing about a rate.
constexpr int kFewAttempts = 4;

// Of a budget; beyond it no two agents spend at once.
constexpr double kNearlySpent = 0.8;

bool has(const std::vector<FellBack>& list, Trigger trigger) {
  return std::any_of(list.begin(), list.end(), [&](const auto& f) { return f.trigger == trigger; });
}

void notice(RunState& state, Trigger trigger, std::string reason) {
  if (!has(state.noticed, trigger) && !has(state.fallbacks, trigger))
    state.noticed.push_back({trigger, false, std::move(reason)});
}

struct Notice {
  RunState& state;

  void operator()(const AgentExited& e) const {
    state.cost += e.cost;
    state.tokens += e.tokens;
    if (e.how == ExitKind::signalled)
      notice(state, Trigger::crash, fmt::format("'{}' crashed: signal {}", e.agent.str(), e.code));
    if (e.how == ExitKind::lost)
      notice(state, Trigger::crash, fmt::format("'{}' was lost: nobody saw how it ended", e.agent.str()));
  }
  void operator()(const AgentRejected& e) const { failed(e.agent, e.kind); }
  void operator()(const AgentRetried& e) const {
    if (e.cause == RetryCause::failed) failed(e.agent, e.kind);
    if (e.cause == RetryCause::lost) ++state.failed_attempts;
  }
  void operator()(const TrialJudged& e) const {
    if (e.outcome != search::Outcome::red) return;
    const auto& planner = state.integration.planner;
    const auto& trial = planner.trials.at(static_cast<std::size_t>(e.trial));
    if (!trial.explains && (trial.branches - planner.landed).size() > 1) failed_together();
  }
  void operator()(const TrialSplit&) const { failed_together(); }
  void operator()(const FellBack& e) const {
    std::erase_if(state.noticed, [&](const auto& f) { return f.trigger == e.trigger; });
    state.fallbacks.push_back(e);
    state.in_sequence = state.in_sequence || e.sequence;
  }
  template <class Other>
  void operator()(const Other&) const {}

 private:
  void failed_together() const {
    if (!has(state.fallbacks, Trigger::red_batch))
      state.fallbacks.push_back(
          {Trigger::red_batch, false, "branches failed together, and who is to blame was looked for"});
  }
  void failed(const AgentName& agent, RejectKind kind) const {
    ++state.failed_attempts;
    if (kind == RejectKind::outside_ownership)
      notice(state, Trigger::outside_ownership,
             fmt::format("'{}' changed what it does not own", agent.str()));
    if (kind == RejectKind::conflict)
      notice(state, Trigger::conflict,
             fmt::format("'{}' does not merge with what was accepted", agent.str()));
  }
};

// Agents of which one is at such a stage could otherwise start side by side.
template <class IsSuch>
bool could_start(const RunState& state, const Limits& limits, const IsSuch& is_such) {
  return limits.jobs > 1 && std::any_of(state.agents.begin(), state.agents.end(),
                                        [&](const auto& agent) { return is_such(agent.stage); });
}

std::optional<FellBack> failure_rate(const Plan& plan, const RunState& state) {
  const auto accepted = std::count_if(state.agents.begin(), state.agents.end(),
                                      [](const auto& a) { return is_accepted(a.stage); });
  const auto ended = accepted + state.failed_attempts;
  if (ended < kFewAttempts || state.failed_attempts <= plan.max_failure_rate * static_cast<double>(ended))
    return std::nullopt;
  return FellBack{Trigger::failure_rate, true,
                  fmt::format("{} of {} attempts failed, more than max_failure_rate {:g} allows",
                              state.failed_attempts, ended, plan.max_failure_rate)};
}

// Which agents come after which, by `after`.
struct StatedOrder {
  std::map<AgentName, std::size_t> indices;
  Precedence order;

  explicit StatedOrder(const Plan& plan) : order(plan.agents.size()) {
    for (std::size_t i = 0; i < plan.agents.size(); ++i) indices.emplace(plan.agents[i].spec.name, i);
    for (std::size_t i = 0; i < plan.agents.size(); ++i)
      for (const auto& first : plan.agents[i].spec.after)
        if (const auto at = indices.find(first); at != indices.end()) order.add(at->second, i);
  }
};

// The pairs whose order nobody asked for. Linear in the agents for each agent that meets others.
std::vector<const Overlap*> unordered_overlaps(const Plan& plan) {
  const StatedOrder stated(plan);
  std::map<AgentName, std::vector<const Overlap*>> by_first;
  for (const auto& overlap : plan.overlaps) by_first[overlap.a].push_back(&overlap);
  std::vector<const Overlap*> unordered;
  for (const auto& [name, overlaps] : by_first) {
    std::vector<bool> is_ordered(plan.agents.size());
    stated.order.mark_before(stated.indices.at(name), is_ordered);
    stated.order.mark_behind(stated.indices.at(name), is_ordered);
    for (const auto* overlap : overlaps)
      if (!is_ordered[stated.indices.at(overlap->b)]) unordered.push_back(overlap);
  }
  return unordered;
}

// Said before anybody starts. Branches that exist are not kept apart: they merge or they do not.
std::optional<FellBack> overlap(const Plan& plan, const RunState& state) {
  const auto waits = [](const auto& agent) { return agent.stage == Stage::waiting && agent.attempt <= 1; };
  const auto is_branch = [](const auto& agent) { return !agent.branch.ref.empty(); };
  if (plan.overlaps.empty() || has(state.fallbacks, Trigger::overlap) ||
      !std::all_of(state.agents.begin(), state.agents.end(), waits) ||
      std::any_of(plan.agents.begin(), plan.agents.end(), is_branch))
    return std::nullopt;
  const auto pairs = unordered_overlaps(plan);
  if (pairs.empty()) return std::nullopt;
  const auto& first = *pairs.front();
  const auto more = static_cast<std::int64_t>(pairs.size()) - 1;
  return FellBack{Trigger::overlap, false,
                  fmt::format("'{}' and '{}' could both change '{}'{}, and work one after the other",
                              first.a.str(), first.b.str(), quote_path(first.witness.str()),
                              more > 0 ? fmt::format(" (and {} more)", counted(more, "pair")) : "")};
}

std::optional<FellBack> speedup(const Plan& plan, const RunState& state) {
  const auto& decision = plan.decision;
  const bool decided = decision.mode == Mode::sequential && plan.agents.size() > 1 && plan.jobs > 1 &&
                       !decision.reasons.empty();
  if (!decided || has(state.fallbacks, Trigger::speedup)) return std::nullopt;
  return FellBack{Trigger::speedup, true, decision.reasons.front()};
}

// The reason; empty: there is room in the budget, or none was set.
std::string nearly_spent(const Plan& plan, const RunState& state) {
  if (plan.budget > 0 && state.cost > kNearlySpent * plan.budget)
    return fmt::format("the agents have cost {:.2f} of {:.2f} US dollars", state.cost, plan.budget);
  if (plan.budget_tokens > 0 &&
      static_cast<double>(state.tokens) > kNearlySpent * static_cast<double>(plan.budget_tokens))
    return fmt::format("the agents have used {} of {} tokens", state.tokens, plan.budget_tokens);
  return {};
}

}  // namespace

void apply_fallback_event(RunState& state, const Event& event) { std::visit(Notice{state}, event.body); }

std::optional<FellBack> next_fallback(const Plan& plan, const RunState& state, const Limits& limits) {
  if (state.finished || limits.draining) return std::nullopt;
  // If not now, then in another attempt.
  const bool is_parallel =
      !state.in_sequence && could_start(state, limits, [](Stage stage) { return !is_settled(stage); });
  if (!state.noticed.empty()) {
    FellBack fallback = state.noticed.front();
    fallback.sequence = is_parallel && fallback.trigger == Trigger::conflict;
    return fallback;
  }
  if (auto fallback = overlap(plan, state)) return fallback;
  if (auto fallback = speedup(plan, state)) return fallback;
  if (auto reason = nearly_spent(plan, state); !reason.empty() && !has(state.fallbacks, Trigger::budget))
    return FellBack{Trigger::budget, is_parallel, std::move(reason)};
  const bool more_wait = could_start(state, limits, [](Stage stage) { return stage == Stage::waiting; });
  if (state.in_sequence || !more_wait || has(state.fallbacks, Trigger::failure_rate)) return std::nullopt;
  return failure_rate(plan, state);
}

}  // namespace par::core
