// Claims per second by many processes at once, one at a time and in batches, durable each: from the store,
// and by `git par next` as agents call it, each a process of its own. Beside them the same exclusion by
// `mkdir` in a shell, which survives no power cut.
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "bench.h"
#include "os/file_lock.h"
#include "os/files.h"
#include "os/process.h"
#include "os/system_clock.h"
#include "store/queue.h"

namespace par::store {
namespace {

constexpr std::size_t kItems = 200'000;
constexpr double kSecondsEach = 2;
constexpr double kP99LimitMs = 250;
constexpr std::size_t kMostProcesses = 50;
constexpr int kMkdirClaims = 400;

using bench::must;
using bench::value_of;
using Steady = std::chrono::steady_clock;

std::string worker_name(std::size_t worker) { return "w-" + std::to_string(worker); }

core::Plan pool_plan(std::size_t items = kItems) {
  core::Plan plan;
  plan.agents.resize(kMostProcesses);
  for (std::size_t i = 0; i < kMostProcesses; ++i) {
    plan.agents[i].spec.name = AgentName(worker_name(i));
    plan.agents[i].spec.pool = AgentName("w");
  }
  for (std::size_t i = 0; i < items; ++i) {
    core::Item item;
    item.id = ItemId("finding-" + std::to_string(i));
    item.title = "this call may read past the end of the buffer";
    item.files.emplace_back("drivers/net/part" + std::to_string(i) + ".c");
    plan.agents[i % kMostProcesses].items.push_back(std::move(item));
  }
  return plan;
}

core::Moment read_moment() { return {os::boot_name(), os::SystemClock().monotonic()}; }

// Milliseconds of each claim, and how many items they gave.
struct Times {
  std::vector<double> ms;
  std::size_t items = 0;
};

Times claim_for_a_while(const std::string& state_dir, std::size_t worker, std::size_t batch) {
  auto database = value_of(Database::open(state_dir));
  Queue queue(database, read_moment);
  const QueueSession session{RunId("r1"), {AgentName(worker_name(worker)), 1}, "", 3'600'000};
  std::mt19937_64 random(worker);
  Times times;
  const auto start = Steady::now();
  for (auto before = start; std::chrono::duration<double>(before - start).count() < kSecondsEach;) {
    times.items += value_of(queue.next(session, batch, std::nullopt, [&] { return random(); })).items.size();
    const auto after = Steady::now();
    times.ms.push_back(std::chrono::duration<double, std::milli>(after - before).count());
    before = after;
  }
  return times;
}

// Runs `work(i)` in as many processes at once; each writes a file of its numbers.
template <class Work>
void in_processes(std::size_t processes, Work work) {
  std::vector<pid_t> children;
  for (std::size_t i = 0; i < processes; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      work(i);
      ::_exit(0);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    if (status != 0) std::abort();
  }
}

// The same by commands.
Times call_for_a_while(const std::string& repository, std::size_t worker, std::size_t batch) {
  os::Command command;
  command.argv = {PAR_PROGRAM, "next", "-q", "--agent", worker_name(worker), "-n", std::to_string(batch)};
  command.cwd = repository;
  Times times;
  const auto start = Steady::now();
  for (auto before = start; std::chrono::duration<double>(before - start).count() < kSecondsEach;) {
    const auto done = value_of(os::run(command));
    if (done.exit_code != 0) std::abort();
    times.items += static_cast<std::size_t>(std::count(done.out.begin(), done.out.end(), '\n'));
    const auto after = Steady::now();
    times.ms.push_back(std::chrono::duration<double, std::milli>(after - before).count());
    before = after;
  }
  return times;
}

enum class By { store, commands };

void measure(const std::string& filled, std::size_t processes, std::size_t batch, By by) {
  const auto directory = value_of(os::TemporaryDirectory::create("par-bench"));
  const auto repository = directory.path() + "/repository";
  must("", {"git", "init", "-q", repository});
  const auto state_dir = repository + "/.git/par";
  must("", {"cp", "-r", filled, state_dir});
  must("", {"sync"});  // or the first checkpoint waits until the copy is on the disk
  in_processes(processes, [&](std::size_t worker) {
    const auto times = by == By::store ? claim_for_a_while(state_dir, worker, batch)
                                       : call_for_a_while(repository, worker, batch);
    std::string text = fmt::format("{}\n", times.items);
    for (const double ms : times.ms) text += fmt::format("{}\n", ms);
    if (!os::write_file_durably(fmt::format("{}/times-{}", directory.path(), worker), text)) std::abort();
  });
  std::vector<double> all;
  bench::Measurement m;
  for (std::size_t i = 0; i < processes; ++i) {
    const auto text = value_of(os::read_file(fmt::format("{}/times-{}", directory.path(), i)));
    const char* at = text.c_str();
    char* end = nullptr;
    m.n += std::strtoul(at, &end, 10);
    for (at = end + 1; *at != '\0'; at = end + 1) all.push_back(std::strtod(at, &end));
  }
  std::sort(all.begin(), all.end());
  m.name = by == By::store
               ? fmt::format("claims of {} of 200,000 items by {} processes", batch, processes)
               : fmt::format("'git par next -n {}' of 200,000 items, {} at a time", batch, processes);
  m.seconds = kSecondsEach;
  m.p50_ms = all[all.size() / 2];
  m.p99_ms = all[all.size() * 99 / 100];
  m.p99_limit_ms = by == By::store ? kP99LimitMs : 0;
  bench::print(m);
}

void measure_mkdir(std::size_t processes) {
  const auto directory = value_of(os::TemporaryDirectory::create("par-bench"));
  const auto start = Steady::now();
  in_processes(processes, [&](std::size_t) {
    os::Command shell;
    shell.argv = {"sh", "-c",
                  fmt::format("cd {} && for i in $(seq {} | shuf); do mkdir $i 2>/dev/null; done; true",
                              directory.path(), kMkdirClaims)};
    if (value_of(os::run(shell)).exit_code != 0) std::abort();
  });
  bench::Measurement m;
  m.name = fmt::format("mkdir locks from a shell by {} processes", processes);
  m.n = kMkdirClaims;
  m.seconds = std::chrono::duration<double>(Steady::now() - start).count();
  bench::print(m);
}

// From the death of a session that holds all items until another has claimed them.
void measure_freed() {
  constexpr std::size_t kHeld = 16;
  const auto directory = value_of(os::TemporaryDirectory::create("par-bench"));
  {
    auto database = value_of(Database::open(directory.path()));
    const auto plan = pool_plan(kHeld);
    value_of(database.create_run({value_of(database.put_plan(plan)), ObjectId(), ObjectId()}, 1));
    if (!Queue(database, read_moment).lay_out(RunId("r1"), plan)) std::abort();
  }
  const auto claim_all = [&](Queue& of, std::size_t worker, const std::string& lock) {
    const QueueSession session{RunId("r1"), {AgentName(worker_name(worker)), 1}, lock, 3'600'000};
    return value_of(of.next(session, kHeld, std::nullopt, [] { return 0; })).items.size();
  };
  int pipe[2];
  if (::pipe(pipe) != 0) std::abort();
  const pid_t child = ::fork();
  if (child == 0) {
    const auto lock = os::FileLock::acquire(directory.path() + "/lock");
    auto own = value_of(Database::open(directory.path()));
    Queue its(own, read_moment);
    if (!lock || claim_all(its, 1, directory.path() + "/lock") != kHeld) std::abort();
    if (::write(pipe[1], "x", 1) != 1) std::abort();
    for (;;) ::pause();
  }
  auto database = value_of(Database::open(directory.path()));  // a child must not inherit one
  Queue queue(database, read_moment);
  char ready = 0;
  if (::read(pipe[0], &ready, 1) != 1 || claim_all(queue, 2, "") != 0) std::abort();
  bench::Measurement m;
  m.name = "items of a killed session, claimed by another";
  m.n = kHeld;
  m.limit = 1;
  const auto start = Steady::now();
  ::kill(child, SIGKILL);
  while (claim_all(queue, 2, "") == 0) ::usleep(1000);
  m.seconds = std::chrono::duration<double>(Steady::now() - start).count();
  ::waitpid(child, nullptr, 0);
  bench::print(m);
}

int run() {
  const auto directory = value_of(os::TemporaryDirectory::create("par-bench"));
  const auto filled = directory.path() + "/par";
  {
    auto database = value_of(Database::open(filled));
    const auto plan = pool_plan();
    bench::Measurement m;
    m.name = "laying out a queue of 200,000 items";
    m.n = kItems;
    value_of(database.create_run({value_of(database.put_plan(plan)), ObjectId(), ObjectId()}, 1));
    const auto start = Steady::now();
    if (!Queue(database, [] { return core::Moment{}; }).lay_out(RunId("r1"), plan)) std::abort();
    m.seconds = std::chrono::duration<double>(Steady::now() - start).count();
    bench::print(m);

    bench::Measurement counts;
    counts.name = "counting the items of a queue";
    counts.n = kItems;
    counts.limit = 0.2;
    const Queue queue(database, [] { return core::Moment{}; });
    counts.seconds = bench::seconds_of([&] { value_of(queue.counts(RunId("r1"))); });
    bench::print(counts);
  }
  measure_freed();
  for (const std::size_t processes : {1U, 4U, 16U, 50U}) {
    for (const std::size_t batch : {1U, 16U}) measure(filled, processes, batch, By::store);
    for (const std::size_t batch : {1U, 16U}) measure(filled, processes, batch, By::commands);
    measure_mkdir(processes);
  }
  return 0;
}

}  // namespace
}  // namespace par::store

int main() { return par::store::run(); }
