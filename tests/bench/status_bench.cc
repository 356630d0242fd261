// `git par status` of 200 agents, and of a queue of 200,000 items: the real program on a run that is under
// way, beside `git status` in the same repository.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include "bench.h"
#include "os/file_lock.h"
#include "os/files.h"
#include "os/system_clock.h"
#include "store/queue.h"

namespace par::bench {
namespace {

constexpr int kAgents = 200;
constexpr int kItems = 200'000;
constexpr int kRounds = 31;
constexpr double kAgentsLimit = 0.05;
constexpr double kItemsLimit = 0.2;

core::Plan plan_of(const ObjectId& base, int items) {
  core::Plan plan;
  plan.base = base;
  plan.target = RefName("refs/heads/main");
  plan.worktrees = "../{repo}.par/{run}/{agent}";
  plan.phases = 1;
  plan.agents.resize(kAgents);
  for (int i = 0; i < kAgents; ++i) {
    auto& spec = plan.agents[static_cast<std::size_t>(i)].spec;
    spec.name = AgentName(fmt::format("agent-{}", i));
    spec.owns = {fmt::format("/dir{}/**", i)};
    spec.run = "true";
  }
  for (int i = 0; i < items; ++i) {
    core::Item item;
    item.id = ItemId(fmt::format("finding-{}", i));
    item.title = "this call may read past the end of the buffer";
    item.files.emplace_back(fmt::format("dir{}/part{}.c", i % kAgents, i));
    plan.agents[static_cast<std::size_t>(i % kAgents)].items.push_back(std::move(item));
  }
  return plan;
}

// Every other agent has failed, after its work; the others are at work.
void record_events(store::Database& database, const RunId& run, const core::Plan& plan) {
  const os::SystemClock clock;
  const auto append = [&](core::EventBody body) {
    must(database.append(run, {clock.wall(), std::move(body)}));
  };
  append(core::RunPrepared{});
  for (std::size_t i = 0; i < plan.agents.size(); ++i) {
    const auto& name = plan.agents[i].spec.name;
    append(core::AgentAssigned{name, 1, plan.base});
    append(core::WorktreeAdded{name, 1, "/tmp/" + name.str()});
    append(core::WorktreeReady{name, 1, "/tmp/" + name.str()});
    append(core::AgentStarting{name, 1});
    if (i % 2 == 0) continue;
    append(core::AgentExited{name, 1, ExitKind::exited, 0, 60});
    append(core::AgentRejected{name, 1, core::RejectKind::no_change, "it changed nothing", {}, {}, ""});
  }
}

void claim_some(const store::Database& database, const RunId& run, const core::Plan& plan) {
  store::Queue queue(database, [] { return core::Moment{os::boot_name(), os::SystemClock().monotonic()}; });
  must(queue.lay_out(run, plan));
  std::uint64_t chance = 1;
  for (const auto& agent : plan.agents) {
    const store::QueueSession session{run, {agent.spec.name, 1}, "", 3'600'000};
    const auto random = [&] { return chance = chance * 6364136223846793005U + 1442695040888963407U; };
    if (value_of(queue.next(session, 16, std::nullopt, random)).items.size() != 16) std::exit(1);
  }
}

// The middle of many runs, in seconds; the slowest of 99 in 100 in `p99_ms`.
double time_of(Measurement& m, const std::string& cwd, const std::vector<std::string>& argv) {
  std::vector<double> seconds;
  for (int i = 0; i < kRounds; ++i) {
    const auto start = std::chrono::steady_clock::now();
    static_cast<void>(must(cwd, argv));
    seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  const double middle = median(seconds);
  m.p50_ms = middle * 1000;
  m.p99_ms = *std::max_element(seconds.begin(), seconds.end()) * 1000;
  return middle;
}

void measure(int items, double limit) {
  const auto place = value_of(os::TemporaryDirectory::create("par-bench"));
  const auto repo = place.path() + "/repo";
  must(place.path(), {"git", "init", "-q", "-b", "main", repo});
  must(repo, {"git", "-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "-q", "--allow-empty",
              "-m", "base"});
  const auto revision = [&](const char* name) {
    auto text = must(repo, {"git", "rev-parse", name});
    text.pop_back();
    return ObjectId(text);
  };
  const auto state_dir = repo + "/.git/par";
  auto database = value_of(store::Database::open(state_dir));
  auto plan = plan_of(revision("HEAD"), items);
  plan.id = value_of(database.put_plan(plan));
  const auto run =
      value_of(database.create_run({plan.id, plan.base, revision("HEAD^{tree}")}, os::SystemClock().wall()));
  record_events(database, run, plan);
  if (items > 0) claim_some(database, run, plan);
  // So that a process works on it.
  const auto lock = value_of(os::FileLock::acquire(fmt::format("{}/locks/{}.lock", state_dir, run.str())));

  Measurement git;
  Measurement m;
  m.name =
      items > 0 ? "git par status, 200 agents with a queue of 200,000 items" : "git par status, 200 agents";
  m.n = static_cast<std::size_t>(items > 0 ? items : kAgents);
  m.compared = "git status";
  m.compared_seconds = time_of(git, repo, {"git", "status"});
  m.seconds = time_of(m, repo, {PAR_PROGRAM, "status"});
  m.limit = limit;
  print(m);
}

}  // namespace
}  // namespace par::bench

int main() {
  par::bench::measure(0, par::bench::kAgentsLimit);
  par::bench::measure(par::bench::kItems, par::bench::kItemsLimit);
  return 0;
}
