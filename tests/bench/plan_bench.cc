// A plan for up to 200,000 items of five files each over the paths of Linux: agents that own directories, and
// a pool whose items are divided by the files they share. Compared with what no planner can do without: one
// pass that numbers every mention of a file. And a plan for the topic merges of git.git, nearly all of which
// hang together.
#include <cstdlib>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

#include "bench.h"
#include "core/plan.h"
#include "support/shared_data.h"

namespace par::core {
namespace {

constexpr std::size_t kFilesPerItem = 5;
constexpr std::size_t kNeighbours = 40;  // an item's files stand near each other, as those of findings do

std::vector<Item> make_items(const std::vector<std::string>& paths, std::size_t count) {
  std::mt19937_64 random(61);
  std::vector<Item> items(count);
  for (std::size_t i = 0; i < count; ++i) {
    items[i].id = ItemId("finding-" + std::to_string(i));
    items[i].estimate = static_cast<Seconds>(60 + random() % 600);
    // A tenth of the neighbourhoods has findings: otherwise everything would be one component.
    const std::size_t place = random() % (paths.size() / (10 * kNeighbours)) * 10 * kNeighbours;
    for (std::size_t n = 0; n < kFilesPerItem; ++n)
      items[i].files.emplace_back(paths[place + random() % kNeighbours]);
  }
  return items;
}

AgentSpec agent(const std::string& name, std::vector<std::string> owns) {
  AgentSpec spec;
  spec.name = AgentName(name);
  spec.owns = std::move(owns);
  return spec;
}

std::vector<AgentSpec> by_directory() {
  return {agent("net", {"/drivers/net/**", "/net/**"}),
          agent("gpu", {"/drivers/gpu/**"}),
          agent("drivers", {"/drivers/[a-fh-mo-z]*/**", "/sound/**"}),
          agent("arch", {"/arch/**"}),
          agent("fs", {"/fs/**", "/mm/**", "/block/**"}),
          agent("tools", {"/tools/**", "/scripts/**", "/samples/**"}),
          agent("docs", {"/Documentation/**"}),
          agent("core", {"/kernel/**", "/lib/**", "/include/**", "/crypto/**"})};
}

double pass_over_mentions(const std::vector<Item>& items) {
  return bench::seconds_of([&] {
    std::unordered_map<std::string_view, std::size_t> numbers;
    for (const auto& item : items)
      for (const auto& file : item.files) numbers.try_emplace(file.str(), numbers.size());
    if (numbers.empty()) std::abort();
  });
}

// `make` makes the request anew for each run, which is handed over: what is timed holds the items once.
template <class Make>
double measure(bench::Measurement m, Make make) {
  for (int run = 0; run < 3; ++run) {
    PlanRequest request = make();
    m.n = request.config.items.size();
    if (run == 0) m.compared_seconds = pass_over_mentions(request.config.items);
    const auto start = std::chrono::steady_clock::now();
    const auto plan = make_plan(std::move(request));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    if (!plan || plan->agents.size() != 8) std::abort();
    if (run == 0 || took.count() < m.seconds) m.seconds = took.count();
  }
  m.name = "plan, " + m.name;
  m.compared = "numbering every mention of a file";
  bench::print(m);
  return m.seconds;
}

// What a tenth of the items took: ten times as many may take twelve times as long.
struct Tenth {
  double agents = 0;
  double pool = 0;
};

void measure_findings(const std::vector<std::string>& paths, std::size_t count, Tenth& tenth) {
  const auto asked = [&](std::string name, double before) {
    bench::Measurement m;
    m.name = std::move(name);
    m.limit = count == 200'000 ? 1.0 : 12 * before;
    m.rss_limit = 300;
    return m;
  };
  const auto request_for = [&] {
    PlanRequest request;
    for (const auto& path : paths) request.paths.emplace_back(path);
    request.config.items = make_items(paths, count);
    return request;
  };
  tenth.agents = measure(asked("8 agents that own directories", tenth.agents), [&] {
    auto request = request_for();
    request.config.agents = by_directory();
    return request;
  });
  tenth.pool = measure(asked("a pool of 8", tenth.pool), [&] {
    auto request = request_for();
    request.members = 8;
    return request;
  });
}

void measure_topics() {
  const auto topics = test::topics_of(test::shared_lines("git-topics.jsonl"));
  if (topics.empty()) return;
  const auto paths = test::paths_of(topics);
  bench::Measurement m;
  m.name = "the topics of git.git, a pool of 8";
  m.limit = 0.2;
  measure(std::move(m), [&] {
    PlanRequest request;
    request.paths = paths;
    request.config.items = topics;
    request.members = 8;
    return request;
  });
}

}  // namespace
}  // namespace par::core

int main() {
  const auto paths = par::bench::linux_paths();
  if (paths.empty()) return 0;
  par::core::Tenth tenth;
  for (const std::size_t count : {1'000U, 10'000U, 100'000U, 200'000U})
    par::core::measure_findings(paths, count, tenth);
  par::core::measure_topics();
  return 0;
}
