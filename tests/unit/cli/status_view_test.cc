#include "cli/status_view.h"

#include <algorithm>

#include "support/catch.h"

using namespace par;

namespace {

// Agents a0, a1, ... that wait; 1 to 3 are in, 7 was refused, 8 is at work.
app::LoadedRun run_of(int count) {
  core::Plan plan;
  for (int i = 0; i < count; ++i) {
    core::PlannedAgent agent;
    agent.spec.name = AgentName("a" + std::to_string(i));
    plan.agents.push_back(agent);
  }
  const RunId id("r1");
  app::LoadedRun run{id, core::head_of(plan), core::initial_state(id, plan), {}};
  for (const std::size_t in : {1U, 2U, 3U}) run.state.agents[in].stage = core::Stage::accepted;
  run.state.agents[7].stage = core::Stage::rejected;
  run.state.agents[8].stage = core::Stage::running;
  return run;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("status: all agents are named where there is room") {
  const auto text = cli::status_text(run_of(10), {});
  const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  for (int i = 0; i < 10; ++i) CHECK(has(text, "  a" + std::to_string(i) + " "));
  CHECK(cli::status_text(run_of(10), {}, lines) == text);
}

TEST_CASE("status: where there is no room those at work stay, then those that did not get in") {
  const auto run = run_of(30);
  for (const std::size_t lines : {9U, 14U, 30U}) {
    INFO(lines);
    const auto text = cli::status_text(run, {}, lines);
    CHECK(static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) == lines);
    CHECK(text.starts_with("run r1: "));
    CHECK(has(text, "\n  a7 "));
    CHECK(has(text, "\n  a8 "));
    CHECK_FALSE(has(text, "\n  a1 "));
    CHECK(text.ends_with("\n'git par resume r1' goes on\n"));
  }
  CHECK(has(cli::status_text(run, {}, 9), "\n  ... and 27 more: 3 accepted, 24 waiting\n"));
}

TEST_CASE("status: a terminal of two lines is not asked for less than none") {
  CHECK(has(cli::status_text(run_of(10), {}, 1), "\n  ... and 7 more: 3 accepted, 4 waiting\n"));
}

TEST_CASE("status: to land is offered where something is accepted") {
  auto run = run_of(10);
  run.state.finished = core::RunEnd::ready;
  CHECK_FALSE(has(cli::status_text(run, {}), "git par merge"));
  run.state.integration.steps.emplace_back();
  CHECK(has(cli::status_text(run, {}), "\n'git par merge' lands the candidate\n"));
}
