// Rounds (in units of one trial) and trials that a landing takes, on the grid of landing.md and on the worlds
// of the reference simulator, beside that simulator's figures of the same run. Everything is counted, nothing
// timed.
//
//   landing_bench [<queue_sim.py>]    default: $PAR_BENCH_DATA/../sim/queue_sim.py,
//   ../shared/sim/queue_sim.py
//
// A line of JSON for each cell and for each rolling landing, then the table. Arrivals too are the
// simulator's. PAR_WORLDS: worlds per cell, 200.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json_writer.h"
#include "support/landing_world.h"

namespace par::bench {
namespace {

using core::BranchSet;
using core::search::Options;
using core::search::Outcome;
using core::search::TrialEnded;
using test::Faults;
using test::LandingWorld;
using test::PythonRandom;

constexpr std::size_t kSlots = 8;
constexpr double kHit = 0.7;  // of the culprits of a red trial, so many are named by its failing tests

struct Cost {
  double rounds = 0;
  double runs = 0;
};

enum class Mode { thrifty, eager, named };

struct Cell {
  Faults faults;
  std::size_t branches;
  std::size_t count;

  [[nodiscard]] std::string name() const {
    return fmt::format("{} {} {}", faults == Faults::alone ? "indiv" : "pair", branches, count);
  }
};

// The limits of landing.md: everyone green alone, thrifty, eager, with names.
const std::map<std::string, std::array<Cost, 3>>& limits() {
  static const std::map<std::string, std::array<Cost, 3>> kLimits{
      {"pair 64 0", {{{1, 1}, {1, 8}, {1, 1}}}},
      {"pair 64 1", {{{4.5, 21}, {3.5, 20}, {3.6, 5}}}},
      {"pair 64 4", {{{7.9, 46}, {6.8, 45}, {5.3, 12}}}},
      {"pair 64 16", {{{12.2, 80}, {11.6, 82}, {8.0, 26}}}},
      {"pair 256 4", {{{9.6, 61}, {8.8, 61}, {5.3, 12}}}},
  };
  return kLimits;
}

std::size_t worlds() {
  const char* asked = std::getenv("PAR_WORLDS");  // NOLINT: no threads
  return asked == nullptr ? 200 : std::strtoul(asked, nullptr, 10);
}

// One landing in the world that the simulator makes of this seed.
test::LandingCost land(const Cell& cell, Mode mode, std::size_t seed, bool explain) {
  PythonRandom random(static_cast<std::uint32_t>(seed * 7919 + cell.branches * 31 + cell.count));
  const auto world = LandingWorld::like_simulator(cell.branches, cell.count, cell.faults, random);
  Options options;
  options.slots = kSlots;
  options.eager = mode == Mode::eager;
  options.explain = explain;
  if (mode == Mode::named)
    options.ranking = [](const std::string& test) { return std::vector<std::size_t>{std::stoul(test)}; };
  auto search = test::search_of(world, options, cell.faults == Faults::pairs);
  return test::land_in_rounds(search, [&](const BranchSet& set) {
    TrialEnded ended;
    ended.outcome = world.is_green(set) ? Outcome::green : Outcome::red;
    if (mode == Mode::named && ended.outcome == Outcome::red)
      world.named(set, kHit, random).each([&](auto branch) {
        ended.tests.push_back(std::to_string(branch));
      });
    return ended;
  });
}

Cost mean(const Cell& cell, Mode mode, bool explain) {
  Cost sum;
  for (std::size_t seed = 0; seed < worlds(); ++seed) {
    const auto cost = land(cell, mode, seed, explain);
    sum.rounds += static_cast<double>(cost.rounds);
    sum.runs += static_cast<double>(cost.runs);
  }
  const auto count = static_cast<double>(worlds());
  return {sum.rounds / count, sum.runs / count};
}

using Columns = std::vector<std::pair<std::string, Cost>>;

// The simulator's own classes and functions, unrounded: a line "<model> <N> <k> <algorithm> <rounds> <runs>"
// each.
constexpr const char* kAsk = R"(
import sys, random, importlib.util
spec = importlib.util.spec_from_file_location('queue_sim', sys.argv[1])
sim = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sim)
for cell in sys.argv[3:]:
    model, n, k = cell.split()
    n, k = int(n), int(k)
    for name in ('seq', 'bors', 'zuul', 'kary', 'pargt-thrifty', 'pargt-eager', 'hinted'):
        rounds = runs = 0
        for s in range(int(sys.argv[2])):
            w = sim.World(n, k, model, random.Random(s * 7919 + n * 31 + k))
            rounds += sim.run(name, w, 8, k)[0]
            runs += w.runs
        print(model, n, k, name, rounds / int(sys.argv[2]), runs / int(sys.argv[2]))
)";

std::string quoted(const std::string& text) {
  std::string shell = "'";
  for (const char c : text) shell += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return shell + "'";
}

// By cell; empty, with a notice, when there is no simulator.
std::map<std::string, Columns> simulated(const std::string& path, const std::vector<Cell>& cells) {
  std::map<std::string, Columns> found;
  std::string command = fmt::format("python3 -c {} {} {}", quoted(kAsk), quoted(path), worlds());
  for (const auto& cell : cells) command += " " + quoted(cell.name());
  std::FILE* pipe = popen(command.c_str(), "r");  // NOLINT(cert-env33-c): the text above
  std::array<char, 256> line{};
  while (pipe != nullptr && std::fgets(line.data(), line.size(), pipe) != nullptr) {
    std::array<char, 16> model{};
    std::array<char, 32> name{};
    std::size_t branches = 0;
    std::size_t count = 0;
    Cost cost;
    if (std::sscanf(line.data(), "%15s %zu %zu %31s %lf %lf", model.data(), &branches, &count, name.data(),
                    &cost.rounds, &cost.runs) == 6)  // NOLINT(cert-err34-c): checked
      found[fmt::format("{} {} {}", model.data(), branches, count)].emplace_back(name.data(), cost);
  }
  if (pipe != nullptr) pclose(pipe);
  if (found.empty()) fmt::print(stderr, "skipped: the simulator's figures, which '{}' would give\n", path);
  return found;
}

