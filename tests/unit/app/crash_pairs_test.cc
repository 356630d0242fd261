// The engine over a world in memory, struck by a crash at every pair of points.
#include <algorithm>
#include <functional>
#include <optional>

#include "fake_world.h"
#include "os/files.h"
#include "support/catch.h"
#include "support/leaks.h"

using namespace par;
using namespace par::core;
using par::test::Crash;
using par::test::FakeWorld;

namespace {

const std::vector<std::vector<std::string>> kPhases{{"alpha", "broken"}, {"gamma"}};

// A directory whose fsync costs nothing, where there is one.
std::string scratch() {
  static auto directory = [] {
    if (os::is_directory("/dev/shm")) ::setenv("TMPDIR", "/dev/shm", 1);
    auto made = os::TemporaryDirectory::create("par-engine");
    ::unsetenv("TMPDIR");
    return std::move(made).value();
  }();
  return directory.path();
}

RunState replay(const Plan& plan, const FakeWorld& world) {
  RunState state = initial_state(RunId("r1"), plan);
  for (const auto& event : world.events) apply_event(state, event);
  return state;
}

// An error of the world is none of these tests' subjects.
template <class T>
void must(const Result<T>& result) {
  if (!result) FAIL(result.error().message);
}

// One life of the program: replays the journal, then drives the run until it ends and lands, or a crash
// strikes.
bool live(FakeWorld& world, const Plan& plan) {
  world.restart();
  try {
    auto settings = test::engine_settings(scratch());
    settings.validator.slots = world.slots;
    app::Engine engine(plan, replay(plan, world), {world, world, world, world, world}, settings);
    if (world.events.empty())
      must(engine.record(RunStarted{plan.id, plan.base, FakeWorld::tree_id({"base"}), world.canary}));
    must(engine.run());
    if (!engine.state().landing.requested && engine.state().landing.landed.empty())
      must(engine.record(LandRequested{plan.target, plan.strategy}));
    must(engine.run());
    if (!world.taken_off.empty() && engine.state().find(world.taken_off)->stage == Stage::landed &&
        !engine.state().landing.revert)
      must(engine.record(world.revert(engine.state().landing.landed)));
    must(engine.run());
    return true;
  } catch (const Crash&) {
    return false;
  }
}

// Validations may run again, nothing else.
void check_each_once(const FakeWorld& world) {
  for (const auto& [what, times] : world.effects)
    if (!what.starts_with("start v.")) {
      INFO(what);
      CHECK(times == 1);
    }
}

void check_end_state(const FakeWorld& world, const Plan& plan) {
  const RunState state = replay(plan, world);
  CHECK(world.tree_at("target") == FakeWorld::Tree{"base", "alpha", "gamma"});
  CHECK(world.tree_at("candidate") == world.tree_at("target"));
  CHECK(state.landing.landed == world.refs.at("target"));
  CHECK(state.find(AgentName("alpha"))->stage == Stage::landed);
  CHECK(state.find(AgentName("gamma"))->stage == Stage::landed);
  CHECK(state.find(AgentName("broken"))->stage == Stage::rejected);
  CHECK(world.green.contains(FakeWorld::tree_id(world.tree_at("target"))));
  check_each_once(world);
}

// Under the address sanitizer a sweep takes fifteen times as long: a share of it must do there.
#ifdef __SANITIZE_ADDRESS__
constexpr int kFirstStep = 67;
#else
constexpr int kFirstStep = 1;
#endif

using CheckEnd = std::function<void(const FakeWorld&, const Plan&)>;

// Runs to the end with a crash at each pair of points; how many pairs that would be.
int crash_everywhere(const FakeWorld& fresh, const Plan& plan, const CheckEnd& check_end) {
  FakeWorld reference = fresh;
  REQUIRE(live(reference, plan));
  check_end(reference, plan);
  const int points = reference.points;
  REQUIRE(points > 60);
  int pairs = 0;
  for (int first = 1; first <= points; first += kFirstStep) {
    FakeWorld once = fresh;
    once.crash_in = first;
    if (live(once, plan)) continue;
    for (int second = 1; second <= points; ++second) {
      FakeWorld world = once;
      world.crash_in = second;
      const bool survived = live(world, plan);
      world.crash_in = -1;
      if (!survived) REQUIRE(live(world, plan));
      INFO("crashes at " << first << " and " << second);
      check_end(world, plan);
      pairs += kFirstStep;
      if (survived) break;  // later points are never reached
    }
  }
  return pairs;
}

FakeWorld new_world() {
  FakeWorld world;
  world.breaking = {"broken"};
  return world;
}

}  // namespace

