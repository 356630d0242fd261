// What plans make of predictions.
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

Prediction prediction(const std::string& item, const std::string& path, const std::string& because) {
  return {ItemId(item), RepoPath(path), RepoPath(because), PredictedBy::history, 3, 4, false};
}

PlanRequest request(std::vector<AgentSpec> agents, std::vector<Item> items,
                    std::vector<Prediction> predictions) {
  PlanRequest request;
  request.config.agents = std::move(agents);
  request.config.items = std::move(items);
  request.predictions = std::move(predictions);
  return request;
}

std::vector<bool> owned(const Plan& plan) {
  std::vector<bool> owned;
  for (const auto& prediction : plan.predictions) owned.push_back(prediction.owned);
  return owned;
}

Names owns_of(const Plan& plan, const std::string& name) { return plan.find(AgentName(name))->spec.owns; }

}  // namespace

TEST_CASE("predictions: items that will meet in a file go to one worker, who may change it") {
  std::vector<Item> items{item("a", {"src/a"}), item("b", {"src/b"}), item("c", {"src/c"}),
                          item("d", {"src/d"})};
  const auto without = plan_of(request({agent("fix", {"/src"}, 2)}, items, {}));
  CHECK(shown(without) == Names{"1 fix-1: a c", "1 fix-2: b d"});
  const auto plan = plan_of(request({agent("fix", {"/src"}, 2)}, items,
                                    {prediction("a", "src/x", "src/a"), prediction("b", "src/x", "src/b")}));
  CHECK(shown(plan) == Names{"1 fix-1: a b", "1 fix-2: c d"});
  CHECK(owns_of(plan, "fix-1") == Names{"/src/a", "/src/b", "/src/x"});
  CHECK(owns_of(plan, "fix-2") == Names{"/src/c", "/src/d"});
  CHECK(owned(plan) == std::vector{true, true});
  CHECK(plan.overlaps.empty());
}

TEST_CASE("predictions: a file of an item goes to those who are expected to change it") {
  const auto plan = plan_of(
      request({agent("fix", {"/src"}, 2)},
              {item("a", {"src/a"}), item("b", {"src/b"}), item("c", {"src/c"}), item("d", {"src/d"})},
              {prediction("a", "src/d", "src/a")}));
  CHECK(shown(plan) == Names{"1 fix-1: a d", "1 fix-2: b c"});
}

TEST_CASE("predictions: one that would weigh too much for one worker is shown and not used") {
  std::vector<Item> items;
  std::vector<Prediction> predictions;
  for (const std::string id : {"a", "b", "c", "d"}) {
    items.push_back(item(id, {"src/" + id}));
    predictions.push_back(prediction(id, "src/Makefile", "src/" + id));
  }
  const auto plan = plan_of(request({agent("fix", {"/src"}, 2)}, items, predictions));
  CHECK(shown(plan) == Names{"1 fix-1: a c", "1 fix-2: b d"});
  CHECK(owned(plan) == std::vector{false, false, false, false});
  CHECK(plan.hot.empty());
}

TEST_CASE("predictions: what others own, what is shared and what nobody owns is not given to a worker") {
  auto r = request({agent("fix", {"/src", "/both"}, 2), agent("other", {"/both"})},
                   {item("a", {"src/a"}), item("b", {"src/b"}), item("s", {"src/hot", "src/of-s"})},
                   {prediction("a", "both/x", "src/a"), prediction("a", "nowhere/x", "src/a"),
                    prediction("a", "src/hot", "src/a"), prediction("a", "src/of-s", "src/a"),
                    prediction("s", "src/b", "src/of-s")});
  r.config.policy.shared = {"/src/hot"};
  r.config.policy.on_overlap = OnOverlap::refuse;
  auto without = r;
  without.predictions.clear();
  r.config.policy.on_overlap = without.config.policy.on_overlap = OnOverlap::serialise;
  CHECK(shown(plan_of(r)) == shown(plan_of(without)));
  CHECK(plan_of(r).overlaps == plan_of(without).overlaps);
  CHECK(owned(plan_of(r)) == std::vector(5, false));
}

TEST_CASE("predictions: of an item whose agent is no pool they are shown, with whether it owns them") {
  const auto plan = plan_of(request({agent("one", {"/src"})}, {item("a", {"src/a"}), item("z", {"top"})},
                                    {prediction("a", "src/x", "src/a"), prediction("a", "tests/x", "src/a"),
                                     prediction("z", "src/x", "top")}));
  CHECK(owned(plan) == std::vector{true, false});  // and none of `z`, which nobody does
  CHECK(shown(plan) == Names{"1 one: a"});
  CHECK(plan.find(AgentName("one"))->spec.owns == Names{"/src"});
}

