// Plans in which the work of an agent is divided among several workers.
#include <algorithm>
#include <random>

#include "core/plan.h"
#include "support/catch.h"
#include "support/plans.h"

namespace par::core {
namespace {

using test::agent;
using test::item;
using test::Names;
using test::plan_of;
using test::shown;

PlanRequest request(std::vector<AgentSpec> agents, std::vector<Item> items) {
  PlanRequest request;
  for (const auto& one : items)
    for (const auto& file : one.files)
      if (std::find(request.paths.begin(), request.paths.end(), file) == request.paths.end())
        request.paths.push_back(file);
  request.config.agents = std::move(agents);
  request.config.items = std::move(items);
  return request;
}

}  // namespace

TEST_CASE("pool: its items are divided among workers who own their files and nothing else") {
  const auto plan =
      plan_of(request({agent("fix", {"/src"}, 2), agent("docs", {"/docs"})},
                      {item("a", {"src/x"}), item("b", {"src/y*"}), item("c", {"src/x", "src/z"}),
                       item("d", {"docs/d"}), item("e", {"top"})}));
  CHECK(shown(plan) == Names{"1 fix-1: a c", "1 fix-2: b", "1 docs: d"});
  CHECK(plan.find(AgentName("fix-1"))->spec.owns == Names{"/src/x", "/src/z"});
  CHECK(plan.find(AgentName("fix-2"))->spec.owns == Names{"/src/y\\*"});
  CHECK(plan.find(AgentName("fix-2"))->spec.pool == AgentName("fix"));
  CHECK(plan.find(AgentName("fix-1"))->file_count == 2);
  CHECK(plan.unowned_items == std::vector{ItemId("e")});
  CHECK(plan.overlaps.empty());
}

TEST_CASE("pool: who comes after it comes after all its workers") {
  auto r = request({agent("late", {"docs"}), agent("fix", {"src"}, 3)},
                   {item("a", {"src/x"}), item("b", {"src/y"}), item("d", {"docs/d"})});
  r.config.agents[0].after = {AgentName("fix")};
  CHECK(shown(plan_of(r)) == Names{"1 fix-1: a", "1 fix-2: b", "2 late: d"});
}

TEST_CASE("pool: without items there is nothing to divide") {
  const auto plan = make_plan(request({agent("fix", {"src"}, 2)}, {}));
  REQUIRE_FALSE(plan);
  CHECK(plan.error().message == "agent 'fix' has count = 2, but no items to divide");
}

TEST_CASE("pool: workers whose items meet in a file are put into different phases") {
  auto r =
      request({agent("fix", {"src"}, 3)}, {item("a", {"src/x"}), item("b", {"src/x"}), item("c", {"src/y"})});
  r.by = By::severity;
  r.config.items[0].severity = Severity::blocker;
  r.config.items[2].severity = Severity::info;
  const auto plan = plan_of(r);
  CHECK(shown(plan) == Names{"1 fix-blocker: a", "1 fix-info: c", "2 fix-major: b"});
  REQUIRE(plan.overlaps.size() == 1);
  CHECK(plan.overlaps[0].witness == RepoPath("src/x"));
}

TEST_CASE("pool: its workers' names are free and can stand in refs") {
  auto r = request({agent("fix", {"src"}, 2), agent("fix-c---core", {"/docs"})},
                   {item("a", {"src/x"}), item("b", {"src/y"})});
  r.by = By::category;
  r.config.items[0].category = "C++ Core";
  const auto plan = plan_of(r);
  CHECK(shown(plan) == Names{"1 fix-none: b", "1 fix-c---core-2: a", "1 fix-c---core:"});
}

TEST_CASE("plan --agents: divides the work of the only agent, or of nobody in particular") {
  auto r =
      request({agent("fix", {"src"})}, {item("a", {"src/x"}), item("b", {"src/y"}), item("c", {"docs/z"})});
  r.members = 2;
  CHECK(shown(plan_of(r)) == Names{"1 fix-1: a", "1 fix-2: b"});
  r.config.agents.clear();
  CHECK(shown(plan_of(r)) == Names{"1 agent-1: a c", "1 agent-2: b"});
  r.config.agents = {agent("a", {"src"}), agent("b", {"docs"})};
  const auto plan = make_plan(r);
  REQUIRE_FALSE(plan);
  CHECK(plan.error().message == "--agents divides the work of one agent, and there are 2");
}

TEST_CASE("shared: a hot file belongs to one agent alone, so the others need not wait") {
  auto r = request({agent("a", {"/src", "/lock"}), agent("b", {"/docs", "/lock"}), agent("c", {"**"})},
                   {item("i", {"src/x"}), item("j", {"docs/y", "lock"})});
  CHECK(plan_of(r).phases == 3);
  r.config.policy.shared = {"/lock"};
  const auto plan = plan_of(r);
  CHECK(plan.find(AgentName("b"))->spec.forbids == Names{"/lock"});
  CHECK(plan.find(AgentName("b"))->phase == 1);
  CHECK(plan.find(AgentName("c"))->phase == 2);
  CHECK(plan.unowned_items == std::vector{ItemId("j")});
}

TEST_CASE("shared file touches everything: items of a pool that touch it go to one worker, the rest splits") {
  std::vector<Item> items;
  for (int i = 0; i < 8; ++i)
    items.push_back(
        item("i" + std::to_string(i), {"f" + std::to_string(i), i < 2        ? "g" + std::to_string(i)
                                                                : i % 2 == 0 ? "lock"
                                                                             : "f" + std::to_string(i - 1)}));
  auto r = request({agent("fix", {"**"}, 2)}, items);
  const auto tied = plan_of(r);
  CHECK(tied.hot == std::vector{RepoPath("lock")});
  CHECK(tied.decision.reasons.back() ==
        "6 of 8 items of 'fix' hang together, file by file, and go to one worker; with the files offered as "
        "shared, 4 wait for one another");
  r.config.policy.shared = {"/lock"};
  const auto plan = plan_of(r);
  CHECK(shown(plan) == Names{"1 fix-1: i0 i3 i7", "1 fix-2: i1 i5", "2 fix-shared: i2 i4 i6"});
  CHECK(plan.hot.empty());
  CHECK(plan.decision.reasons.size() == 1);
}

TEST_CASE("plan: the order of the items does not matter") {
  std::mt19937 random(3);
  std::vector<Item> items;
  for (int i = 0; i < 60; ++i) {
    const auto file = [&] { return "d" + std::to_string(random() % 9) + "/" + std::to_string(random() % 4); };
    items.push_back(item("i" + std::to_string(i), {file(), file()},
                         i % 7 == 3 ? Names{"i" + std::to_string(i - 1)} : Names{}));
    items.back().estimate = static_cast<Seconds>(random() % 30);
  }
  auto r = request({agent("fix", {"d1", "d2", "d3", "d4"}, 3), agent("one", {"**"})}, items);
  r.by = GENERATE(By::automatic, By::severity, By::directory, By::files);
  const auto expected = plan_of(r);
  for (int round = 0; round < 5; ++round) {
    std::shuffle(r.config.items.begin(), r.config.items.end(), random);
    CHECK(plan_of(r) == expected);
  }
}

}  // namespace par::core
