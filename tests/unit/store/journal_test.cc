// What the journal promises under concurrency, sudden death and damage.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>

#include "os/files.h"
#include "support/catch.h"
#include "support/forked.h"
#include "unit/store/samples.h"
#include "unit/store/state.h"

using namespace par;
using par::store::Database;
using par::test::Forked;
using par::test::message_of;
using par::test::State;

namespace {

const RunId kRun("r1");

core::Event held(const std::string& who, const std::string& why) {
  return {1, core::AgentHeld{AgentName(who), why}};
}

core::RunStarted start(Database& database) {
  return {*database.put_plan(core::Plan{}), ObjectId("b"), ObjectId("t")};
}

// A state with run r1 and `count` further events.
void fill(const State& state, int count) {
  auto database = state.open();
  REQUIRE(database.create_run(start(database), 1));
  for (int i = 1; i <= count; ++i) REQUIRE(database.append(kRun, held("errors", std::to_string(i))));
}

std::string damage_message(const State& state, const std::string& sql) {
  state.change(sql);
  return message_of(state.open().events(kRun));
}

}  // namespace

TEST_CASE("journal: any change of a recorded event is noticed, with its run and number") {
  State state;
  fill(state, 3);
  const auto [sql, number] = GENERATE(table<std::string, int>({
      {"UPDATE event SET body = replace(body, 'errors', 'erros') WHERE seq = 2", 2},
      {"UPDATE event SET at = at + 1 WHERE seq = 3", 3},
      {"UPDATE event SET kind = 'AgentParked' WHERE seq = 4", 4},
      {"UPDATE event SET hash = replace(hash, substr(hash, 1, 1), 'x') WHERE seq = 1", 1},
      {"DELETE FROM event WHERE seq = 3", 3},
      {"DELETE FROM event WHERE seq = 1", 1},
      {"DELETE FROM event", 1},
      {"UPDATE event SET seq = 9 - seq WHERE seq > 1; UPDATE event SET seq = seq - 3 WHERE seq > 1", 2},
  }));
  const auto message = damage_message(state, sql);
  CHECK(message == "the journal of run 'r1' is damaged at event " + std::to_string(number));
}

TEST_CASE("journal: an event of one run does not pass in another") {
  State state;
  fill(state, 2);
  auto database = state.open();
  REQUIRE(database.create_run(start(database), 1));
  state.change(
      "INSERT INTO event SELECT 'r2', seq, at, kind, body, hash FROM event WHERE run = 'r1' AND seq = 2");
  CHECK(message_of(database.events(RunId("r2"))) == "the journal of run 'r2' is damaged at event 2");
  CHECK(database.events(kRun)->size() == 3);
}

TEST_CASE("journal: damage is told with what is not lost") {
  State state;
  fill(state, 1);
  state.change("UPDATE event SET body = '' WHERE seq = 2");
  const auto damaged = state.open().events(kRun);
  REQUIRE_FALSE(damaged);
  CHECK(damaged.error().causes == std::vector<std::string>{"its hash does not match"});
  REQUIRE(damaged.error().hints.size() == 1);
  CHECK(damaged.error().hints[0].find("refs/par/r1") != std::string::npos);
}

TEST_CASE("journal: many processes append and create runs, nothing is lost or numbered twice") {
  constexpr int kProcesses = 8;
  constexpr int kEach = 6;
  State state;
  fill(state, 0);
  std::vector<Forked> children;
  for (int process = 0; process < kProcesses; ++process)
    children.emplace_back([&, process](int) {
      auto database = Database::open(state.dir());
      if (!database) return 1;
      for (int i = 0; i < kEach; ++i) {
        if (!database->append(kRun, held("p" + std::to_string(process), std::to_string(i)))) return 2;
        if (!database->create_run(start(*database), process)) return 3;
      }
      return 0;
    });
  for (auto& child : children) CHECK(child.wait() == 0);

  const auto database = state.open();
  const auto events = database.events(kRun);
  REQUIRE(events);
  CHECK(events->size() == 1 + kProcesses * kEach);
  std::set<std::string> distinct;
  for (const auto& event : *events) distinct.insert(test::printed_event(event));
  CHECK(distinct.size() == events->size());

  const auto runs = database.runs();
  REQUIRE(runs);
  REQUIRE(runs->size() == 1 + kProcesses * kEach);
  for (std::size_t i = 0; i < runs->size(); ++i) {
    CHECK(runs->at(i).id == RunId("r" + std::to_string(i + 1)));
    CHECK(database.events(runs->at(i).id));
  }
}

