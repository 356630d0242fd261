// Items that earlier runs finished are not planned again.
#include <algorithm>
#include <random>

#include "core/plan.h"
#include "support/catch.h"

namespace par::core {
namespace {

using Names = std::vector<std::string>;

AgentSpec agent(const std::string& name, Names owns, int count = 1) {
  AgentSpec spec;
  spec.name = AgentName(name);
  spec.owns = std::move(owns);
  spec.count = count;
  return spec;
}

Item item(const std::string& id, const std::string& file, const Names& after = {}) {
  Item item;
  item.id = ItemId(id);
  item.files.emplace_back(file);
  for (const auto& other : after) item.after.emplace_back(other);
  return item;
}

FinishedItem finished(const std::string& item, const std::string& agent, const std::string& pool = "") {
  return {ItemId(item), AgentName(agent), AgentName(pool)};
}

PlanRequest request(std::vector<AgentSpec> agents, std::vector<Item> items,
                    std::vector<FinishedItem> finished) {
  PlanRequest request;
  request.config.agents = std::move(agents);
  request.config.items = std::move(items);
  request.finished = std::move(finished);
  return request;
}

Plan plan_of(const PlanRequest& request) {
  auto plan = make_plan(request);
  if (!plan) FAIL(plan.error().message);
  return *std::move(plan);
}

// "1 fix-2: a b"
Names shown(const Plan& plan) {
  Names lines;
  for (const auto& planned : plan.agents) {
    std::string line = std::to_string(planned.phase) + " " + planned.spec.name.str() + ":";
    for (const auto& item : planned.items) line += " " + item.id.str();
    lines.push_back(line);
  }
  return lines;
}

}  // namespace

TEST_CASE("finished: items are taken out and counted, and those after them may start") {
  const auto plan = plan_of(request(
      {agent("fix", {"/src"})}, {item("a", "src/a"), item("b", "src/b", {"a"}), item("c", "src/c", {"gone"})},
      {finished("a", "fix"), finished("gone", "fix"), finished("other", "x")}));
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
                      {finished("a", "fix"), finished("p", "pool-1", "pool")}));
  CHECK(shown(plan) == Names{"1 other:", "2 late: d"});
  CHECK(plan.find(AgentName("late"))->spec.after == std::vector{AgentName("other")});
  CHECK(plan.finished_items == 2);
}

TEST_CASE("finished: an agent that never had items stays, and one that has new items works on these") {
  const auto plan =
      plan_of(request({agent("fix", {"/src"}, 2), agent("prompted", {"/docs"})},
                      {item("a", "src/a"), item("b", "src/b"), item("c", "src/c"), item("new", "src/new")},
                      {finished("a", "fix-1", "fix"), finished("b", "fix-2", "fix")}));
  CHECK(shown(plan) == Names{"1 fix-1: c", "1 fix-2: new", "1 prompted:"});
}

TEST_CASE("finished: ownership of those who stay follows them") {
  auto r = request({agent("done", {"/a"}), agent("one", {"/b"}, 2), agent("two", {"/c"}, 2)},
                   {item("a", "a/x"), item("b", "b/x"), item("c", "c/x")}, {finished("a", "done")});
  r.predictions = {{ItemId("c"), RepoPath("c/y"), RepoPath("c/x"), PredictedBy::history, 3, 3, false}};
  const auto plan = plan_of(r);
  CHECK(shown(plan) == Names{"1 one-1: b", "1 two-1: c"});
  CHECK(plan.find(AgentName("two-1"))->spec.owns == Names{"/c/x", "/c/y"});
}

TEST_CASE("finished: when nothing is left to do the plan is refused") {
  auto plan = make_plan(
      request({agent("fix", {"/src"})}, {item("a", "src/a"), item("lost", "top")}, {finished("a", "fix")}));
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
    if (i % 3 == 0) done.push_back(finished(name, "fix-" + std::to_string(i % 2 + 1), "fix"));
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

}  // namespace par::core
