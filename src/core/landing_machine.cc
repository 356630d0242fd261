// Finished branches into the candidate, the candidate to the target.
#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/strings.h"
#include "core/machine.h"

namespace par::core {
namespace {

// How often a landing is rebuilt on a target that keeps moving before it gives up.
constexpr int kMaxLostLandings = 10;

void erase_name(std::vector<AgentName>& names, const AgentName& name) {
  names.erase(std::remove(names.begin(), names.end(), name), names.end());
}

// All accepted branches but those of `without` queue up again, ahead of what already waits, in their order.
void queue_again(RunState& state, const std::vector<AgentName>& without) {
  auto& integration = state.integration;
  std::vector<AgentName> again;
  for (const auto& step : integration.steps) {
    if (std::find(without.begin(), without.end(), step.agent) != without.end()) continue;
    again.push_back(step.agent);
    state.find(step.agent)->stage = Stage::queued;
  }
  for (const auto& name : integration.queue)
    if (std::find(without.begin(), without.end(), name) == without.end()) again.push_back(name);
  integration.queue = std::move(again);
  integration.steps.clear();
  integration.trial.reset();
  integration.singles.clear();
  state.landing.built.reset();
}

void accept_trial(RunState& state) {
  auto& integration = state.integration;
  for (auto& step : integration.trial->steps) {
    state.find(step.agent)->stage = Stage::accepted;
    erase_name(integration.queue, step.agent);
    integration.singles.erase(step.agent);
    if (step.agent == state.canary) state.canary = AgentName();
    integration.steps.push_back(std::move(step));
  }
  integration.trial.reset();
}

struct ApplyLandingEvent {
  RunState& state;

  [[nodiscard]] Integration& in() const { return state.integration; }

