#include "core/door.h"

#include "support/catch.h"

namespace par::core {
namespace {

Plan plan_with(std::vector<std::string> owns) {
  Plan plan;
  PlannedAgent agent;
  agent.spec.name = AgentName("errors");
  agent.spec.owns = std::move(owns);
  plan.agents.push_back(std::move(agent));
  return plan;
}

BranchFacts facts(const std::vector<std::string>& committed,
                  const std::vector<std::string>& uncommitted = {}) {
  BranchFacts facts;
  facts.tip = ObjectId("t1");
  facts.commits = committed.empty() ? 0 : 2;
  for (const auto& path : committed) facts.committed.emplace_back(path);
  for (const auto& path : uncommitted) facts.uncommitted.emplace_back(path);
  return facts;
}

AgentRejected rejection(const Plan& plan, const BranchFacts& facts) {
  const auto event = judge_branch(plan, AgentName("errors"), 3, facts);
  REQUIRE(std::holds_alternative<AgentRejected>(event));
  auto rejected = std::get<AgentRejected>(event);
  CHECK(rejected.agent == AgentName("errors"));
  CHECK(rejected.attempt == 3);
  return rejected;
}

TEST_CASE("door: work within the ownership is collected with all its paths") {
  const auto event =
      judge_branch(plan_with({"src"}), AgentName("errors"), 2, facts({"src/b", "src/a"}, {"src/c", "src/a"}));
  REQUIRE(std::holds_alternative<AgentCollected>(event));
  const auto& collected = std::get<AgentCollected>(event);
  CHECK(collected.agent == AgentName("errors"));
  CHECK(collected.attempt == 2);
  CHECK(collected.tip == ObjectId("t1"));
  CHECK(collected.commits == 2);
  CHECK(collected.files == std::vector<std::string>{"src/a", "src/b", "src/c"});
}

TEST_CASE("door: uncommitted work alone is work") {
  const auto event = judge_branch(plan_with({"src"}), AgentName("errors"), 1, facts({}, {"src/a"}));
  CHECK(std::holds_alternative<AgentCollected>(event));
}

TEST_CASE("door: a branch without a change is no work") {
  const auto rejected = rejection(plan_with({"src"}), facts({}));
  CHECK(rejected.kind == RejectKind::no_change);
  CHECK(rejected.reason == "no change");
}

TEST_CASE("door: commits that change nothing are no work") {
  auto empty = facts({});
  empty.commits = 1;
  CHECK(rejection(plan_with({"src"}), empty).kind == RejectKind::no_change);
}

TEST_CASE("door: ownership violated: what is changed outside it is named") {
  const auto plan = plan_with({"src"});
  const auto one = rejection(plan, facts({"src/a", "tools/x.py"}));
  CHECK(one.kind == RejectKind::outside_ownership);
  CHECK(one.reason == "changed 'tools/x.py', which it does not own");
  CHECK(rejection(plan, facts({"c", "b"}, {"a"})).reason == "changed 'a', 'b', 'c', which it does not own");
  CHECK(rejection(plan, facts({"c", "b", "d"}, {"a", "e"})).reason ==
        "changed 'a', 'b', 'c' and 2 more, which it does not own");
}

TEST_CASE("door: uncommitted paths must be owned too") {
  CHECK(rejection(plan_with({"src"}), facts({"src/a"}, {"x"})).kind == RejectKind::outside_ownership);
}

TEST_CASE("door: a merge that is not resolved is refused, and where it is not is named") {
  auto merging = facts({"src/a"}, {"src/b", "src/c"});
  merging.unmerged = {RepoPath("src/c")};
  const auto plan = plan_with({"src"});
  CHECK(rejection(plan, merging).kind == RejectKind::failed);
  CHECK(rejection(plan, merging).reason == "left an unresolved merge in 'src/c'");
  CHECK(rejection(plan_with({"src/a"}), merging).kind == RejectKind::outside_ownership);
  for (const char* path : {"d", "e", "f"}) merging.unmerged.emplace_back(path);
  CHECK(rejection(plan, merging).reason == "left an unresolved merge in 'src/c', 'd', 'e' and 1 more");
}

TEST_CASE("door: a repository within the repository is refused, and named") {
  auto nested = facts({"src/a"}, {"src/own"});
  nested.repositories = {RepoPath("src/own")};
  CHECK(rejection(plan_with({"src"}), nested).kind == RejectKind::failed);
  CHECK(rejection(plan_with({"src"}), nested).reason == "made a repository in 'src/own'");
  CHECK(rejection(plan_with({"src/a"}), nested).kind == RejectKind::outside_ownership);
}

TEST_CASE("door: metadata of the repository stays out unless it is named") {
  CHECK(rejection(plan_with({"**"}), facts({".gitattributes"})).kind == RejectKind::outside_ownership);
  CHECK(rejection(plan_with({"src"}), facts({"src/.gitattributes"})).kind == RejectKind::outside_ownership);
  const auto event =
      judge_branch(plan_with({".gitattributes"}), AgentName("errors"), 1, facts({".gitattributes"}));
  CHECK(std::holds_alternative<AgentCollected>(event));
}

TEST_CASE("door: paths with odd bytes are quoted as git does") {
  CHECK(rejection(plan_with({"src"}), facts({"a\nb"})).reason == "changed \"a\\nb\", which it does not own");
}

TEST_CASE("door: a worktree that left its branch is refused before anything else") {
  auto off = facts({"tools/x.py"});
  off.on_branch = false;
  const auto rejected = rejection(plan_with({"src"}), off);
  CHECK(rejected.kind == RejectKind::off_branch);
  CHECK(rejected.reason == "left its branch: its worktree is not on it any more");
}

TEST_CASE("door: rewritten history is refused") {
  auto rewritten = facts({"src/a"});
  rewritten.descends = false;
  const auto rejected = rejection(plan_with({"src"}), rewritten);
  CHECK(rejected.kind == RejectKind::off_branch);
  CHECK(rejected.reason == "rewrote history: its branch does not hold the commit it started from");
}

TEST_CASE("door: case is folded where the repository does") {
  auto plan = plan_with({"Src"});
  plan.ignore_case = true;
  CHECK(std::holds_alternative<AgentCollected>(judge_branch(plan, AgentName("errors"), 1, facts({"src/a"}))));
}

TEST_CASE("door: characters are composed where the repository does") {
  auto plan = plan_with({"caf\xc3\xa9"});
  CHECK(rejection(plan, facts({"cafe\xcc\x81"})).kind == RejectKind::outside_ownership);
  plan.precompose = true;
  CHECK(std::holds_alternative<AgentCollected>(
      judge_branch(plan, AgentName("errors"), 1, facts({"cafe\xcc\x81"}))));
}

}  // namespace
}  // namespace par::core
