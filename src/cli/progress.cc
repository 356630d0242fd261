#include "cli/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "base/strings.h"
#include "cli/report.h"

namespace par::cli {
namespace {

using namespace core;  // NOLINT(google-build-using-namespace): one overload per event of the core

constexpr std::size_t kMostNames = 8;

std::string names_of(const std::vector<AgentName>& agents) {
  std::vector<std::string> names;
  for (const auto& name : agents) names.push_back(name.str());
  return some_of(names, kMostNames);
}

std::string names_of(const std::vector<Step>& steps) {
  std::vector<AgentName> agents;
  for (const auto& step : steps) agents.push_back(step.agent);
  return names_of(agents);
}

struct Line {
  const Plan& plan;
  const RunState& state;
  Millis at;

  std::string operator()(const RunStarted&) const {
    if (!plan.agents.empty() && !plan.agents.front().branch.ref.empty())
      return fmt::format("run {}: {} onto '{}' at {}", state.id.str(),
                         counted(std::ssize(plan.agents), "branch"), short_name(plan.target),
                         short_oid(plan.base));
    return fmt::format("run {}: {} agents in {} phases onto '{}' at {}", state.id.str(), plan.agents.size(),
                       plan.phases, short_name(plan.target), short_oid(plan.base));
  }
  std::string operator()(const AgentStarting& e) const {
    const auto* agent = state.find(e.agent);
    const std::string again = e.attempt > 1 ? fmt::format(", attempt {}", e.attempt) : "";
    const std::string alone = e.agent == state.canary ? ", alone: it is the canary" : "";
    return fmt::format("{}: started in phase {}{}{}", e.agent.str(), agent->phase, again, alone);
  }
  std::string operator()(const AgentExited& e) const {
    if (e.how == ExitKind::exited && e.code == 0)
      return fmt::format("{}: finished after {}", e.agent.str(), human_duration(e.seconds));
    if (e.how == ExitKind::exited) return fmt::format("{}: exited with {}", e.agent.str(), e.code);
    return fmt::format("{}: {}", e.agent.str(), name_of(e.how));
  }
  std::string operator()(const AgentCollected& e) const {
    return fmt::format("{}: changed {}", e.agent.str(), counted(std::ssize(e.files), "file"));
  }
  std::string operator()(const AgentRejected& e) const {
    return fmt::format("{}: rejected: {}", e.agent.str(), e.reason);
  }
  std::string operator()(const AgentHeld& e) const {
    return fmt::format("{}: held: {}", e.agent.str(), e.reason);
  }
  std::string operator()(const AgentParked& e) const {
    return fmt::format("{}: set aside: {}", e.agent.str(), e.reason);
  }
  std::string operator()(const AgentRetried& e) const {
    if (e.cause != RetryCause::failed)
      return fmt::format("{}: starts again, attempt {}", e.agent.str(), e.attempt);
    const auto pause = static_cast<double>(std::max<Millis>(0, e.not_before - at)) / 1000;
    return fmt::format("{}: refused: {}; attempt {} in {}", e.agent.str(), e.reason, e.attempt,
                       human_duration(pause));
  }
  std::string operator()(const FellBack& e) const { return fallback_line(e); }
  std::string operator()(const RunFinished& e) const { return e.end == RunEnd::cleaned ? "cleaned" : ""; }
  std::string operator()(const TrialJudged& e) const {
    const auto& planner = state.integration.planner;
    const auto& trial = planner.trials.at(static_cast<std::size_t>(e.trial));
    const BranchSet tried = trial.branches - planner.landed;
    if (e.outcome != search::Outcome::red || trial.explains || tried.size() < 2) return {};
    return fmt::format("{} fail together: looking for who is to blame", tried_names(state, tried));
  }
  std::string operator()(const Accepted& e) const {
    const auto& steps = state.integration.steps;
    if (steps.empty() || steps.back().commit != e.to)
      return fmt::format("candidate back at {}", short_oid(e.to));
    return fmt::format("accepted: {} (candidate {})", names_of(steps), short_oid(e.to));
  }
  std::string operator()(const Rebased& e) const {
    return fmt::format("'{}' moved to {}: validating on top of it", short_name(state.landing.target),
                       short_oid(e.base));
  }
  std::string operator()(const Landed& e) const {
    if (e.to != state.landing.landed)
      return fmt::format("rolled back on '{}': {}", short_name(state.landing.target), short_oid(e.to));
    return fmt::format("landed on '{}': {}", short_name(state.landing.target), short_oid(e.to));
  }
  std::string operator()(const LandingLost&) const {
    if (!state.landing.revert) return {};
    return fmt::format("'{}' moved: rolling back on its new tip", short_name(state.landing.target));
  }
  std::string operator()(const LandingRefused& e) const {
    return fmt::format("not {}: {}", state.landing.landed.empty() ? "landed" : "rolled back", e.reason);
  }
  std::string operator()(const RolledBack& e) const {
    return fmt::format("rolled back: {}", names_of(e.agents));
  }
  std::string operator()(const RevertRequested& e) const {
    return fmt::format("rolling back on '{}': {}", short_name(state.landing.target), names_of(e.agents));
  }
  template <class Other>
  std::string operator()(const Other&) const {
    return {};
  }
};

}  // namespace

std::string tried_names(const RunState& state, const BranchSet& branches) {
  std::vector<AgentName> agents;
  branches.each([&](BranchIndex branch) { agents.push_back(state.integration.branches[branch].agent); });
  return names_of(agents);
}

std::string fallback_line(const FellBack& fallback) {
  if (fallback.trigger == core::Trigger::overlap)  // nobody goes on otherwise than planned
    return fmt::format("{}: {}", name_of(fallback.trigger), fallback.reason);
  return fmt::format("{}: {}; {}", name_of(fallback.trigger), fallback.reason,
                     fallback.sequence ? "from now on one agent at a time" : "the others go on");
}

std::string event_line(const Plan& plan, const RunState& state, const Event& event) {
  return std::visit(Line{plan, state, event.at}, event.body);
}

void Progress::say(const std::string& line) const {
  if (!quiet_ && !line.empty()) std::fputs((display_text(line) + "\n").c_str(), stderr);
}

void Progress::on_event(const Plan& plan, const RunState& state, const Event& event) {
  if (!quiet_) say(event_line(plan, state, event));
}

void Progress::on_warning(const std::string& text) { print_warning(text); }

}  // namespace par::cli
