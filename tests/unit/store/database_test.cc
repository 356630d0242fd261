#include "store/database.h"

#include <filesystem>

#include "os/sha256.h"
#include "store/codec.h"
#include "support/catch.h"
#include "unit/store/samples.h"
#include "unit/store/state.h"

using namespace par;
using par::store::Database;
using par::test::State;

namespace {

core::Plan sample_plan(const std::string& target = "refs/heads/main") {
  core::Plan plan;
  plan.base = ObjectId("1111111111111111111111111111111111111111");
  plan.target = RefName(target);
  core::PlannedAgent agent;
  agent.spec.name = AgentName("errors");
  agent.items.push_back({ItemId("SEC-1"), "title", {RepoPath("src/\xff.py")}, {}, {}, 0, {}, {}});
  plan.agents.push_back(agent);
  return plan;
}

core::RunStarted started(Database& database) {
  return {*database.put_plan(sample_plan()), ObjectId("b"), ObjectId("t")};
}

}  // namespace

TEST_CASE("store: a plan comes back as it was, under a name made of its content") {
  State state;
  auto database = state.open();
  const auto plan = sample_plan();
  const auto id = database.put_plan(plan);
  REQUIRE(id);
  CHECK(id->str().size() == 14);
  CHECK(id->str().starts_with("p-"));
  CHECK(*id == Database::name_of(plan));

  const auto back = database.plan(id->str());
  REQUIRE(back);
  CHECK(back->id == *id);
  auto expected = plan;
  expected.id = *id;
  CHECK(*back == expected);
}

TEST_CASE("store: a plan's name depends on its content and on nothing else") {
  auto plan = sample_plan();
  const auto name = Database::name_of(plan);
  CHECK(name.str() == "p-" + os::sha256_hex(store::encode(plan)).substr(0, 12));
  plan.id = PlanId("p-else");
  CHECK(Database::name_of(plan) == name);
  plan.jobs = 5;
  CHECK(Database::name_of(plan) != name);
}

TEST_CASE("store: the same plan is stored once") {
  State state;
  auto database = state.open();
  CHECK(*database.put_plan(sample_plan()) == *database.put_plan(sample_plan()));
  CHECK(state.number("SELECT count(*) FROM plan") == 1);
}

TEST_CASE("store: the start of a plan's name is enough when it is the only one") {
  State state;
  auto database = state.open();
  const auto id = database.put_plan(sample_plan())->str();
  CHECK(database.plan(id.substr(0, 6)));
  CHECK(database.plan("p-"));
  CHECK(test::message_of(database.plan("")) == "no plan ''");
  CHECK(test::message_of(database.plan("p-zz")) == "no plan 'p-zz'");
  CHECK(test::message_of(database.plan("%")) == "no plan '%'");

  const auto other = database.put_plan(sample_plan("refs/heads/next"))->str();
  CHECK(test::message_of(database.plan("p-")).starts_with("several plans begin with 'p-'"));
  CHECK(database.plan(id)->target == RefName("refs/heads/main"));
  CHECK(database.plan(other)->target == RefName("refs/heads/next"));
}

TEST_CASE("store: a plan whose text was changed is refused, and stored anew by the next plan") {
  State state;
  auto database = state.open();
  const auto id = database.put_plan(sample_plan())->str();
  state.change("UPDATE plan SET body = replace(body, 'main', 'mein')");
  CHECK(test::message_of(database.plan(id)) == "the stored plan '" + id + "' is damaged");
  REQUIRE(database.put_plan(sample_plan()));
  CHECK(database.plan(id));
}

TEST_CASE("store: a plan's head is read without the plan") {
  State state;
  auto database = state.open();
  const auto id = *database.put_plan(sample_plan());
  const auto expected = core::head_of(*database.plan(id.str()));
  CHECK(expected.item_counts == std::vector<std::int64_t>{1});
  CHECK(expected.plan.agents.front().items.empty());
  state.change("UPDATE plan SET body = 'nonsense'");
  CHECK(*database.plan_head(id) == expected);
}

TEST_CASE("store: a head that is missing or damaged is made up for by the plan, and stored with the next") {
  State state;
  auto database = state.open();
  const auto id = *database.put_plan(sample_plan());
  const auto expected = core::head_of(*database.plan(id.str()));
  state.change(
      GENERATE("DELETE FROM plan_head", "UPDATE plan_head SET body = replace(body, 'main', 'mein')"));
  CHECK(*database.plan_head(id) == expected);
  REQUIRE(database.put_plan(sample_plan()));
  CHECK(state.number("SELECT count(*) FROM plan_head WHERE body LIKE '%main%'") == 1);
  state.change("DELETE FROM plan_head; DELETE FROM plan");
  CHECK(test::message_of(database.plan_head(id)) == "no plan '" + id.str() + "'");
}

