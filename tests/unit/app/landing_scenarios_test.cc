// Scenarios of a landing that need the engine, by their names (tests/data/landing_scenarios.txt), told over a
// world in memory.
#include "burst.h"

using namespace par;
using namespace par::core;
using par::test::Burst;
using par::test::FakeWorld;

namespace {

// Runs until the n-th point of a crash; false: the world has fewer.
template <class Work>
bool crashes_at(FakeWorld& world, int point, const Work& work) {
  world.crash_in = point;
  bool crashed = false;
  try {
    work();
  } catch (const test::Crash&) {
    crashed = true;
  }
  world.crash_in = -1;
  return crashed;
}

template <class... Bodies>
bool holds_any(const EventBody& body) {
  return (std::holds_alternative<Bodies>(body) || ...);
}

}  // namespace

TEST_CASE("landing scenario: cached green, cached red: the same branches in another run cost no run") {
  Burst first(4);
  first.world.breaking = {"c"};
  first.run();
  Burst second(4);
  second.world.breaking = {"c"};
  second.world.cache = first.world.cache;
  second.run();
  CHECK(second.validation_runs() == 0);
  CHECK(second.candidate() == FakeWorld::Tree{"base", "a", "b", "d"});
  CHECK(second.agent("c").stage == Stage::rejected);
  CHECK(second.agent("c").tests == std::vector<std::string>{"unit"});
}

TEST_CASE("landing scenario: validation command changed mid-run: what another one said does not count") {
  Burst first(4);
  first.run();
  Burst second(4);
  second.world.breaking = {"c"};  // for the new command
  second.world.cache = first.world.cache;
  second.plan.validations.front().run = "another";
  second.run();
  CHECK(second.candidate() == FakeWorld::Tree{"base", "a", "b", "d"});
}

TEST_CASE("landing scenario: exit 127 abort: what cannot run on the base stops the run and rejects nobody") {
  Burst burst(4);
  burst.world.absent = {"base"};
  const auto end = burst.try_run();
  REQUIRE_FALSE(end);
  CHECK(end.error().message ==
        "validation 'unit' cannot run on the base commit: the command is missing (exit 127)");
  CHECK(burst.count<AgentRejected>() == 0);
  CHECK(burst.count<AgentParked>() == 0);
  burst.world.absent.clear();
  burst.run();
  CHECK(burst.candidate() == FakeWorld::Tree{"base", "a", "b", "c", "d"});
}

TEST_CASE("landing scenario: tested and landing OID differ: never, whatever the strategy") {
  for (const auto strategy : {Strategy::merge, Strategy::squash, Strategy::rebase, Strategy::single})
    for (const bool moved : {false, true}) {
      Burst burst(4);
      burst.plan.strategy = strategy;
      burst.world.breaking_pairs = {{"foreign", "c"}};
      burst.run();
      if (moved) burst.world.refs["target"] = burst.world.add_commit({"base", "foreign"});
      burst.land();
      const auto tree = FakeWorld::tree_id(burst.world.tree_at("target"));
      CHECK(burst.world.green.contains(tree));
      CHECK(burst.replayed().landing.built->tree == tree);
      CHECK(burst.world.tree_at("target").contains("c") == !moved);
    }
}

TEST_CASE("landing scenario: killed mid-landing, decided from the ref: it lands once") {
  int moved = 0;
  for (int point = 1;; ++point) {
    Burst burst(3);
    burst.run();
    if (!crashes_at(burst.world, point, [&] { burst.land(); })) break;
    if (burst.world.effects.contains("landing") && burst.count<Landed>() == 0) ++moved;
    if (burst.count<LandRequested>() == 0) continue;
    burst.run();
    CHECK(burst.world.effects.at("landing") == 1);
    CHECK(burst.count<Landed>() == 1);
    CHECK(burst.world.tree_at("target") == FakeWorld::Tree{"base", "a", "b", "c"});
  }
  CHECK(moved > 0);
}

TEST_CASE("landing scenario: crash between store and dispatch: what was stored is done, and once") {
  int stored = 0;
  for (int point = 1;; ++point) {
    Burst burst(3);
    burst.world.breaking = {"b"};
    if (!crashes_at(burst.world, point, [&] { burst.run(); })) break;
    if (burst.world.events.empty() ||
        !holds_any<TrialsPlanned, TrialBuilt, Accepting>(burst.world.events.back().body))
      continue;
    ++stored;
    burst.run();
    CHECK(burst.candidate() == FakeWorld::Tree{"base", "a", "c"});
    // A validation that was under way is run again: nobody saw it end.
    for (const auto& [what, times] : burst.world.effects)
      if (!what.starts_with("start v.")) CHECK(times == 1);
  }
  CHECK(stored > 5);
}
