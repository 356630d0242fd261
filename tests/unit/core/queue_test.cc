#include "core/queue.h"

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "support/catch.h"

using namespace par;
using namespace par::core;

namespace {

Item make_item(const std::string& id, std::vector<std::string> files, Severity severity = Severity::major) {
  Item item;
  item.id = ItemId(id);
  for (auto& file : files) item.files.emplace_back(std::move(file));
  item.severity = severity;
  return item;
}

Plan plan_of(std::vector<Item> items) {
  Plan plan;
  plan.agents.resize(1);
  plan.agents[0].spec.name = AgentName("one");
  plan.agents[0].items = std::move(items);
  return plan;
}

// The rows of a plan in memory, in the order in which an index would give them.
class Rows final : public ReadyItems {
 public:
  explicit Rows(const Plan& plan) : queue_(lay_out_queue(plan)) {
    for (std::size_t i = 0; i < queue_.size(); ++i)
      rows_[{queue_[i].item->severity, queue_[i].place, i}] = static_cast<std::int64_t>(i);
  }
  Result<std::optional<QueueCandidate>> first(Severity severity, QueuePlace from) override {
    ++questions;
    const auto row = rows_.lower_bound({severity, from, 0});
    if (row == rows_.end() || std::get<0>(row->first) != severity) return std::optional<QueueCandidate>();
    QueueCandidate candidate{row->second, std::get<1>(row->first), {}};
    for (const auto& file : item(row->second).files) candidate.files.push_back(file.str());
    return std::optional(std::move(candidate));
  }
  Result<bool> is_held(const std::string& file) override { return held.contains(file); }
  Result<void> take(const QueueCandidate& candidate) override {
    const auto i = static_cast<std::size_t>(candidate.number);
    rows_.erase({queue_[i].item->severity, queue_[i].place, i});
    taken.push_back(item(candidate.number).id.str());
    return {};
  }
  [[nodiscard]] const Item& item(std::int64_t number) const {
    return *queue_[static_cast<std::size_t>(number)].item;
  }

  std::set<std::string> held;
  std::vector<std::string> taken;
  int questions = 0;

 private:
  std::vector<QueuedItem> queue_;
  std::map<std::tuple<Severity, QueuePlace, std::size_t>, std::int64_t> rows_;
};

std::function<std::uint64_t()> random_from(unsigned seed) {
  return [engine = std::mt19937_64(seed)]() mutable { return engine(); };
}

}  // namespace

TEST_CASE("queue: the best severity goes first, and only what it lacks comes from the next") {
  const auto plan = plan_of({make_item("i", {"i"}, Severity::info), make_item("b", {"b"}, Severity::blocker),
                             make_item("m", {"m"}, Severity::minor)});
  Rows rows(plan);
  REQUIRE(pick_items(rows, 2, random_from(1)));
  CHECK(rows.taken == std::vector<std::string>{"b", "m"});
}

TEST_CASE("queue: whom chance favours differs, and the same chance gives the same item") {
  std::vector<Item> items;
  for (int i = 0; i < 50; ++i) items.push_back(make_item("i" + std::to_string(i), {"f" + std::to_string(i)}));
  const auto plan = plan_of(std::move(items));
  std::set<std::string> seen;
  for (unsigned seed = 0; seed < 100; ++seed) {
    Rows rows(plan);
    Rows again(plan);
    REQUIRE(pick_items(rows, 1, random_from(seed)));
    REQUIRE(pick_items(again, 1, random_from(seed)));
    CHECK(rows.taken == again.taken);
    seen.insert(rows.taken.front());
  }
  CHECK(seen.size() > 20);
}

TEST_CASE("queue: an item whose file is held is passed over, and all that share the file at once") {
  std::vector<Item> items;
  for (int i = 0; i < 1000; ++i) items.push_back(make_item("hot" + std::to_string(i), {"hot"}));
  items.push_back(make_item("free", {"other"}));
  const auto plan = plan_of(std::move(items));
  Rows rows(plan);
  rows.held = {"hot"};
  const auto picked = pick_items(rows, 16, random_from(7));
  REQUIRE(picked);
  CHECK(picked->taken == 1);
  CHECK(picked->passed_over >= 1);
  CHECK(rows.taken == std::vector<std::string>{"free"});
  CHECK(rows.questions < 20);
}

TEST_CASE("queue: everything that may be taken is taken, whatever the files and the chance") {
  std::mt19937 random(3);
  for (unsigned round = 0; round < 200; ++round) {
    std::vector<Item> items;
    const auto file = [&] { return "f" + std::to_string(random() % 12); };
    for (int i = 0; i < 40; ++i) {
      std::vector<std::string> files;
      for (unsigned n = random() % 4; n > 0; --n) files.push_back(file());
      items.push_back(make_item("i" + std::to_string(i), files, static_cast<Severity>(random() % 5)));
    }
    const auto plan = plan_of(std::move(items));
    Rows rows(plan);
    for (int i = 0; i < 3; ++i) rows.held.insert(file());
    std::vector<std::string> expected;
    for (const auto& item : plan.agents[0].items)
      if (std::none_of(item.files.begin(), item.files.end(),
                       [&](const auto& f) { return rows.held.contains(f.str()); }))
        expected.push_back(item.id.str());
    REQUIRE(pick_items(rows, 40, random_from(round)));
    std::sort(expected.begin(), expected.end());
    std::sort(rows.taken.begin(), rows.taken.end());
    CHECK(rows.taken == expected);
  }
}

TEST_CASE("queue: items lie in the lane of the file that most of them touch, folded as the plan says") {
  auto plan =
      plan_of({make_item("a", {"one", "HOT"}), make_item("b", {"hot", "two"}), make_item("c", {"hot"})});
  plan.ignore_case = true;
  for (const auto& queued : lay_out_queue(plan)) CHECK(queued.place.lane == lane_of("hot"));
}

TEST_CASE("queue: workers of a pool take only their own items where each owns other files") {
  Plan plan = plan_of({make_item("a", {"x"})});
  plan.agents.resize(3);
  plan.agents[1].spec.name = AgentName("two");
  plan.agents[2].spec.name = AgentName("three");
  plan.agents[0].spec.pool = plan.agents[1].spec.pool = AgentName("pool");
  plan.agents[0].spec.owns = plan.agents[1].spec.owns = {"src/**"};
  CHECK(queue_owners(plan) == std::vector{AgentName("pool"), AgentName("pool"), AgentName("three")});
  plan.agents[1].spec.owns = {"/src/y"};
  CHECK(queue_owners(plan) == std::vector{AgentName("one"), AgentName("two"), AgentName("three")});
}

TEST_CASE("queue: a pool's workers share its items; an item waits only for what the plan holds") {
  Plan plan = plan_of({make_item("a", {"x"})});
  plan.agents.resize(2);
  plan.agents[0].spec.pool = AgentName("pool");
  plan.agents[1].spec.name = AgentName("two");
  auto item = make_item("b", {"y"});
  item.after = {ItemId("a"), ItemId("gone"), ItemId("a")};
  plan.agents[1].items = {item};
  const auto queue = lay_out_queue(plan);
  REQUIRE(queue.size() == 2);
  CHECK(queue[0].owner == AgentName("pool"));
  CHECK(queue[0].agent == AgentName("one"));
  CHECK(queue[1].owner == AgentName("two"));
  CHECK(queue[1].after == std::vector<ItemId>{ItemId("a")});
}
