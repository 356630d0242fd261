// Items that earlier runs finished are not planned again.
#include <algorithm>
#include <random>

#include "core/plan.h"
#include "support/catch.h"
#include "support/plans.h"

namespace par::core {
namespace {

using test::agent;
using test::Names;
using test::plan_of;
using test::shown;

Item item(const std::string& id, const std::string& file, const Names& after = {}) {
  return test::item(id, Names{file}, after);
}

FinishedItem finished(const Item& item, const std::string& agent, const std::string& pool = "",
                      const std::string& unlanded = "") {
  return {item.id, work_hash(item), AgentName(agent), AgentName(pool), RunId(unlanded)};
}

std::string refusal(const PlanRequest& request) {
  const auto plan = make_plan(request);
  REQUIRE_FALSE(plan);
  CHECK(plan.error().kind == ErrorKind::refused);
  REQUIRE(plan.error().hints.size() == 1);
  return plan.error().message + "; " + plan.error().hints.front();
}

PlanRequest request(std::vector<AgentSpec> agents, std::vector<Item> items,
                    std::vector<FinishedItem> finished) {
  PlanRequest request;
  request.config.agents = std::move(agents);
  request.config.items = std::move(items);
  request.finished = std::move(finished);
  return request;
}

}  // namespace

TEST_CASE("finished: items are taken out and counted, and those after them may start") {
  const auto plan = plan_of(request(
      {agent("fix", {"/src"})}, {item("a", "src/a"), item("b", "src/b", {"a"}), item("c", "src/c", {"gone"})},
      {finished(item("a", "src/a"), "fix"), finished(item("gone", "src/g"), "fix"),
       finished(item("other", "o"), "x")}));
  CHECK(shown(plan) == Names{"1 fix: b c"});
  CHECK(plan.finished_items == 1);
  CHECK(plan.agents.front().items.front().after.empty());
}

TEST_CASE("finished: an agent whose items are all finished has no part in the plan, nor in any after") {
  auto late = agent("late", {"/docs"});
  late.after = {AgentName("fix"), AgentName("pool"), AgentName("other")};
  const auto plan =
      plan_of(request({agent("fix", {"/src"}), agent("pool", {"/lib"}, 3), late, agent("other", {"/other"})},
                      {item("a", "src/a"), item("p", "lib/p"), item("d", "docs/d")},
                      {finished(item("a", "src/a"), "fix"), finished(item("p", "lib/p"), "pool-1", "pool")}));
  CHECK(shown(plan) == Names{"1 other:", "2 late: d"});
  CHECK(plan.find(AgentName("late"))->spec.after == std::vector{AgentName("other")});
  CHECK(plan.finished_items == 2);
}

TEST_CASE("finished: an agent that never had items stays, and one that has new items works on these") {
  const auto plan = plan_of(
      request({agent("fix", {"/src"}, 2), agent("prompted", {"/docs"})},
              {item("a", "src/a"), item("b", "src/b"), item("c", "src/c"), item("new", "src/new")},
              {finished(item("a", "src/a"), "fix-1", "fix"), finished(item("b", "src/b"), "fix-2", "fix")}));
  CHECK(shown(plan) == Names{"1 fix-1: c", "1 fix-2: new", "1 prompted:"});
}

TEST_CASE("finished: ownership of those who stay follows them") {
  auto r =
      request({agent("done", {"/a"}), agent("one", {"/b"}, 2), agent("two", {"/c"}, 2)},
              {item("a", "a/x"), item("b", "b/x"), item("c", "c/x")}, {finished(item("a", "a/x"), "done")});
  r.predictions = {{ItemId("c"), RepoPath("c/y"), RepoPath("c/x"), PredictedBy::history, 3, 3, false}};
  const auto plan = plan_of(r);
  CHECK(shown(plan) == Names{"1 one-1: b", "1 two-1: c"});
  CHECK(plan.find(AgentName("two-1"))->spec.owns == Names{"/c/x", "/c/y"});
}

TEST_CASE("finished: when nothing is left to do the plan is refused") {
  auto plan = make_plan(request({agent("fix", {"/src"})}, {item("a", "src/a"), item("lost", "top")},
                                {finished(item("a", "src/a"), "fix")}));
  REQUIRE_FALSE(plan);
  CHECK(plan.error().kind == ErrorKind::refused);
  CHECK(plan.error().message == "nothing is left to do: 1 item is finished, and 1 belong to no agent");
}

TEST_CASE("finished: neither the order of items nor that of what is finished matters") {
  std::mt19937 random(3);
  std::vector<Item> items;
  std::vector<FinishedItem> done;
  for (int i = 0; i < 20; ++i) {
    const auto name = "i" + std::to_string(i);
    items.push_back(item(name, "src/" + name));
    if (i % 3 == 0) done.push_back(finished(items.back(), "fix-" + std::to_string(i % 2 + 1), "fix"));
  }
  auto r = request({agent("fix", {"/src"}, 2)}, items, done);
  const auto first = plan_of(r);
  CHECK(first.finished_items == 7);
  for (int round = 0; round < 10; ++round) {
    std::shuffle(r.config.items.begin(), r.config.items.end(), random);
    std::shuffle(r.finished.begin(), r.finished.end(), random);
    CHECK(plan_of(r) == first);
  }
}

TEST_CASE("finished: an item that asks for something else under an id of before is planned") {
  const auto before = item("1", "src/a");
  auto other_files = before;
  other_files.files = {RepoPath("src/b")};
  auto other_title = before;
  other_title.title = "another batch";
  for (const auto& asked : {other_files, other_title}) {
    const auto plan = plan_of(
        request({agent("fix", {"/src"})}, {asked, item("2", "src/c", {"1"})}, {finished(before, "fix")}));
    CHECK(shown(plan) == Names{"1 fix: 1 2"});
    CHECK(plan.finished_items == 0);
    CHECK(plan.agents.front().items.back().after == std::vector{ItemId("1")});
  }
  auto same = before;
  same.estimate = 5;
  same.severity = Severity::info;
  same.category = "x";
  CHECK(plan_of(request({agent("fix", {"/src"})}, {same, item("2", "src/c")}, {finished(before, "fix")}))
            .finished_items == 1);
  auto moved = before;
  moved.title = "as in line 12";
  auto known = before;
  known.title = "as in line 7";
  CHECK(work_hash(moved) == work_hash(known));
}

TEST_CASE("finished: what comes after work that has not landed is refused, as its base does not hold that") {
  const auto a = item("a", "src/a");
  const auto by_item =
      request({agent("fix", {"/src"})}, {a, item("b", "src/b", {"a"}), item("c", "src/c", {"a"})},
              {finished(a, "fix", "", "r2")});
  CHECK(refusal(by_item) ==
        "item 'b' comes after 'a', whose work has not landed yet; 'git par merge --run r2' lands it");
  auto late = agent("late", {"/docs"});
  late.after = {AgentName("fix")};
  auto by_agent =
      request({agent("fix", {"/src"}), late}, {a, item("d", "docs/d")}, {finished(a, "fix-1", "fix", "r2")});
  CHECK(refusal(by_agent) ==
        "agent 'late' comes after 'fix', whose work has not landed yet; 'git par merge --run r2' lands it");
  // As well when it has further items: the first are missing all the same.
  by_agent.config.items.push_back(item("new", "src/new"));
  CHECK(refusal(by_agent).starts_with("agent 'late' comes after 'fix'"));
  // Once some run has landed it, it is in the base.
  by_agent.finished.push_back(finished(a, "fix-1", "fix"));
  CHECK(shown(plan_of(by_agent)) == Names{"1 fix: new", "2 late: d"});
}

TEST_CASE("finished: what nobody plans does not wait for work that has not landed") {
  const auto a = item("a", "src/a");
  auto r = request({agent("fix", {"/src"})}, {a, item("b", "top", {"a"}), item("c", "src/c")},
                   {finished(a, "fix", "", "r2")});
  CHECK(shown(plan_of(r)) == Names{"1 fix: c"});
  auto late = agent("late", {"/docs"});
  late.after = {AgentName("fix")};
  r.config.agents.push_back(late);
  r.config.items.push_back(item("d", "docs/d"));
  r.finished.push_back(finished(item("d", "docs/d"), "late"));
  CHECK(shown(plan_of(r)) == Names{"1 fix: c"});
}

TEST_CASE("finished: a pool that had items in an earlier plan and has none now is left out") {
  // The item that `codex` could not do goes to `claude`, who has done its own.
  auto r =
      request({agent("claude", {"/src"}, 2), agent("codex", {"/src"}, 2)},
              {item("a", "src/a"), item("b", "src/b")}, {finished(item("a", "src/a"), "claude-1", "claude")});
  CHECK(make_plan(r).error().message == "agent 'codex' has count = 2, but no items to divide");
  r.had_items = {AgentName("claude"), AgentName("claude-1"), AgentName("codex"), AgentName("codex-1")};
  CHECK(shown(plan_of(r)) == Names{"1 claude-1: b"});
  // All its findings were closed by another import, and nothing else is known to be finished.
  r.finished.clear();
  r.config.items.pop_back();
  CHECK(shown(plan_of(r)) == Names{"1 claude-1: a"});
  r.config.items.clear();
  CHECK(refusal(r) ==
        "nothing is left to do: no agent has items; import or write further items, or plan these anew with "
        "--again");
}

TEST_CASE("finished: an agent that had items and has none now stays only where nobody has any") {
  auto r = request({agent("one", {"/src"}), agent("two", {"/docs"})}, {item("a", "src/a")}, {});
  r.had_items = {AgentName("one"), AgentName("two")};
  CHECK(shown(plan_of(r)) == Names{"1 one: a"});
  r.config.items.clear();
  CHECK(shown(plan_of(r)) == Names{"1 one:", "1 two:"});
}

}  // namespace par::core
