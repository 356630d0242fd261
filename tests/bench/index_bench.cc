// The owners of every path of Linux 6.1 among 8, 200 and 2,000 agents with 10 patterns each, and of a quarter
// and of four times the paths: time grows with paths and patterns added up, not multiplied.
#include <cstdlib>
#include <string>
#include <vector>

#include "bench.h"
#include "core/owner_index.h"

namespace par::core {
namespace {

constexpr double kMostOfNaive = 4e6;  // questions that the comparison may ask

// Directories of the repository, and kinds of files, dealt out one by one.
std::vector<Ownership> ownerships(const std::vector<std::string>& directories, std::size_t agents) {
  std::vector<Ownership> parsed;
  std::size_t next = 0;
  for (std::size_t i = 0; i < agents; ++i) {
    AgentSpec agent;
    agent.name = AgentName("agent");
    for (int pattern = 0; pattern < 8; ++pattern) {
      const std::string& directory = directories[next++ % directories.size()];
      agent.owns.push_back(directory + (pattern % 4 == 3 ? "/*.c" : "/**"));
    }
    agent.owns.push_back("**/gen" + std::to_string(i) + "_*.h");
    agent.owns.push_back("*.kind" + std::to_string(i));
    agent.forbids = {"*.lock"};
    parsed.push_back(*Ownership::parse(agent, {}));
  }
  return parsed;
}

std::size_t count_owners(const std::vector<Ownership>& agents, const std::vector<std::string>& paths) {
  OwnerIndex index(agents);
  std::size_t count = 0;
  for (const auto& path : paths) count += index.owners_of(path).size();
  return count;
}

// Each agent asked about each path, for as many paths as bearable; seconds for all of them.
double naive_seconds(const std::vector<Ownership>& agents, const std::vector<std::string>& paths) {
  const double questions = static_cast<double>(agents.size()) * 10 * static_cast<double>(paths.size());
  const auto share = static_cast<std::size_t>(questions / kMostOfNaive) + 1;
  OwnerIndex index(agents);
  return static_cast<double>(share) * bench::seconds_of([&] {
           for (std::size_t i = 0; i < paths.size(); i += share) {
             std::size_t count = 0;
             for (const auto& agent : agents) count += agent.owns(paths[i]) ? 1U : 0U;
             if (count != index.owners_of(paths[i]).size()) std::abort();
           }
         });
}

void measure(const std::vector<std::string>& directories, const std::vector<std::string>& paths,
             std::size_t agents, bool with_naive) {
  const auto parsed = ownerships(directories, agents);
  bench::Measurement m;
  m.seconds = bench::seconds_of([&] { (void)count_owners(parsed, paths); });
  m.name = "owners among " + std::to_string(agents) + " agents with 10 patterns, by path";
  m.n = paths.size();
  if (with_naive) {
    m.compared = "every agent asked about every path (a share of them, scaled)";
    m.compared_seconds = naive_seconds(parsed, paths);
  }
  bench::print(m);
}

int run() {
  const auto paths = bench::linux_paths();
  if (paths.empty()) return 0;
  const auto directories = bench::directories_by_size(paths);
  for (const std::size_t agents : {8U, 200U, 2'000U}) measure(directories, paths, agents, true);

  std::vector<std::string> quarter;
  std::vector<std::string> fourfold;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (i % 4 == 0) quarter.push_back(paths[i]);
    for (int copy = 0; copy < 4; ++copy) fourfold.push_back(paths[i] + "." + std::to_string(copy));
  }
  measure(directories, quarter, 200, false);
  measure(directories, fourfold, 200, false);
  return 0;
}

}  // namespace
}  // namespace par::core

int main() { return par::core::run(); }
