// A run over a world in memory whose agents all finish at the same time, and its landing.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "fake_world.h"
#include "os/files.h"
#include "support/catch.h"

namespace par::test {

// One phase of agents "a", "b", ... that all end at the same time.
class Burst {
 public:
  explicit Burst(int count) {
    std::vector<std::string> names;
    for (int i = 0; i < count; ++i) names.emplace_back(1, static_cast<char>('a' + i));
    world.all_end_at_once = true;
    plan = plan_of({names}, world.refs.at("target"));
  }

  // All of it, or what a crash or an error has left.
  void run() {
    const auto end = try_run();
    if (!end) FAIL(end.error().message);
  }
  Result<app::EngineEnd> try_run() {
    auto settings = engine_settings(directory_.path());
    settings.validator.slots = world.slots;
    settings.jobs = 100;
    world.restart();
    app::Engine engine(plan, replayed(), {world, world, world, world, world}, settings);
    if (world.events.empty())
      record(engine, core::RunStarted{plan.id, plan.base, FakeWorld::tree_id({"base"}), AgentName()});
    else
      record(engine, core::RunResumed{});
    return engine.run();
  }
  void land() {
    auto settings = engine_settings(directory_.path());
    settings.validator.slots = world.slots;
    settings.start_agents = false;
    world.restart();
    app::Engine engine(plan, replayed(), {world, world, world, world, world}, settings);
    record(engine, core::LandRequested{plan.target, plan.strategy});
    const auto end = engine.run();
    if (!end) FAIL(end.error().message);
  }
  [[nodiscard]] core::RunState replayed() const {
    core::RunState state = core::initial_state(RunId("r1"), plan);
    for (const auto& event : world.events) core::apply_event(state, event);
    return state;
  }
  [[nodiscard]] core::AgentState agent(const std::string& name) const {
    return *replayed().find(AgentName(name));
  }
  [[nodiscard]] FakeWorld::Tree candidate() const { return world.tree_at("candidate"); }
  [[nodiscard]] int validation_runs() const {
    int runs = 0;
    for (const auto& [what, times] : world.effects)
      if (what.starts_with("start v.")) runs += times;
    return runs;
  }
  template <class Body>
  [[nodiscard]] std::size_t count() const {
    return static_cast<std::size_t>(
        std::count_if(world.events.begin(), world.events.end(),
                      [](const auto& e) { return std::holds_alternative<Body>(e.body); }));
  }

  FakeWorld world;
  core::Plan plan;

 private:
  static void record(app::Engine& engine, core::EventBody body) {
    const auto recorded = engine.record(std::move(body));
    if (!recorded) FAIL(recorded.error().message);
  }

  os::TemporaryDirectory directory_ = *os::TemporaryDirectory::create("par-landing");
};

}  // namespace par::test