TEST_CASE("engine: an undisturbed run accepts what passes, rejects what breaks and lands the rest") {
  FakeWorld world = new_world();
  const Plan plan = test::plan_of(kPhases, world.refs.at("target"));
  REQUIRE(live(world, plan));
  check_end_state(world, plan);
  const RunState state = replay(plan, world);
  CHECK(state.find(AgentName("broken"))->tests == std::vector<std::string>{"unit"});
}

TEST_CASE("engine: a crash at any two points leads to the same end, each effect once") {
  const FakeWorld fresh = new_world();
  const Plan plan = test::plan_of(kPhases, fresh.refs.at("target"));
  CHECK(crash_everywhere(fresh, plan, check_end_state) > 2000);
}

TEST_CASE("engine: a crash at any two points around trials side by side leads to one of a pair less") {
  FakeWorld fresh;
  fresh.slots = 2;
  fresh.breaking_pairs = {{"alpha", "beta"}};
  const Plan plan = test::plan_of({{"alpha", "beta", "gamma"}}, fresh.refs.at("target"));
  const auto check_pair = [](const FakeWorld& world, const Plan& made) {
    const RunState state = replay(made, world);
    const bool alpha_is_in = state.find(AgentName("alpha"))->stage == Stage::landed;
    const std::string in = alpha_is_in ? "alpha" : "beta";
    const AgentState& out = *state.find(AgentName(alpha_is_in ? "beta" : "alpha"));
    CHECK(world.tree_at("target") == FakeWorld::Tree{"base", in, "gamma"});
    CHECK(out.stage == Stage::rejected);
    CHECK(out.with == std::vector<AgentName>{AgentName(in)});
    CHECK(world.green.contains(FakeWorld::tree_id(world.tree_at("target"))));
    check_each_once(world);
  };
  CHECK(crash_everywhere(fresh, plan, check_pair) > 2000);
}

TEST_CASE("engine: a crash at any two points around a rollback of what landed leads to the same end") {
  FakeWorld fresh;
  fresh.taken_off = AgentName("alpha");
  fresh.intruder_at_landing = fresh.add_commit({"base", "alpha", "beta", "intruder"});
  fresh.lets_land = 1;
  const Plan plan = test::plan_of({{"alpha", "beta"}}, fresh.refs.at("target"));
  const auto check_gone = [](const FakeWorld& world, const Plan& made) {
    const RunState state = replay(made, world);
    CHECK(world.tree_at("target") == FakeWorld::Tree{"base", "beta", "intruder"});
    CHECK(state.find(AgentName("alpha"))->stage == Stage::rolled_back);
    CHECK(state.find(AgentName("alpha"))->reverted == world.refs.at("target"));
    CHECK(state.find(AgentName("beta"))->stage == Stage::landed);
    CHECK(state.landing.landed != world.refs.at("target"));
    CHECK(world.green.contains(FakeWorld::tree_id(world.tree_at("target"))));
    CHECK(world.effects.at("landing") == 2);  // there and off again
  };
  CHECK(crash_everywhere(fresh, plan, check_gone) > 2000);
}

TEST_CASE("engine: a crash at any two points around attempts that start again leads to the same end") {
  FakeWorld fresh;
  fresh.failing = {"flaky.1"};
  fresh.red_attempts = {"flaky.2"};
  Plan plan = test::plan_of({{"alpha", "flaky"}}, fresh.refs.at("target"));
  plan.agents[1].spec.retries = 2;
  const auto check_retried = [](const FakeWorld& world, const Plan& made) {
    const RunState state = replay(made, world);
    CHECK(world.tree_at("target") == FakeWorld::Tree{"base", "alpha", "flaky"});
    CHECK(state.find(AgentName("flaky"))->attempt == 3);
    CHECK(state.find(AgentName("flaky"))->failures == 2);
    CHECK(state.find(AgentName("flaky"))->earlier.tests == std::vector<std::string>{"unit"});
    check_each_once(world);
  };
  CHECK(crash_everywhere(fresh, plan, check_retried) > 2000);
}

TEST_CASE("engine: a target that moved is merged with, validated again, and nobody's commit is lost") {
  FakeWorld world = new_world();
  world.intruder_at_landing = world.add_commit({"base", "intruder"});
  const Plan plan = test::plan_of(kPhases, world.refs.at("target"));
  REQUIRE(live(world, plan));
  CHECK(world.tree_at("target") == FakeWorld::Tree{"base", "alpha", "gamma", "intruder"});
  CHECK(world.green.contains(FakeWorld::tree_id(world.tree_at("target"))));
}

