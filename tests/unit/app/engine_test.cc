// What the engine does besides what the machines tell it to.
#include <algorithm>

#include "fake_world.h"
#include "os/files.h"
#include "support/catch.h"

using namespace par;
using namespace par::core;
using par::test::FakeWorld;

namespace {

// Six agents of one phase, two fills at once.
std::size_t most_fills(const std::string& setup) {
  const auto directory = *os::TemporaryDirectory::create("par-engine");
  FakeWorld world;
  Plan plan = test::plan_of({{"a", "b", "c", "d", "e", "f"}}, world.refs.at("target"));
  plan.worktree.setup = setup;
  auto settings = test::engine_settings(directory.path());
  settings.jobs = 6;
  settings.fills = 2;
  app::Engine engine(plan, initial_state(RunId("r1"), plan), {world, world, world, world, world}, settings);
  REQUIRE(engine.record(RunStarted{plan.id, plan.base, FakeWorld::tree_id({"base"}), AgentName()}));
  REQUIRE(engine.run());
  CHECK(engine.state().finished == RunEnd::ready);
  CHECK(engine.state().integration.steps.size() == 6);
  return world.most_fills;
}

}  // namespace

TEST_CASE("engine: so many worktrees are filled at once as it may, those with a setup all") {
  CHECK(most_fills("") == 2);
  CHECK(most_fills("make deps") == 6);
}

TEST_CASE("engine: an agent that keeps losing what it wants to claim is said once, and nothing changes") {
  const auto directory = *os::TemporaryDirectory::create("par-engine");
  FakeWorld world;
  const Plan plan = test::plan_of({{"a", "b"}, {"c"}}, world.refs.at("target"));
  auto settings = test::engine_settings(directory.path());
  int asked = 0;
  settings.loser = [&asked] {
    ++asked;
    return std::optional(store::LosingRow{RunId("r1"), AgentName("b"), 7});
  };
  app::Engine engine(plan, initial_state(RunId("r1"), plan), {world, world, world, world, world}, settings);
  REQUIRE(engine.record(RunStarted{plan.id, plan.base, FakeWorld::tree_id({"base"}), AgentName()}));
  REQUIRE(engine.run());
  CHECK(asked == 1);
  REQUIRE(engine.state().fallbacks.size() == 1);
  const auto& said = engine.state().fallbacks.front();
  CHECK(said.trigger == Trigger::claims);
  CHECK(said.reason == "'b' found everything held by others 7 times in a row");
  CHECK_FALSE(engine.state().in_sequence);
  CHECK(engine.state().finished == RunEnd::ready);
}

TEST_CASE("engine: claims are looked at now and then, not at every step") {
  const auto directory = *os::TemporaryDirectory::create("par-engine");
  FakeWorld world;  // no time passes by its monotonic clock
  const Plan plan = test::plan_of({{"a", "b"}, {"c"}}, world.refs.at("target"));
  auto settings = test::engine_settings(directory.path());
  int asked = 0;
  settings.loser = [&asked] {
    ++asked;
    return std::optional<store::LosingRow>();
  };
  app::Engine engine(plan, initial_state(RunId("r1"), plan), {world, world, world, world, world}, settings);
  REQUIRE(engine.record(RunStarted{plan.id, plan.base, FakeWorld::tree_id({"base"}), AgentName()}));
  REQUIRE(engine.run());
  CHECK(asked == 1);
  CHECK(engine.state().fallbacks.empty());
}

TEST_CASE("engine: what ends it while agents work says how to go on with them") {
  const auto directory = *os::TemporaryDirectory::create("par-engine");
  FakeWorld world;
  const Plan plan = test::plan_of({{"a", "b"}}, world.refs.at("target"));
  auto settings = test::engine_settings(directory.path());
  settings.loser = []() -> Result<std::optional<store::LosingRow>> { return Error("the disk is full"); };
  app::Engine engine(plan, initial_state(RunId("r1"), plan), {world, world, world, world, world}, settings);
  REQUIRE(engine.record(RunStarted{plan.id, plan.base, FakeWorld::tree_id({"base"}), AgentName()}));
  const auto end = engine.run();
  REQUIRE_FALSE(end);
  CHECK(end.error().message == "the disk is full");
  REQUIRE(end.error().hints.size() == 1);
  CHECK(end.error().hints.front() ==
        "its agents go on; 'git par resume r1' takes them over, 'git par stop --now --run r1' ends them");
}