TEST_CASE("predictions: where items are divided by their words they have no part in it") {
  auto r = request({agent("fix", {"/src"}, 2)},
                   {item("a", {"src/a"}), item("b", {"src/b"}), item("c", {"src/c"}), item("d", {"src/d"})},
                   {prediction("a", "src/c", "src/a")});
  r.by = By::severity;
  r.config.items[2].severity = r.config.items[3].severity = Severity::info;
  const auto plan = plan_of(r);
  CHECK(shown(plan) == Names{"1 fix-major: a b", "1 fix-info: c d"});
  CHECK(owned(plan) == std::vector{false});
}

TEST_CASE("predictions: they never make a plan invalid") {
  // Without them a and b are two workers, and x comes between the two.
  auto r = request({agent("fix", {"/src"}, 2), agent("x", {"/x"})},
                   {item("a", {"src/a"}), item("b", {"src/b"}, {"i"}), item("c", {"src/c"}),
                    item("d", {"src/d"}), item("i", {"x/i"}, {"a"})},
                   {prediction("a", "src/b", "src/a")});
  const auto plan = plan_of(r);
  CHECK(plan.decision.reasons.back() ==
        "predictions have no part in it: agents wait for each other: fix-1 -> x -> fix-1");
  CHECK(owned(plan) == std::vector{false});
  r.predictions.clear();
  CHECK(shown(plan_of(r)) == shown(plan));
}

TEST_CASE("predictions: of finished items there are none") {
  auto r = request({agent("fix", {"/src"})}, {item("a", {"src/a"}), item("b", {"src/b"})},
                   {prediction("a", "src/x", "src/a"), prediction("b", "src/y", "src/b")});
  r.finished = {{ItemId("a"), work_hash(r.config.items.front()), AgentName("fix"), AgentName(), RunId()}};
  const auto plan = plan_of(r);
  REQUIRE(plan.predictions.size() == 1);
  CHECK(plan.predictions.front().item == ItemId("b"));
  r.predictions.erase(r.predictions.begin());
  CHECK(plan_of(r) == plan);
}

TEST_CASE("predictions: a path that is too deep for a worker leaves the others as they are") {
  std::string deep = "src/";
  for (int i = 0; i < 60; ++i) deep += "e/";
  const auto plan = plan_of(
      request({agent("fix", {"/src"}, 2)},
              {item("a", {"src/a"}), item("b", {"src/b"}), item("c", {"src/c"}), item("d", {"src/d"})},
              {prediction("a", "src/x", "src/a"), prediction("b", "src/x", "src/b"),
               prediction("c", deep + "x", "src/c")}));
  CHECK(shown(plan) == Names{"1 fix-1: a b", "1 fix-2: c d"});
  CHECK(owned(plan) == std::vector{true, true, false});
}

TEST_CASE("predictions: files of the shared member's items are its own, with their chains and directories") {
  auto r = request({agent("fix", {"/src"}, 2)},
                   {item("a", {"src/a"}), item("b", {"src/b"}), item("s", {"src/hot"}),
                    item("t", {"src/of-t", "src/dir"}, {"s"})},
                   {prediction("a", "src/of-t", "src/a"), prediction("b", "src/dir/x", "src/b")});
  r.config.policy.shared = {"/src/hot"};
  const auto plan = plan_of(r);
  CHECK(shown(plan) == Names{"1 fix-1: a", "1 fix-2: b", "1 fix-shared: s t"});
  CHECK(plan.overlaps.empty());
}

TEST_CASE("predictions: a plan that fails without them fails for its own reason") {
  auto plan = make_plan(request({agent("fix", {"/src"})}, {item("a", {"src/a"}, {"nobody"})},
                                {prediction("a", "src/b", "src/a")}));
  REQUIRE_FALSE(plan);
  CHECK(plan.error().message == "item 'a' is after 'nobody', which does not exist");
}

TEST_CASE("predictions: workers never meet in a file, whatever is predicted") {
  std::mt19937 random(11);
  for (int round = 0; round < 60; ++round) {
    std::vector<Item> items;
    std::vector<Prediction> predictions;
    for (int i = 0; i < 30; ++i) {
      const auto id = "i" + std::to_string(10 + i);
      const auto file = "src/f" + std::to_string(random() % 40);
      items.push_back(item(id, {file}));
      if (i > 0 && random() % 4 == 0)
        items.back().after.emplace_back("i" + std::to_string(10 + random() % static_cast<unsigned>(i)));
      for (std::size_t n = random() % 3; n > 0; --n)
        predictions.push_back(prediction(id, "src/f" + std::to_string(random() % 60), file));
    }
    auto r = request({agent("fix", {"/src"}, 5)}, items, predictions);
    r.config.policy.on_overlap = OnOverlap::refuse;
    if (round % 2 == 0) r.config.policy.shared = {"/src/f1", "/src/f2"};
    if (round % 2 == 0) r.config.policy.on_overlap = OnOverlap::serialise;
    const auto plan = plan_of(r);
    if (round % 2 == 1) CHECK(plan.phases == 1);
    auto without = r;
    without.predictions.clear();
    CHECK(plan.phases == plan_of(without).phases);
    std::shuffle(r.config.items.begin(), r.config.items.end(), random);
    CHECK(plan_of(r) == plan);
  }
}

}  // namespace par::core