TEST_CASE("journal: what was acknowledged is there after kill -9") {
  State state;
  fill(state, 0);
  Forked child([&](int pipe) {
    auto database = Database::open(state.dir());
    for (int i = 0; database; ++i)
      if (!database->append(kRun, held("a", std::to_string(i))) || ::write(pipe, ".", 1) != 1) break;
    return 1;
  });
  auto acknowledged = child.read_at_least(25).size();
  child.kill();
  acknowledged += child.read_rest().size();
  CHECK(child.wait() == 128 + 9);

  const auto events = state.open().events(kRun);
  REQUIRE(events);
  CHECK(events->size() >= 1 + acknowledged);
  CHECK(events->size() <= 2 + acknowledged);
  auto database = state.open();
  REQUIRE(database.append(kRun, held("b", "after")));
  CHECK(database.events(kRun)->size() == events->size() + 1);
}

#ifdef PAR_CRASH_POINTS
namespace {

int run_with_crash(const State& state, const std::string& crash) {
  Forked child([&](int) {
    ::setenv("PAR_CRASH", crash.c_str(), 1);
    auto database = Database::open(state.dir());
    if (!database || !database->put_plan(core::Plan{})) return 1;
    const auto run = database->create_run(start(*database), 1);
    if (!run) return 2;
    for (int i = 0; i < 3; ++i)
      if (!database->append(*run, held("a", std::to_string(i)))) return 3;
    return 0;
  });
  return child.wait();
}

std::size_t event_count(const State& state) {
  const auto events = state.open().events(kRun);
  return events ? events->size() : 0;
}

}  // namespace

TEST_CASE("journal: each append can be cut off right before and right after it is durable") {
  const auto [crash, code, events] = GENERATE(table<std::string, int, std::size_t>({
      {"plan.stored=kill", 137, 0},
      {"journal.before.runstarted=kill", 137, 0},
      {"run.created=kill", 137, 1},
      {"journal.after.runstarted=eio", 2, 1},
      {"journal.before.agentheld@2=kill", 137, 2},
      {"journal.after.agentheld@2=kill", 137, 3},
      {"journal.before.agentheld@2=enospc", 3, 2},
      {"journal.after.agentheld@3=eio", 3, 4},
      {"", 0, 4},
  }));
  State state;
  INFO(crash);
  CHECK(run_with_crash(state, crash) == code);
  CHECK(event_count(state) == events);
}
#endif

TEST_CASE("journal: of a file with a flipped byte or a lost end nothing is read that was not written") {
  State state;
  fill(state, 12);
  state.change("PRAGMA wal_checkpoint(TRUNCATE)");
  const auto good = *os::read_file(state.file());
  std::vector<std::string> written;
  const auto events_before = state.open().events(kRun);
  REQUIRE(events_before);
  for (const auto& event : *events_before) written.push_back(test::printed_event(event));

  std::mt19937 random(20240501);
  for (int mutant = 0; mutant < 300; ++mutant) {
    auto bytes = good;
    const auto at = random() % bytes.size();
    if (mutant % 4 == 0)
      bytes.resize(at);
    else
      bytes[at] = static_cast<char>(bytes[at] ^ static_cast<char>(1U << (random() % 8)));
    for (const auto* suffix : {"-wal", "-shm"}) REQUIRE(os::remove_file(state.file() + suffix));
    std::ofstream(state.file(), std::ios::binary | std::ios::trunc) << bytes;

    const auto database = Database::open_existing(state.dir());
    if (!database) continue;
    const auto events = database->value().events(kRun);
    if (!events) continue;
    INFO("mutant " << mutant << " at " << at);
    REQUIRE(events->size() <= written.size());
    std::vector<std::string> read;
    for (const auto& event : *events) read.push_back(test::printed_event(event));
    CHECK(std::equal(read.begin(), read.end(), written.begin()));
  }
}
