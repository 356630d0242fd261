#include "core/pull_request.h"

#include "support/catch.h"

namespace par::core {
namespace {

Step step(const std::string& agent, const std::string& start) {
  return {AgentName(agent), ObjectId(start), ObjectId("tip-" + agent), ObjectId("commit-" + agent),
          ObjectId("tree-" + agent)};
}

TEST_CASE("pull text: the subject is the title, the rest a block that is not read as Markdown") {
  const auto text = pull_text("Land 2 agents of run r1\n\nPhase 1\n  a: 1 file\n\nPar-Run: r1\n", {});
  CHECK(text.title == "Land 2 agents of run r1");
  CHECK(text.body ==
        "<!-- git-par -->\n```text\nPhase 1\n  a: 1 file\n\nPar-Run: r1\n```\n<!-- /git-par -->\n");
}

TEST_CASE("pull text: nothing in a message ends the block, and nothing hidden gets through") {
  const auto text = pull_text("x\n\nITEM ````closes #1\x1b[2J\n", {});
  CHECK(text.body == "<!-- git-par -->\n`````text\nITEM ````closes #1\\x1b[2J\n`````\n<!-- /git-par -->\n");
}

TEST_CASE("pull text: a subject alone has no block, and work below is named") {
  CHECK(pull_text("only this", {}).body == "<!-- git-par -->\n<!-- /git-par -->\n");
  CHECK(pull_text("only this", {AgentName("a"), AgentName("b")}).body ==
        "<!-- git-par -->\nHolds the work of `a`, `b` too, on which it was made: land that first.\n\n"
        "<!-- /git-par -->\n");
}

TEST_CASE("pull text: what is longer than a forge takes is cut at a line and counted") {
  std::string message = "x\n\n";
  for (int i = 0; i < 10000; ++i) message += "Par-Item: ABCDEFG\n";
  const auto body = pull_text(message, {}).body;
  CHECK(body.size() < 65000);
  CHECK(body.find("Par-Item: ABCDEFG\n... and 6667 lines more\n```\n") != std::string::npos);
}

TEST_CASE("pull text: what somebody wrote around the markers stays") {
  const auto old_text = pull_text("x\n\nold\n", {}).body;
  const auto new_text = pull_text("x\n\nnew\n", {}).body;
  CHECK(renewed_body(old_text, new_text) == new_text);
  CHECK(renewed_body("Hello\r\n" + old_text + "\r\nplease review", new_text) ==
        "Hello\n" + new_text + "\nplease review");
  CHECK_FALSE(renewed_body("all mine", new_text));
  CHECK_FALSE(renewed_body("<!-- /git-par --> <!-- git-par -->", new_text));
}

TEST_CASE("pull text: a branch that began on a candidate names whose work that held") {
  Plan plan;
  for (const auto* name : {"a", "b", "c"}) {
    PlannedAgent agent;
    agent.spec.name = AgentName(name);
    plan.agents.push_back(agent);
  }
  auto state = initial_state(RunId("r1"), plan);
  state.integration.steps = {step("a", "base"), step("b", "base"), step("c", "commit-b")};
  const auto& steps = state.integration.steps;
  CHECK(builds_on(plan, state, steps[1]).empty());
  CHECK(builds_on(plan, state, steps[2]) == std::vector<AgentName>{AgentName("a"), AgentName("b")});
  // A branch that existed says itself what it contains.
  state.agents[1].branch = RefName("refs/heads/b");
  plan.agents[1].spec.after = {AgentName("a")};
  CHECK(builds_on(plan, state, steps[1]) == std::vector<AgentName>{AgentName("a")});
}

TEST_CASE("checks: what the forge's API says of one is passed, failed or still open") {
  for (const auto* word : {"SUCCESS", "NEUTRAL", "SKIPPED"})
    CHECK(pull_check_result(word) == PullCheckResult::passed);
  for (const auto* word : {"PENDING", "EXPECTED", "STALE", ""})
    CHECK(pull_check_result(word) == PullCheckResult::pending);
  for (const auto* word :
       {"FAILURE", "ERROR", "CANCELLED", "TIMED_OUT", "ACTION_REQUIRED", "STARTUP_FAILURE"})
    CHECK(pull_check_result(word) == PullCheckResult::failed);
}

}  // namespace
}  // namespace par::core
