// Plans for what the topic merges of git.git really changed, each judged by support/plan_checker.h: an
// extract of every 25th topic, and all of them where ../shared/data is at hand.
#include "base/strings.h"
#include "core/plan.h"
#include "os/files.h"
#include "support/catch.h"
#include "support/plan_checker.h"
#include "support/shared_data.h"

namespace par::core {
namespace {

std::vector<Item> extract() {
  const auto text = os::read_file(PAR_SOURCE_DIR "/tests/data/git-topics.jsonl");
  REQUIRE(text);
  return test::topics_of(split_terminated(*text, '\n'));
}

std::vector<Item> all_topics() {
  auto items = test::topics_of(test::shared_lines("git-topics.jsonl"));
  if (items.empty()) WARN("skipped: git-topics.jsonl.zst is not at hand (PAR_BENCH_DATA, zstd)");
  return items;
}

AgentSpec agent(const std::string& name, std::vector<std::string> owns,
                std::vector<std::string> forbids = {}) {
  AgentSpec spec;
  spec.name = AgentName(name);
  spec.owns = std::move(owns);
  spec.forbids = std::move(forbids);
  return spec;
}

PlanRequest request_for(const std::vector<Item>& items) {
  PlanRequest request;
  request.base = ObjectId("b0");
  request.target = RefName("refs/heads/main");
  request.paths = test::paths_of(items);
  request.config.items = items;
  return request;
}

// Makes the plan and has it judged.
Plan sound_plan(const PlanRequest& request) {
  auto plan = make_plan(request);
  if (!plan) FAIL(plan.error().message);
  const auto faults = test::faults_of(*plan, request.config.items, request.paths);
  if (!faults.empty()) FAIL(faults.size() << " faults, the first: " << join(faults, "; "));
  return *std::move(plan);
}

Plan pool_plan(const std::vector<Item>& items, By by, std::vector<std::string> shared = {}) {
  auto request = request_for(items);
  request.members = 8;
  request.by = by;
  request.config.policy.shared = std::move(shared);
  return sound_plan(request);
}

// With the severities and estimates that topics do not have.
std::vector<Item> rated(std::vector<Item> items) {
  for (std::size_t i = 0; i < items.size(); ++i) {
    items[i].severity = static_cast<Severity>(i % 4);
    items[i].category = i % 3 == 0 ? "feature" : "fix";
    items[i].estimate = static_cast<Seconds>(600 + i * 37 % 5000);
  }
  return items;
}

// And with an order.
std::vector<Item> ordered(std::vector<Item> items) {
  items = rated(std::move(items));
  for (std::size_t i = 9; i < items.size(); i += 10) items[i].after = {items[i - 9].id, items[i - 4].id};
  return items;
}

std::vector<AgentSpec> by_directory() {
  auto docs = agent("docs", {"Documentation/**", "*.txt", "*.adoc"});
  auto tests = agent("tests", {"/t/**"}, {"*.txt"});
  auto code = agent("code", {"*.c", "*.h"}, {"/t/"});
  code.after = {AgentName("tests")};
  auto builtins = agent("builtins", {"/builtin/*.c", "/Makefile", "/builtin.h"});
  return {docs, code, tests, builtins, agent("rest", {"**"}, {"/t", "/builtin", "*.[ch]"})};
}

}  // namespace

TEST_CASE("topics: however a pool divides them, no two workers of a phase meet") {
  const auto items = extract();
  REQUIRE(items.size() == 320);
  for (const By by : {By::automatic, By::directory, By::files, By::severity, By::category}) {
    CAPTURE(name_of(by));
    CHECK(pool_plan(ordered(items), by).agents.size() > 1);
  }
  CHECK(pool_plan(ordered(items), By::automatic).phases == 1);
  CHECK(pool_plan(ordered(items), By::severity).phases > 1);
}

TEST_CASE("topics: shared files go to one worker, and the others still meet nowhere") {
  const std::vector<std::string> shared{"/Makefile", "/t/meson.build", "/cache.h", "/builtin.h"};
  const auto plan = pool_plan(ordered(extract()), By::automatic, shared);
  CHECK(plan.find(AgentName("agent-shared")) != nullptr);
}

TEST_CASE("topics: agents that own directories and kinds of files") {
  auto request = request_for(rated(extract()));
  request.config.agents = by_directory();
  const auto plan = sound_plan(request);
  CHECK(plan.phases > 1);
  CHECK_FALSE(plan.unowned_items.empty());
}

TEST_CASE("topics: all of git's history, divided and by directories") {
  const auto items = all_topics();
  if (items.empty()) return;
  CHECK(items.size() == 7983);
  CHECK(pool_plan(items, By::automatic).phases == 1);
  auto request = request_for(rated(items));
  request.config.agents = by_directory();
  CHECK(sound_plan(request).phases > 1);
}

// ---- the judge itself

TEST_CASE("plan checker: names what is wrong with a plan") {
  const auto items = rated(extract());
  auto request = request_for(items);
  request.config.agents = by_directory();
  const auto sound = sound_plan(request);
  const auto faults = [&](const Plan& plan) { return test::faults_of(plan, items, request.paths).size(); };

  auto plan = sound;
  plan.agents.back().items.pop_back();
  CHECK(faults(plan) > 0);  // an item is lost

  plan = sound;
  plan.agents.front().items.push_back(plan.agents.back().items.front());
  CHECK(faults(plan) > 0);  // an item is there twice

  plan = sound;
  for (auto& planned : plan.agents) planned.phase = 1;
  CHECK(faults(plan) > 0);  // agents meet, and `after` is not kept

  plan = sound;
  std::swap(plan.agents.front().items, plan.agents.back().items);
  CHECK(faults(plan) > 0);  // nobody owns what his items change

  plan = pool_plan(items, By::automatic);
  auto& moved = plan.agents.front().items;
  plan.agents.back().items.push_back(moved.back());
  for (const auto& file : moved.back().files) plan.agents.back().spec.owns.push_back("/" + file.str());
  moved.pop_back();
  CHECK(faults(plan) > 0);  // two workers share a file
}

}  // namespace par::core
