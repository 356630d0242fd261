// Many processes that claim the same items while some are killed or stopped at any moment. PAR_SWEEP=<rounds>
// runs so many rounds of the full size: 50 processes, 10,000 items.
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <list>
#include <map>
#include <random>
#include <set>

#include "base/strings.h"
#include "os/file_lock.h"
#include "os/posix.h"
#include "os/system_clock.h"
#include "support/catch.h"
#include "support/forked.h"
#include "unit/store/queue_support.h"

using namespace par;
using par::test::Forked;

namespace {

const RunId kRun("r1");
constexpr Millis kLease = 500;

struct Size {
  std::size_t processes = 12;
  std::size_t items = 400;
  std::size_t deaths = 40;
  int rounds = 1;
};

Size storm_size() {
  const char* sweep = std::getenv("PAR_SWEEP");
  if (sweep == nullptr) return {};
  return {50, 10'000, 400, std::max(1, std::atoi(sweep))};
}

core::Moment real_moment() { return {os::boot_name(), os::SystemClock().monotonic()}; }

std::string worker_name(std::size_t worker) { return "w-" + std::to_string(worker); }

// Every item in its own and in one of a few shared files; each tenth waits for the one before it.
core::Plan storm_plan(const Size& size) {
  core::Plan plan;
  plan.agents.resize(size.processes + size.deaths);
  for (std::size_t i = 0; i < plan.agents.size(); ++i) {
    plan.agents[i].spec.name = AgentName(worker_name(i));
    plan.agents[i].spec.pool = AgentName("w");
  }
  for (std::size_t i = 0; i < size.items; ++i) {
    auto item = test::queue_item("i" + std::to_string(i), {"own" + std::to_string(i)});
    item.files.emplace_back("shared" + std::to_string(i % (size.items / 4)));
    if (i % 10 == 9) item.after.emplace_back("i" + std::to_string(i - 1));
    plan.agents[i % plan.agents.size()].items.push_back(std::move(item));
  }
  return plan;
}

bool all_done(const store::Queue& queue, std::size_t items) {
  std::int64_t done = 0;
  const auto counts = queue.counts(kRun);
  if (!counts) return false;
  for (const auto& agent : *counts) done += agent.done;
  return done == static_cast<std::int64_t>(items);
}

// Claims and ends items until all are done. Writes "c <item> <attempt>" after a claim, "d ..." after an end
// that was not refused, and "t next <ms>", what a claim took.
int work(const std::string& state_dir, std::size_t worker, std::size_t items, int pipe) {
  auto database = store::Database::open(state_dir);
  const auto lock = os::FileLock::acquire(state_dir + "/" + worker_name(worker));
  if (!database || !lock) return 1;
  store::Queue queue(*database, real_moment);
  const store::QueueSession session{
      kRun, {AgentName(worker_name(worker)), 1}, state_dir + "/" + worker_name(worker), kLease};
  std::mt19937_64 random(worker);
  const auto say = [&](char what, const std::string& id, int attempt) {
    return os::write_all(pipe, fmt::format("{} {} {}\n", what, id, attempt));
  };
  const os::SystemClock clock;
  for (;;) {
    const auto before = clock.monotonic();
    const auto next = queue.next(session, 1 + random() % 4, std::nullopt, [&] { return random(); });
    if (!next) return 2;
    if (next->items.empty()) {
      if (all_done(queue, items)) return 0;
      os::nap(2);
      continue;
    }
    if (!say('t', "next", static_cast<int>(clock.monotonic() - before))) return 3;
    for (const auto& claimed : next->items)
      if (!say('c', claimed.item.id.str(), claimed.attempt)) return 3;
    for (const auto& claimed : next->items) {
      store::EndRequest end;
      end.items = {claimed.item.id};
      end.attempt = claimed.attempt;
      const auto ended = queue.end(session, end);
      if (!ended && ended.error().kind != ErrorKind::refused) return 4;
      if (ended && !say('d', claimed.item.id.str(), claimed.attempt)) return 3;
    }
  }
}

struct Tally {
  std::set<std::string> claims;         // item and attempt
  std::map<std::string, int> newest;    // attempt of each item that was claimed
  std::map<std::string, int> ended;     // attempt of each item whose end was accepted
  std::vector<std::string> duplicates;  // claimed twice with one attempt, or ended twice
  std::vector<int> took;                // ms

  void add(const std::string& text) {
    for (const auto& line : split_terminated(text, '\n')) {
      const auto words = split(line, ' ');
      if (words.size() != 3) continue;  // killed while it wrote
      const int attempt = std::atoi(words[2].c_str());
      if (words[0] == "t") took.push_back(attempt);
      if (words[0] == "c" && !claims.insert(words[1] + " " + words[2]).second) duplicates.push_back(line);
      if (words[0] == "c") newest[words[1]] = std::max(newest[words[1]], attempt);
      if (words[0] == "d" && !ended.emplace(words[1], attempt).second) duplicates.push_back(line);
    }
  }
};

void storm(const Size& size, unsigned seed) {
  test::State state;
  {
    auto database = state.open();
    REQUIRE(store::Queue(database, real_moment).lay_out(kRun, storm_plan(size)));
  }
  std::size_t started = 0;
  std::list<Forked> workers;
  const auto start = [&] {
    const auto worker = started++;
    workers.emplace_back([&, worker](int pipe) { return work(state.dir(), worker, size.items, pipe); });
  };
  while (started < size.processes) start();

  std::mt19937 random(seed);
  Tally tally;
  const auto any = [&] {
    return std::next(workers.begin(), static_cast<std::ptrdiff_t>(random() % workers.size()));
  };
  // Some stay stopped until their lease is over, and then come with an old attempt.
  const os::SystemClock clock;
  std::map<Forked*, Millis> asleep;  // until when
  const auto wake = [&](Millis now) {
    std::erase_if(asleep, [&](const auto& sleeper) {
      if (sleeper.second <= now) sleeper.first->send(SIGCONT);
      return sleeper.second <= now;
    });
  };
  std::size_t struck = 0;  // at work
  // Struck as the work goes on, not by the clock: however fast the machine, all are while three quarters of
  // it are done.
  const auto items_done = [&] {
    return state.number("SELECT count(*) FROM queue_item WHERE state = 'done'");
  };
  for (std::size_t death = 0; death < size.deaths; ++death) {
    const auto due = static_cast<std::int64_t>(death * size.items * 3 / 4 / size.deaths);
    const auto patience = clock.monotonic() + 60'000;
    while (items_done() < due) {
      REQUIRE(clock.monotonic() < patience);
      wake(clock.monotonic());
      os::nap(1);
    }
    os::nap(static_cast<int>(random() % 3));
    const auto stopped = any();
    stopped->send(SIGSTOP);
    asleep[&*stopped] = clock.monotonic() + (death % 8 == 0 ? kLease + 100 : 0);
    const auto victim = any();
    victim->kill();
    if (victim->wait() == 128 + SIGKILL) ++struck;
    tally.add(victim->read_rest());
    asleep.erase(&*victim);
    workers.erase(victim);
    start();
  }
  while (!asleep.empty()) {
    wake(clock.monotonic());
    os::nap(10);
  }
  for (auto& worker : workers) {
    tally.add(worker.read_rest());
    CHECK(worker.wait() == 0);
  }
  CHECK(struck > size.deaths / 2);

  std::sort(tally.took.begin(), tally.took.end());
  REQUIRE_FALSE(tally.took.empty());
  if (size.items > Size().items)
    WARN("round " << seed << ": " << struck << " killed at work, " << tally.took.size() << " claims, median "
                  << tally.took[tally.took.size() / 2] << " ms, 99th percentile "
                  << tally.took[tally.took.size() * 99 / 100] << " ms, slowest " << tally.took.back()
                  << " ms");
  CHECK(tally.duplicates.empty());
  for (const auto& [item, attempt] : tally.ended) CHECK(tally.newest[item] == attempt);
  CHECK(items_done() == static_cast<std::int64_t>(size.items));
  CHECK(state.number("SELECT count(*) FROM claimed_path") == 0);
  CHECK(state.number("SELECT count(*) FROM queue_item WHERE waiting <> 0") == 0);
}

}  // namespace

TEST_CASE("storm: of many claimants that are killed and stopped no two get the same item, and none is lost") {
  const auto size = storm_size();
  for (int round = 0; round < size.rounds; ++round) storm(size, static_cast<unsigned>(round));
}