void print_json(const Cell& cell, const Columns& columns) {
  JsonWriter json;
  json.begin_object();
  json.member("name", "landing " + cell.name()).member("slots", static_cast<std::int64_t>(kSlots));
  for (const auto& [name, cost] : columns)
    json.member(name + "_rounds", cost.rounds).member(name + "_runs", cost.runs);
  json.end_object();
  fmt::print("{}\n", std::move(json).take());
  std::fflush(stdout);
}

void print_table(const std::vector<std::pair<std::string, Columns>>& rows) {
  bool has_head = false;
  for (const auto& [cell, columns] : rows) {
    if (!has_head) {
      fmt::print("\n{:<13}", "rounds/runs");
      for (const auto& [name, cost] : columns) fmt::print(" {:>14}", name);
      fmt::print("\n");
      has_head = true;
    }
    fmt::print("{:<13}", cell);
    for (const auto& [name, cost] : columns)
      fmt::print(" {:>14}", fmt::format("{:.2f}/{:.1f}", cost.rounds, cost.runs));
    fmt::print("\n");
  }
}

// What is above its limit, by how much.
void print_misses(const std::vector<std::pair<std::string, Columns>>& rows) {
  static constexpr std::array<const char*, 3> kModes{"thrifty", "eager", "named"};
  for (const auto& [cell, columns] : rows) {
    const auto limit = limits().find(cell);
    if (limit == limits().end()) continue;
    for (std::size_t mode = 0; mode < kModes.size(); ++mode) {
      const Cost& cost = columns[mode].second;
      const Cost& most = limit->second[mode];
      const bool within = cost.rounds <= most.rounds && cost.runs <= most.runs;
      fmt::print("{} {} limit {}/{}: {}\n", cell, kModes[mode], most.rounds, most.runs,
                 within ? "within" : "MISSED");
    }
  }
}

// N = 64 branches that come over 40 trials' times: from the last arrival until all is decided, and trials.
Cost rolling(std::size_t count, bool explain) {
  constexpr std::size_t kBranches = 64;
  constexpr double kSpan = 40;
  Cost sum;
  for (std::uint32_t seed = 0; seed < worlds(); ++seed) {
    PythonRandom random(seed);
    std::vector<double> arrivals;
    for (std::size_t i = 0; i < kBranches; ++i) arrivals.push_back(random.random() * kSpan);
    std::sort(arrivals.begin(), arrivals.end());
    const auto world = LandingWorld::like_simulator(kBranches, count, Faults::pairs, random);
    Options options;
    options.slots = kSlots;
    options.explain = explain;
    core::search::Search search(options);
    const auto cost = test::land_rolling(search, arrivals, [&](const BranchSet& set) {
      TrialEnded ended;
      ended.outcome = world.is_green(set) ? Outcome::green : Outcome::red;
      return ended;
    });
    sum.rounds += cost.tail;
    sum.runs += static_cast<double>(cost.runs);
  }
  const auto all = static_cast<double>(worlds());
  return {sum.rounds / all, sum.runs / all};
}

void print_rolling() {
  const std::map<std::size_t, Cost> most{{0, {1.0, 64}}, {1, {1.1, 66}}, {4, {1.2, 74}}};
  for (const auto& [count, limit] : most) {
    const Cost cost = rolling(count, false);
    const Cost explained = rolling(count, true);
    JsonWriter json;
    json.begin_object();
    json.member("name", fmt::format("rolling 64 {}", count))
        .member("slots", static_cast<std::int64_t>(kSlots));
    json.member("tail", cost.rounds).member("runs", cost.runs);
    json.member("explained_tail", explained.rounds).member("explained_runs", explained.runs);
    json.member("tail_limit", limit.rounds).member("runs_limit", limit.runs);
    json.end_object();
    fmt::print("{}\n", std::move(json).take());
  }
}

std::string simulator(int argc, char** argv) {
  if (argc > 1) return argv[1];
  const char* data = std::getenv("PAR_BENCH_DATA");  // NOLINT: no threads
  return data != nullptr ? std::string(data) + "/../sim/queue_sim.py"
                         : std::string(PAR_SOURCE_DIR) + "/../shared/sim/queue_sim.py";
}

int run(int argc, char** argv) {
  std::vector<Cell> cells;
  for (const auto faults : {Faults::pairs, Faults::alone})
    for (const std::size_t branches : {64U, 256U, 16U})
      for (const std::size_t count : {0U, 1U, 4U, 16U})
        if (faults == Faults::pairs || count < branches) cells.push_back({faults, branches, count});
  auto reference = simulated(simulator(argc, argv), cells);
  std::vector<std::pair<std::string, Columns>> rows;
  for (const auto& cell : cells) {
    Columns columns{{"thrifty", mean(cell, Mode::thrifty, false)},
                    {"eager", mean(cell, Mode::eager, false)},
                    {"named", mean(cell, Mode::named, false)},
                    {"explained", mean(cell, Mode::thrifty, true)}};
    for (auto& column : reference[cell.name()]) columns.push_back(std::move(column));
    print_json(cell, columns);
    rows.emplace_back(cell.name(), std::move(columns));
  }
  print_rolling();
  print_table(rows);
  print_misses(rows);
  return 0;
}

}  // namespace
}  // namespace par::bench

int main(int argc, char** argv) { return par::bench::run(argc, argv); }
