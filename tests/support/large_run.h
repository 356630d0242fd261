// Runs of very many agents with nothing but the machines: whatever they ask for has happened at once.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "core/machine.h"

namespace par::test {

struct LargeRun {
  core::Plan plan;
  core::RunState state;
  std::vector<core::Event> events;

  // The state again, from the events.
  [[nodiscard]] core::RunState replayed() const;
  // How many branches and steps the events name to say which sets are tried and what came of merging them.
  [[nodiscard]] std::size_t trial_names() const;
};

// So many branches that exist, landed with one request. What holds the work of one of `bad` ("a7") is red.
[[nodiscard]] LargeRun land_existing(std::size_t count, core::Strategy strategy,
                                     const std::set<std::string>& bad = {});
// So many agents, eight at once, one of which ends at a time: each is validated on top of those before it.
[[nodiscard]] LargeRun run_rolling(std::size_t count);

}  // namespace par::test