TEST_CASE("store: runs are numbered in their order, and know their plan") {
  State state;
  auto database = state.open();
  CHECK(database.runs()->empty());
  CHECK(*database.next_run_id() == RunId("r1"));
  const auto first = started(database);
  for (int i = 1; i <= 12; ++i)
    CHECK(*database.create_run(first, 1000 + i) == RunId("r" + std::to_string(i)));
  CHECK(*database.next_run_id() == RunId("r13"));
  const auto runs = database.runs();
  REQUIRE(runs);
  REQUIRE(runs->size() == 12);
  CHECK(runs->at(1).id == RunId("r2"));
  CHECK(runs->at(11).id == RunId("r12"));
  CHECK(runs->at(11).plan == first.plan);
}

TEST_CASE("store: a run needs its plan, and events need their run") {
  State state;
  auto database = state.open();
  CHECK(test::message_of(database.create_run({PlanId("p-none"), {}, {}}, 1)) == "no plan 'p-none'");
  CHECK(database.runs()->empty());
  CHECK(test::message_of(database.append(RunId("r1"), {1, core::RunPrepared{}})) == "no run 'r1'");
  CHECK(test::message_of(database.events(RunId("r1"))) == "no run 'r1'");
}

TEST_CASE("store: the journal gives back every kind of event, in order, in every later opening") {
  State state;
  std::vector<core::Event> written;
  {
    auto database = state.open();
    const auto first = started(database);
    written.push_back({7, first});
    REQUIRE(database.create_run(first, 7));
    REQUIRE(database.create_run(first, 8));
    for (const auto& body : test::every_event()) {
      written.push_back({1'700'000'000'000 + static_cast<Millis>(written.size()), body});
      REQUIRE(database.append(RunId("r1"), written.back()));
    }
  }
  const auto events = state.open().events(RunId("r1"));
  REQUIRE(events);
  REQUIRE(events->size() == written.size());
  for (std::size_t i = 0; i < written.size(); ++i)
    CHECK(test::printed_event(events->at(i)) == test::printed_event(written[i]));
  CHECK(state.open().events(RunId("r2"))->size() == 1);
}

TEST_CASE("store: a moved database takes part in nothing, its new owner goes on") {
  State state;
  auto first = state.open();
  auto second = std::move(first);
  REQUIRE(second.put_plan(sample_plan()));
  first = std::move(second);
  CHECK(first.plan("p-"));
}

TEST_CASE("store: a result is found by its key, the latest wins") {
  State state;
  auto database = state.open();
  CHECK_FALSE(*database.cached_result("k1"));
  auto result = test::filled<core::ValidationResult>();
  REQUIRE(database.cache_result("k1", result));
  CHECK(**database.cached_result("k1") == result);
  CHECK_FALSE(*database.cached_result("k2"));
  result.seconds = 3;
  REQUIRE(database.cache_result("k1", result));
  CHECK((**database.cached_result("k1")).seconds == 3);
}

TEST_CASE("store: a result that reads wrong counts as not there") {
  State state;
  auto database = state.open();
  core::ValidationResult result;
  result.name = "unit";
  result.result = core::Outcome::fail;
  const auto damage = GENERATE("UPDATE validation SET body = replace(body, 'fail', 'pass')",
                               "UPDATE validation SET key = 'k'", "UPDATE validation SET body = ''");
  REQUIRE(database.cache_result("key", result));
  state.change(damage);
  CHECK_FALSE(*database.cached_result("key"));
  CHECK_FALSE(*database.cached_result("k"));
}

TEST_CASE("store: a tree is green when it was recorded so") {
  State state;
  auto database = state.open();
  const ObjectId tree("2222222222222222222222222222222222222222");
  CHECK_FALSE(*database.is_green(tree));
  REQUIRE(database.record_green(tree));
  REQUIRE(database.record_green(tree));
  CHECK(*database.is_green(tree));
  CHECK_FALSE(*database.is_green(ObjectId("3")));
}

TEST_CASE("store: the log is carried over into the database as it grows") {
  State state;
  auto database = state.open();
  const auto first = started(database);
  REQUIRE(database.create_run(first, 1));
  const std::string reason(100'000, 'x');
  for (int i = 0; i < 30; ++i)
    REQUIRE(database.append(RunId("r1"), {i, core::AgentHeld{AgentName("a"), reason}}));
  for (int i = 0; i < 40; ++i)
    REQUIRE(database.append(RunId("r1"), {i, core::AgentHeld{AgentName("a"), reason}}));
  CHECK(std::filesystem::file_size(state.file()) > 3'000'000);
  CHECK(std::filesystem::file_size(state.file() + "-wal") < 6'000'000);
  CHECK(database.events(RunId("r1"))->size() == 71);
}

TEST_CASE("store: processes that come one after the other do not let the log grow for ever") {
  State state;
  {
    auto database = state.open();
    REQUIRE(database.create_run(started(database), 1));
  }
  const std::string reason(400'000, 'x');
  for (int i = 0; i < 60; ++i)
    REQUIRE(state.open().append(RunId("r1"), {i, core::AgentHeld{AgentName("a"), reason}}));
  CHECK(std::filesystem::file_size(state.file() + "-wal") < 10'000'000);
  CHECK(state.open().events(RunId("r1"))->size() == 61);
}
