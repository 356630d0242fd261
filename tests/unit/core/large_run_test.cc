// What a run of many branches costs, counted: tests/bench/large_run_bench measures the time it takes.
#include "support/large_run.h"

#include <algorithm>

#include "support/catch.h"

using namespace par;
using namespace par::core;

namespace {

std::size_t landed(const RunState& state) {
  return static_cast<std::size_t>(std::count_if(state.agents.begin(), state.agents.end(),
                                                [](const auto& a) { return a.stage == Stage::landed; }));
}

}  // namespace

TEST_CASE("large run: the journal grows with the branches, whatever the strategy") {
  constexpr std::size_t kCount = 120;
  for (const auto strategy : {Strategy::merge, Strategy::squash}) {
    const auto run = test::land_existing(kCount, strategy);
    CHECK(landed(run.state) == kCount);
    CHECK(run.trial_names() == 2 * kCount);  // each is tried once, and merged once
    CHECK(run.events.size() < 8 * kCount);
  }
  const auto rolling = test::run_rolling(kCount);
  CHECK(rolling.state.integration.steps.size() == kCount);
  CHECK(rolling.trial_names() == 2 * kCount);
}

TEST_CASE("large run: replayed, it is what it was") {
  const auto run = test::land_existing(120, Strategy::squash, {"a7", "a60"});
  CHECK(landed(run.state) == 118);
  const auto again = run.replayed();
  CHECK(again.integration.steps == run.state.integration.steps);
  CHECK(again.landing.landed == run.state.landing.landed);
  CHECK(again.find(AgentName("a7"))->stage == Stage::rejected);
}
