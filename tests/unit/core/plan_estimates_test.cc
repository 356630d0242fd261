// Estimates that nobody gave come from earlier runs.
#include <algorithm>

#include "core/plan.h"
#include "support/catch.h"
#include "support/plans.h"

namespace par::core {
namespace {

using test::Names;
using test::plan_of;

AgentSpec agent(const std::string& name, Names owns, Seconds estimate = 0) {
  AgentSpec spec;
  spec.name = AgentName(name);
  spec.owns = std::move(owns);
  spec.estimate = estimate;
  return spec;
}

Item item(const std::string& id, const std::string& file, const std::string& category, Seconds estimate = 0) {
  Item item;
  item.id = ItemId(id);
  item.files.emplace_back(file);
  item.category = category;
  item.estimate = estimate;
  return item;
}

PlanRequest request(std::vector<AgentSpec> agents, std::vector<Item> items, EarlierTimes earlier) {
  PlanRequest request;
  request.config.agents = std::move(agents);
  request.config.items = std::move(items);
  request.earlier = std::move(earlier);
  return request;
}

bool gives(const Plan& plan, const std::string& reason) {
  const auto& reasons = plan.decision.reasons;
  return std::find(reasons.begin(), reasons.end(), reason) != reasons.end();
}

}  // namespace

TEST_CASE("earlier times: an agent's time is shared out among its items, and the mean is rounded up") {
  CHECK(learn_times({}).empty());
  const auto times = learn_times({{AgentName("a"), 100, {"x", "x", "y", "y"}},
                                  {AgentName("b"), 20.2, {"x"}},
                                  {AgentName("c"), 0.02, {}},
                                  {AgentName("c"), 0.03, {}},
                                  {AgentName("d"), 7, {""}}});
  CHECK(times.of_category ==
        std::map<std::string, EarlierTimes::Mean>{{"", {7, 1}}, {"x", {24, 3}}, {"y", {25, 2}}});
  CHECK(times.of_agent == std::map<AgentName, EarlierTimes::Mean>{{AgentName("c"), {1, 2}}});
}

TEST_CASE(
    "estimates: of items and agents that have none they come from earlier runs, and the decision says so") {
  EarlierTimes earlier;
  earlier.of_category = {{"x", {600, 3}}, {"y", {1, 1}}};
  earlier.of_agent = {{AgentName("docs"), {900, 1}}, {AgentName("fix"), {5, 1}}};
  const auto plan = plan_of(request({agent("fix", {"/src"}), agent("docs", {"/docs"})},
                                    {item("a", "src/a", "x"), item("b", "src/b", "x", 60)}, earlier));
  CHECK(plan.decision.sequential_s == 600 + 60 + 900);
  CHECK(plan.decision.mode == Mode::parallel);
  CHECK(gives(
      plan,
      "estimates from earlier runs: 15m 00s for 'docs' (done once), 10m 00s for each item of 'x' (3 done)"));
}

TEST_CASE("estimates: what is given is never replaced") {
  EarlierTimes earlier;
  earlier.of_category = {{"x", {600, 3}}};
  earlier.of_agent = {{AgentName("docs"), {900, 1}}};
  const auto plan = plan_of(request({agent("fix", {"/src"}, 30), agent("docs", {"/docs"}, 40)},
                                    {item("a", "src/a", "x"), item("b", "src/b", "x", 60)}, earlier));
  CHECK(plan.decision.sequential_s == 70);
  for (const auto& reason : plan.decision.reasons) CHECK(reason.find("earlier") == std::string::npos);
}

TEST_CASE("estimates: a category that may hold anything stands as git quotes paths") {
  EarlierTimes earlier;
  earlier.of_category = {{"x\x1b\ny", {600, 3}}};
  const auto plan = plan_of(request({agent("fix", {"/src"})}, {item("a", "src/a", "x\x1b\ny")}, earlier));
  CHECK(gives(plan, R"(estimates from earlier runs: 10m 00s for each item of '"x\033\ny"' (3 done))"));
}

TEST_CASE("estimates: pools are balanced by what items of their category took") {
  EarlierTimes earlier;
  earlier.of_category = {{"long", {400, 1}}, {"short", {100, 1}}};
  auto fix = agent("fix", {"/src"});
  fix.count = 2;
  const auto plan = plan_of(request({fix},
                                    {item("a", "src/a", "long"), item("b", "src/b", "short"),
                                     item("c", "src/c", "short"), item("d", "src/d", "short")},
                                    earlier));
  REQUIRE(plan.agents.size() == 2);
  CHECK(plan.agents[0].items.size() == 1);
  CHECK(plan.agents[1].items.size() == 3);
}

TEST_CASE("estimates: while some agent has none, those of earlier runs do not speak against parallel work") {
  EarlierTimes earlier;
  earlier.of_agent = {{AgentName("a"), {2, 1}}};
  auto r = request({agent("a", {"/a"}), agent("b", {"/b"})}, {}, earlier);
  CHECK(plan_of(r).decision.mode == Mode::parallel);
  CHECK(gives(plan_of(r), "not all estimates: parallel by default"));
  CHECK(gives(plan_of(r), "no estimate for 'b': counted as 0s"));
  r.earlier.of_agent[AgentName("b")] = {3, 4};
  CHECK(plan_of(r).decision.mode == Mode::sequential);
  CHECK(gives(plan_of(r), "5s in sequence is below min_sequential 5m 00s"));
  CHECK(gives(plan_of(r), "estimates from earlier runs: 2s for 'a' (done once), 3s for 'b' (done 4 times)"));
}

TEST_CASE("estimates: one learned category says nothing of items of others") {
  EarlierTimes earlier;
  earlier.of_category = {{"x", {10, 1}}};
  auto r = request(
      {agent("a", {"/a"}), agent("b", {"/b"})},
      {item("1", "a/1", "x"), item("2", "a/2", "y"), item("3", "b/3", "x"), item("4", "b/4", "y")}, earlier);
  const auto plan = plan_of(r);
  CHECK(plan.decision.mode == Mode::parallel);
  CHECK(gives(plan, "not all estimates: parallel by default"));
  CHECK(gives(plan, "no estimate for some items of 'a', 'b': counted as 0s"));
  r.earlier.of_category["y"] = {10, 1};
  CHECK(plan_of(r).decision.mode == Mode::sequential);
}

TEST_CASE("estimates: what is learned and not read does not decide how the given ones are taken") {
  EarlierTimes earlier;
  earlier.of_category = {{"x", {10, 1}}};
  // Of an agent with an estimate of its own, and of nobody.
  const auto plan = plan_of(request({agent("a", {"/a"}, 30), agent("b", {"/b"})},
                                    {item("1", "a/1", "x"), item("2", "top", "x")}, earlier));
  CHECK(plan.decision.mode == Mode::sequential);
  CHECK(gives(plan, "30s in sequence is below min_sequential 5m 00s"));
  CHECK(gives(plan, "no estimate for 'b': counted as 0s"));
}

TEST_CASE("estimates: of many agents without one the first are named") {
  std::vector<AgentSpec> agents{agent("known", {"/known"}, 600)};
  for (int i = 0; i < 7; ++i) agents.push_back(agent("a" + std::to_string(i), {"/a" + std::to_string(i)}));
  CHECK(gives(plan_of(request(agents, {}, {})),
              "no estimate for 'a0', 'a1', 'a2', 'a3', 'a4' and 2 more: counted as 0s"));
}

TEST_CASE("estimates: many sources are named in one line") {
  EarlierTimes earlier;
  std::vector<Item> items;
  for (int i = 0; i < 8; ++i) {
    const auto name = "c" + std::to_string(i);
    earlier.of_category[name] = {60, 1};
    items.push_back(item("i" + std::to_string(i), "src/" + name, name));
  }
  const auto plan = plan_of(request({agent("fix", {"/src"})}, items, earlier));
  CHECK(plan.decision.reasons.back().ends_with("1m 00s for each item of 'c4' (1 done) and 3 more"));
}

}  // namespace par::core
