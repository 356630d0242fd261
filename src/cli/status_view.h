// A run's state as a person reads it, and as JSON (product.md).
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/claiming.h"
#include "app/project.h"

namespace par::cli {

// What is true now and stands in no event.
struct Live {
  bool worker = false;  // a process works on the run
  Millis now = 0;       // wall clock
  app::QueueView queue;
  std::vector<std::optional<Millis>> last_output;  // of the job that each agent runs, wall clock
};

// running | validating | ready | landed | stopped | failed
[[nodiscard]] std::string_view run_state_name(const core::RunState& state, const Live& live);
// waiting | running | validating | accepted | rejected | rolled-back | landed | stopped
[[nodiscard]] std::string_view agent_state_name(const core::AgentState& agent);

// Where there are more than `lines` lines, agents are counted instead of named, those that are in first.
[[nodiscard]] std::string status_text(const app::LoadedRun& run, const Live& live,
                                      std::size_t lines = std::numeric_limits<std::size_t>::max());
[[nodiscard]] std::string status_json(const app::LoadedRun& run, const Live& live);

}  // namespace par::cli
