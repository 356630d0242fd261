#include "core/pace.h"

#include <algorithm>
#include <map>
#include <utility>

#include "core/machine.h"

namespace par::core {
namespace {

double seconds_between(Millis from, Millis to) {
  return static_cast<double>(std::max<Millis>(0, to - from)) / 1000;
}

struct Measure {
  Pace& pace;
  std::map<AgentName, Millis> running = {};  // since when
  std::map<AgentName, Millis> first_failure = {};
  std::map<AgentName, double> recovery = {};  // by the last collected attempt
  Millis busy_since = 0;
  Millis at = 0;

  void operator()(const AgentStarting& e) {
    if (running.empty()) busy_since = at;
    running[e.agent] = at;
  }
  void operator()(const AgentExited& e) {
    stops(e.agent);
    if (const auto failure = first_failure.find(e.agent); failure != first_failure.end() && e.seconds > 0)
      recovery[e.agent] = seconds_between(failure->second, at) / e.seconds;
  }
  void operator()(const AgentRejected& e) { fails(e.agent); }
  void operator()(const AgentRetried& e) {
    if (e.cause != RetryCause::asked) fails(e.agent);
  }
  template <class Other>
  void operator()(const Other&) {}

  // The run was left then, and is taken up now; commands may have gone on meanwhile.
  void is_taken_up(Millis left) {
    if (!running.empty()) pace.busy_s += seconds_between(busy_since, left);
    busy_since = at;
  }
  void fails(const AgentName& agent) { first_failure.emplace(agent, at); }
  void stops(const AgentName& agent) {
    if (running.erase(agent) > 0 && running.empty()) pace.busy_s += seconds_between(busy_since, at);
  }
};

}  // namespace

Pace pace_of(const RunState& state, const std::vector<Event>& events, bool at_work, Millis now) {
  Pace pace;
  Measure measure{pace};
  for (const auto& event : events) {
    const bool was_left = std::holds_alternative<RunResumed>(event.body);
    if (measure.at != 0 && !was_left) pace.worked_s += seconds_between(measure.at, event.at);
    const Millis before = std::exchange(measure.at, event.at);
    if (was_left) measure.is_taken_up(before);
    std::visit(measure, event.body);
  }
  if (at_work) {
    pace.worked_s += seconds_between(measure.at, now);
    if (!measure.running.empty()) pace.busy_s += seconds_between(measure.busy_since, now);
  }
  pace.failed = state.failed_attempts;
  pace.ended = pace.failed;
  for (const auto& agent : state.agents) {
    if (!is_accepted(agent.stage)) continue;
    ++pace.ended;
    pace.accepted_s += agent.seconds;
    const auto found = measure.recovery.find(agent.name);
    if (found == measure.recovery.end()) continue;
    ++pace.recovered;
    pace.recovery_ratio += found->second;
  }
  if (pace.recovered > 0) pace.recovery_ratio /= static_cast<double>(pace.recovered);
  return pace;
}

std::optional<double> rate_per_hour(const Pace& pace, std::int64_t done) {
  if (pace.worked_s < kShortestPace || done <= 0) return std::nullopt;
  return static_cast<double>(done) * 3600 / pace.worked_s;
}

std::optional<double> seconds_left(const Pace& pace, std::int64_t done, std::int64_t left) {
  const auto rate = rate_per_hour(pace, done);
  if (!rate) return std::nullopt;
  return static_cast<double>(left) * 3600 / *rate;
}

std::optional<double> efficiency(const Pace& pace) {
  if (pace.worked_s < kShortestPace || pace.accepted_s <= 0) return std::nullopt;
  return std::max(0.0, (pace.accepted_s - pace.worked_s) / pace.accepted_s);
}

std::optional<double> coordination_overhead(const Pace& pace) {
  if (pace.worked_s < kShortestPace) return std::nullopt;
  return std::clamp(1 - pace.busy_s / pace.worked_s, 0.0, 1.0);
}

std::optional<double> failure_rate(const Pace& pace) {
  if (pace.ended == 0) return std::nullopt;
  return static_cast<double>(pace.failed) / static_cast<double>(pace.ended);
}

}  // namespace par::core