TEST_CASE("engine: an agent that changes nothing is rejected as such and whoever needs it is held") {
  FakeWorld world;
  world.idle_agents = {"alpha"};
  Plan plan = test::plan_of({{"alpha", "beta"}, {"gamma"}}, world.refs.at("target"));
  plan.agents[2].spec.after = {AgentName("alpha")};
  REQUIRE(live(world, plan));
  const RunState state = replay(plan, world);
  CHECK(state.find(AgentName("alpha"))->stage == Stage::rejected);
  CHECK(state.find(AgentName("gamma"))->stage == Stage::held);
  CHECK(state.find(AgentName("beta"))->stage == Stage::landed);
}

TEST_CASE("engine: known failures do not block") {
  FakeWorld world;
  world.breaking = {"base"};  // red before anybody worked
  const Plan plan = test::plan_of({{"alpha"}}, world.refs.at("target"));
  REQUIRE(live(world, plan));
  CHECK(world.tree_at("target") == FakeWorld::Tree{"base", "alpha"});
}

TEST_CASE(
    "engine: rollback without dependents: the agent leaves the candidate, the others are validated again") {
  FakeWorld world;
  const Plan plan = test::plan_of({{"alpha", "beta"}, {"gamma"}}, world.refs.at("target"));
  app::EngineSettings settings = test::engine_settings(scratch());
  app::Engine engine(plan, initial_state(RunId("r1"), plan), {world, world, world, world, world}, settings);
  REQUIRE(engine.record(RunStarted{plan.id, plan.base, FakeWorld::tree_id({"base"})}));
  REQUIRE(engine.run());
  CHECK(world.tree_at("candidate") == FakeWorld::Tree{"base", "alpha", "beta", "gamma"});
  REQUIRE(engine.record(RolledBack{{AgentName("beta")}, "by the user"}));
  REQUIRE(engine.run());
  CHECK(world.tree_at("candidate") == FakeWorld::Tree{"base", "alpha", "gamma"});
  CHECK(engine.state().find(AgentName("beta"))->stage == Stage::rolled_back);
  CHECK(engine.state().finished == RunEnd::ready);
}

TEST_CASE("engine: the first interrupt starts nothing new, and a resumed run finishes") {
  FakeWorld world;
  const Plan plan = test::plan_of({{"alpha"}, {"beta"}}, world.refs.at("target"));
  app::EngineSettings settings = test::engine_settings(scratch());
  settings.interrupts = [&] { return world.jobs.contains("a.alpha.1") ? 1 : 0; };
  {
    app::Engine engine(plan, initial_state(RunId("r1"), plan), {world, world, world, world, world}, settings);
    REQUIRE(engine.record(RunStarted{plan.id, plan.base, FakeWorld::tree_id({"base"})}));
    CHECK(engine.run().value() == app::EngineEnd::interrupted);
    CHECK(engine.state().find(AgentName("alpha"))->stage == Stage::accepted);
    CHECK(engine.state().find(AgentName("beta"))->stage == Stage::waiting);
  }
  REQUIRE(live(world, plan));
  CHECK(world.tree_at("target") == FakeWorld::Tree{"base", "alpha", "beta"});
}

TEST_CASE("engine: nobody else waits for an agent that starts again, and Ctrl-C ends the waiting") {
  FakeWorld world;
  world.failing = {"alpha.1"};
  Plan plan = test::plan_of({{"alpha", "beta"}, {"gamma"}}, world.refs.at("target"));
  plan.agents[0].spec.retries = 1;
  app::EngineSettings settings = test::engine_settings(scratch());
  settings.jobs = 1;
  int interrupts = 0;
  settings.interrupts = [&] { return interrupts; };
  const Millis begun = world.wall();
  {
    app::Engine engine(plan, initial_state(RunId("r1"), plan), {world, world, world, world, world}, settings);
    REQUIRE(engine.record(RunStarted{plan.id, plan.base, FakeWorld::tree_id({"base"})}));
    // The clock stands still until there is nothing to do but wait: beta is in by then, gamma's phase is not
    // open.
    world.on_pause = [&] {
      CHECK(engine.state().find(AgentName("beta"))->stage == Stage::accepted);
      CHECK(engine.state().find(AgentName("gamma"))->stage == Stage::waiting);
      interrupts = 1;
    };
    CHECK(engine.run().value() == app::EngineEnd::interrupted);
    CHECK(engine.state().find(AgentName("alpha"))->stage == Stage::waiting);
    CHECK(engine.state().find(AgentName("alpha"))->attempt == 2);
    CHECK_FALSE(engine.state().finished);
  }
  world.on_pause = {};
  REQUIRE(live(world, plan));
  CHECK(world.tree_at("target") == FakeWorld::Tree{"base", "alpha", "beta", "gamma"});
  CHECK(world.wall() - begun == 750);  // backoff(0, ..., 0.5)
}