  void operator()(const TrialBuilt& e) const {
    check(!in().trial, "a trial was built while another is open");
    in().trial = Trial{e.onto, e.steps, e.conflict, e.paths};
  }
  void operator()(const TrialValidated& e) const {
    auto& known = in().results[e.tree];
    for (const auto& result : e.results) {
      known[result.name] = result;
      if (result.result == Outcome::error && e.tree == in().base_tree && in().blocked.empty())
        in().blocked =
            fmt::format("validation '{}' cannot run on the base commit: {}", result.name, result.detail);
    }
  }
  void operator()(const TrialSplit&) const {
    check(in().trial.has_value(), "a trial was split that is not open");
    for (const auto& step : in().trial->steps) in().singles.insert(step.agent);
    in().trial.reset();
  }
  void operator()(const Accepting& e) const { in().accepting = e; }
  void operator()(const Accepted& e) const {
    check(in().accepting && in().accepting->to == e.to,
          "the candidate moved to a commit that was not announced");
    if (in().trial && !in().trial->steps.empty() && in().trial->steps.back().commit == e.to)
      accept_trial(state);
    in().candidate = e.to;
    in().accepting.reset();
  }
  void operator()(const RunResumed&) const {
    in().blocked.clear();
    for (auto& [tree, results] : in().results)
      std::erase_if(results, [](const auto& entry) { return entry.second.result == Outcome::error; });
    state.landing.refused.clear();
    state.landing.lost = 0;
  }
  void operator()(const AgentRetried& e) const {
    if (e.cause == RetryCause::asked) state.landing.refused.clear();
  }
  void operator()(const LandRequested& e) const {
    state.landing.requested = true;
    state.landing.target = e.target;
    state.landing.strategy = e.strategy;
    state.landing.refused.clear();
    state.landing.lost = 0;
  }
  void operator()(const Rebased& e) const {
    queue_again(state, {});
    in().base = e.base;
    in().base_tree = e.tree;
    in().holds_run_base = e.holds_run_base;
    ++state.landing.lost;
  }
  void operator()(const LandingBuilt& e) const { state.landing.built = e; }
  void operator()(const Landed& e) const {
    state.landing.landed = e.to;
    state.landing.requested = false;
    for (const auto& step : in().steps) state.find(step.agent)->stage = Stage::landed;
  }
  void operator()(const LandingLost&) const { state.landing.built.reset(); }
  void operator()(const LandingRefused& e) const {
    state.landing.built.reset();
    state.landing.requested = false;
    state.landing.refused = e.reason;
  }
  void operator()(const RolledBack& e) const {
    check(state.landing.landed.empty(), "a landed run was rolled back as if it had not landed");
    state.landing.refused.clear();
    queue_again(state, e.agents);
    for (const auto& name : e.agents) {
      AgentState* agent = state.find(name);
      check(agent != nullptr, "an unknown agent was rolled back");
      agent->stage = Stage::rolled_back;
      agent->reason = e.reason;
    }
    state.finished.reset();
  }
  template <class Other>
  void operator()(const Other&) const {}
};

// ---- what to do next

std::vector<std::string> validations_of(const Plan& plan, const std::vector<Step>& steps) {
  std::set<std::string> names;
  for (const auto& step : steps)
    if (const auto* planned = plan.find(step.agent))
      names.insert(planned->validations.begin(), planned->validations.end());
  return {names.begin(), names.end()};
}

std::vector<std::string> all_validations(const Plan& plan) {
  std::vector<std::string> names;
  for (const auto& spec : plan.validations) names.push_back(spec.name);
  std::sort(names.begin(), names.end());
  return names;
}

bool covers(const Integration& integration, const ObjectId& tree, const std::vector<std::string>& names) {
  if (names.empty()) return true;
  const auto found = integration.results.find(tree);
  if (found == integration.results.end()) return false;
  return std::all_of(names.begin(), names.end(), [&](const auto& n) { return found->second.contains(n); });
}

std::vector<ValidationResult> results_for(const Integration& integration, const ObjectId& tree,
                                          const std::vector<std::string>& names) {
  std::vector<ValidationResult> results;
  const auto found = integration.results.find(tree);
  if (found == integration.results.end()) return results;
  for (const auto& name : names)
    if (const auto result = found->second.find(name); result != found->second.end())
      results.push_back(result->second);
  return results;
}

bool any(const std::vector<ValidationResult>& results, Outcome outcome) {
  return std::any_of(results.begin(), results.end(), [&](const auto& r) { return r.result == outcome; });
}

std::vector<BranchRef> next_branches(const Plan& plan, const RunState& state) {
  const auto& integration = state.integration;
  std::vector<BranchRef> branches;
  const auto add = [&](const AgentName& name) {
    const AgentState& agent = *state.find(name);
    branches.push_back({name, agent.start, agent.tip});
  };
  // A squash lands one commit per agent, and every tree that lands must have been validated: one at a time.
  const bool one = plan.strategy == Strategy::squash;
  for (const auto& name : integration.queue) {
    const bool single = one || integration.singles.contains(name);
    if (single && !branches.empty()) break;
    add(name);
    if (single) break;
  }
  return branches;
}

std::string tests_reason(const std::vector<std::string>& tests) {
  if (tests.size() == 1) return fmt::format("breaks '{}' on top of the candidate", tests.front());
  return fmt::format("breaks {} tests on top of the candidate: '{}', ...", tests.size(), tests.front());
}

AgentRejected red_rejection(const RunState& state, const Step& step, const Verdict& verdict,
                            const std::vector<ValidationResult>& results) {
  AgentRejected rejected;
  rejected.agent = step.agent;
  rejected.attempt = state.find(step.agent)->attempt;
  rejected.kind = RejectKind::red;
  rejected.reason = tests_reason(verdict.new_failures);
  rejected.tests = verdict.new_failures;
  const auto red =
      std::find_if(results.begin(), results.end(), [](const auto& r) { return r.result == Outcome::fail; });
  if (red != results.end()) rejected.log = red->log;
  return rejected;
}

AgentRejected conflict_rejection(const RunState& state, const Trial& trial) {
  AgentRejected rejected;
  rejected.agent = trial.conflict;
  rejected.attempt = state.find(trial.conflict)->attempt;
  rejected.kind = RejectKind::conflict;
  const std::string more = trial.paths.size() > 1 ? fmt::format(" and {} more", trial.paths.size() - 1) : "";
  rejected.reason = trial.paths.empty()
                        ? "does not merge onto the candidate"
                        : fmt::format("conflicts with the candidate in '{}'{}", trial.paths.front(), more);
  for (const auto& step : state.integration.steps) rejected.with.push_back(step.agent);
  return rejected;
}

// The open trial: validate it, judge it, and say what follows.
Next trial_step(const Plan& plan, const RunState& state) {
  const auto& integration = state.integration;
  const Trial& trial = *integration.trial;
  Next next;
  if (trial.steps.empty()) {
    next.action = Refuse{conflict_rejection(state, trial)};
    return next;
  }
  const Step& last = trial.steps.back();
  std::vector<Step> together = integration.steps;
  together.insert(together.end(), trial.steps.begin(), trial.steps.end());
  const auto names = validations_of(plan, together);
  if (!covers(integration, last.tree, names)) {
    next.validations = {AwaitValidation{last.commit, last.tree, names}};
    return next;
  }
  const auto results = results_for(integration, last.tree, names);
  const bool needs_baseline = any(results, Outcome::fail);
  if (needs_baseline && !covers(integration, integration.base_tree, names)) {
    next.validations = {AwaitValidation{integration.base, integration.base_tree, all_validations(plan)}};
    return next;
  }
  const auto verdict = judge(results, results_for(integration, integration.base_tree, names));
  if (verdict.colour == Colour::green) {
    next.action = Record{Accepting{integration.candidate, last.commit}};
  } else if (trial.steps.size() > 1) {
    next.action = Record{TrialSplit{}};
  } else if (verdict.colour == Colour::red) {
    next.action = Refuse{red_rejection(state, last, verdict, results)};
  } else {
    const std::string what =
        verdict.errors.empty() ? "a validation" : "validation '" + verdict.errors.front() + "'";
    next.action = Record{AgentParked{last.agent, what + " could not run on its branch"}};
  }
  return next;
}

// A squash lands a commit for each step, and each must have been tested: those that were tested together
// queue up again, one by one.
bool has_untested_step(const Plan& plan, const Integration& integration) {
  std::vector<Step> steps;
  for (const auto& step : integration.steps) {
    steps.push_back(step);
    if (!covers(integration, step.tree, validations_of(plan, steps))) return true;
  }
  return false;
}

Next landing_step(const Plan& plan, const RunState& state) {
  Next next;
  const auto& landing = state.landing;
  const auto& integration = state.integration;
  if (!landing.requested) return next;
  if (integration.steps.empty())
    next.action = Record{LandingRefused{"nothing is accepted"}};
  else if (landing.lost > kMaxLostLandings)
    next.action = Record{LandingRefused{fmt::format("'{}' keeps moving", short_name(landing.target))}};
  else if (!landing.built && plan.strategy == Strategy::squash && has_untested_step(plan, integration))
    next.action = Record{Rebased{integration.base, integration.base_tree, integration.holds_run_base}};
  else if (landing.built)
    next.action = MoveTarget{landing.target, landing.built->from, landing.built->to};
  else
    next.action = BuildLanding{landing.target, integration.base, integration.steps};
  return next;
}

bool agents_are_busy(const RunState& state) {
  return std::any_of(state.agents.begin(), state.agents.end(),
                     [](const auto& a) { return !is_settled(a.stage); });
}

}  // namespace

void drop_from_queue(Integration& integration, const AgentName& agent) {
  erase_name(integration.queue, agent);
  integration.singles.erase(agent);
  auto& trial = integration.trial;
  if (!trial) return;
  const bool takes_part =
      trial->conflict == agent ||
      std::any_of(trial->steps.begin(), trial->steps.end(), [&](const Step& s) { return s.agent == agent; });
  if (takes_part) trial.reset();
}

void apply_landing_event(RunState& state, const Event& event) {
  std::visit(ApplyLandingEvent{state}, event.body);
}

Next next_landing_step(const Plan& plan, const RunState& state) {
  const auto& integration = state.integration;
  Next next;
  if (integration.accepting) {
    next.action = MoveCandidate{integration.accepting->from, integration.accepting->to};
    return next;
  }
  if (!integration.blocked.empty()) return next;
  if (integration.trial) return trial_step(plan, state);
  for (const auto& name : integration.queue)
    if (auto reason = hold_reason(state, plan.find(name)->spec); !reason.empty()) {
      next.action = Record{AgentHeld{name, std::move(reason)}};
      return next;
    }
  if (!integration.queue.empty()) {
    next.action = BuildTrial{integration.head(), next_branches(plan, state)};
    return next;
  }
  if (integration.candidate != integration.head()) {
    next.action = Record{Accepting{integration.candidate, integration.head()}};
    return next;
  }
  // The baseline is validated while the agents work, so that a validation that cannot run is known early.
  if (agents_are_busy(state) && !covers(integration, integration.base_tree, all_validations(plan))) {
    next.validations = {AwaitValidation{integration.base, integration.base_tree, all_validations(plan)}};
    return next;
  }
  return landing_step(plan, state);
}

}  // namespace par::core
