#include "cli/plan_view.h"

#include "support/catch.h"

using namespace par;
using par::cli::matrix_text;
using par::cli::plan_text;

namespace {

// Agents a0, a1, ... of one phase.
core::Plan plan_of(int agents) {
  core::Plan plan;
  plan.phases = 1;
  for (int i = 0; i < agents; ++i) plan.agents.emplace_back().spec.name = AgentName("a" + std::to_string(i));
  return plan;
}

}  // namespace

TEST_CASE("plan view: a reason is one line, and nothing that a terminal would obey") {
  auto plan = plan_of(1);
  plan.decision.reasons = {"x\x1b[2J\ny"};
  CHECK(plan_text(plan).ends_with("\n  x\\x1b[2J\\x0ay\n"));
}

TEST_CASE("plan view: of few agents every pair is listed, of many the pairs that cannot work together") {
  const bool few = GENERATE(true, false);
  auto plan = plan_of(few ? 4 : 40);
  plan.agents.back().phase = 2;
  plan.agents[2].spec.after = {AgentName("a0")};
  plan.agents[2].phase = 2;
  plan.agents[3].spec.after = {AgentName("a2"), AgentName("a1")};
  plan.agents[3].phase = 3;
  plan.overlaps.push_back({AgentName("a3"), AgentName("a1"), RepoPath("x"), core::OverlapKind::file});
  plan.overlaps.push_back({AgentName("a0"), AgentName("a1"), RepoPath("n"), core::OverlapKind::new_file});
  const std::string apart_0_1 = "a0 and a1: not at the same time, both can add 'n'\n";
  const std::string apart_0_2 = "a0 and a2: not at the same time, a2 comes after a0\n";
  const std::string apart_0_3 = "a0 and a3: not at the same time, a3 comes after a0\n";
  const std::string apart_1_2 = "a1 and a2: not at the same time, phase 1 comes before phase 2\n";
  const std::string apart_1_3 = "a1 and a3: not at the same time, both can change 'x'\n";
  const std::string apart_2_3 = "a2 and a3: not at the same time, a3 comes after a2\n";
  CHECK(matrix_text(plan) ==
        apart_0_1 + apart_0_2 + apart_0_3 + (few ? apart_1_2 : "") + apart_1_3 + apart_2_3);
  CHECK(matrix_text(plan_of(2)) == "a0 and a1: together\n");
}