TEST_CASE("engine: who is refused while nothing starts any more is rejected, whatever retries are left") {
  FakeWorld world;
  Plan plan = test::plan_of({{"alpha", "beta"}}, world.refs.at("target"));
  for (auto& agent : plan.agents) agent.spec.retries = 5;
  world.intruder_at_landing = world.add_commit({"base", "intruder"});
  world.breaking_pairs = {{"intruder", "alpha"}};
  REQUIRE(live(world, plan));
  const RunState state = replay(plan, world);
  CHECK(state.find(AgentName("alpha"))->stage == Stage::rejected);
  CHECK(state.find(AgentName("alpha"))->attempt == 1);
  CHECK(world.tree_at("target") == FakeWorld::Tree{"base", "beta", "intruder"});
}

TEST_CASE("engine: a crash at any two points around a canary and a fall back leads to the same end") {
  FakeWorld fresh;
  fresh.failing = {"beta.1", "gamma.1", "delta.1"};
  Plan plan = test::plan_of({{"alpha", "beta", "gamma", "delta"}, {"psi", "omega"}}, fresh.refs.at("target"));
  for (auto& agent : plan.agents) agent.validations.clear();  // points enough without
  plan.validations.clear();
  fresh.canary = AgentName("alpha");
  const auto check_sequence = [](const FakeWorld& world, const Plan& made) {
    const RunState state = replay(made, world);
    CHECK(world.tree_at("target") == FakeWorld::Tree{"base", "alpha", "omega", "psi"});
    CHECK(state.canary.empty());
    CHECK(state.in_sequence);
    CHECK(state.fallbacks.size() == 1);
    check_each_once(world);
  };
  CHECK(crash_everywhere(fresh, plan, check_sequence) > 2000);
}

TEST_CASE(
    "engine: an agent that is asked for again starts anew on the candidate, and its old work is not taken") {
  FakeWorld world;
  world.red_attempts = {"beta.1"};
  const Plan plan = test::plan_of({{"alpha", "beta"}}, world.refs.at("target"));
  app::Engine engine(plan, initial_state(RunId("r1"), plan), {world, world, world, world, world},
                     test::engine_settings(scratch()));
  REQUIRE(engine.record(RunStarted{plan.id, plan.base, FakeWorld::tree_id({"base"})}));
  REQUIRE(engine.run());
  CHECK(engine.state().find(AgentName("beta"))->stage == Stage::rejected);
  AgentRetried again;
  again.agent = AgentName("beta");
  again.attempt = 2;
  again.cause = RetryCause::asked;
  REQUIRE(engine.record(again));
  REQUIRE(engine.run());
  CHECK(engine.state().finished == RunEnd::ready);
  CHECK(engine.state().find(AgentName("beta"))->start == engine.state().integration.steps.front().commit);
  CHECK(world.tree_at("candidate") == FakeWorld::Tree{"base", "alpha", "beta"});
}

TEST_CASE("engine: branches that exist are taken once, whatever crashes, and land without a worktree") {
  FakeWorld fresh;
  fresh.breaking = {"broken"};
  const auto strategy = GENERATE(Strategy::merge, Strategy::rebase);
  Plan plan = test::plan_of({{"alpha", "broken", "gamma"}}, fresh.refs.at("target"));
  for (auto& agent : plan.agents) {
    const std::string name = agent.spec.name.str();
    agent.spec.run.clear();
    agent.branch = {RefName("refs/heads/topic/" + name), plan.base, fresh.add_commit({"base", name})};
  }
  plan.strategy = strategy;
  const auto check_end = [&](const FakeWorld& world, const Plan& made) {
    check_end_state(world, made);
    for (const auto& agent : made.agents)
      CHECK(world.refs.at("branch/" + agent.spec.name.str()) == agent.branch.tip);
    CHECK(replay(made, world).find(AgentName("alpha"))->branch == RefName("refs/heads/topic/alpha"));
    CHECK(world.branches.empty());
  };
  CHECK(crash_everywhere(fresh, plan, check_end) > 1000);
}
