// How a run goes in time, from its events: how fast, and how well working in parallel pays. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/state.h"

namespace par::core {

struct Pace {
  double worked_s = 0;         // a process worked on the run
  double busy_s = 0;           // of that, at least one agent's command ran
  double accepted_s = 0;       // of the commands whose work is in; each agent's last attempt
  std::int64_t ended = 0;      // attempts
  std::int64_t failed = 0;     // attempts whose work is not in, or was lost
  std::int64_t recovered = 0;  // agents that failed, and whose work came in with a later attempt
  double recovery_ratio = 0;   // their mean: from the first failure to that attempt's end, by what it took
};

// `at_work`: a process works on the run, until `now` (wall clock). Linear in the events.
[[nodiscard]] Pace pace_of(const RunState& state, const std::vector<Event>& events, bool at_work, Millis now);

// A run that was worked on for less than this says nothing about speed.
constexpr double kShortestPace = 60;

// Done per hour of work; nullopt: too early to say.
[[nodiscard]] std::optional<double> rate_per_hour(const Pace& pace, std::int64_t done);
// Seconds until `left` more are done at that rate.
[[nodiscard]] std::optional<double> seconds_left(const Pace& pace, std::int64_t done, std::int64_t left);

// What share of the time in sequence was saved: (sequential - worked) / sequential; 0 when nothing was.
[[nodiscard]] std::optional<double> efficiency(const Pace& pace);
// What share of the work's time no agent's command ran.
[[nodiscard]] std::optional<double> coordination_overhead(const Pace& pace);
[[nodiscard]] std::optional<double> failure_rate(const Pace& pace);

// What a run should keep to; `status` says where one does not.
constexpr double kLeastEfficiency = 0.60;
constexpr double kMostOverhead = 0.20;
constexpr double kMostFailures = 0.10;
constexpr double kLongestRecovery = 2;

}  // namespace par::core
