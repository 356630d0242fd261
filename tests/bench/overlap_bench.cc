// The proof which of 200 agents with 10 patterns each may change the same file.
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "bench.h"
#include "core/common_path.h"

namespace par::core {
namespace {

constexpr std::size_t kAgents = 200;

std::vector<Ownership> ownerships(const std::function<std::vector<std::string>(std::string)>& patterns) {
  std::vector<Ownership> parsed;
  for (std::size_t i = 0; i < kAgents; ++i) {
    AgentSpec agent;
    agent.name = AgentName("agent");
    agent.owns = patterns(std::to_string(i));
    agent.forbids = {"**/vendor/**", "*.lock"};
    parsed.push_back(*Ownership::parse(agent, {}));
  }
  return parsed;
}

// As people divide a repository: by directory, with names and extensions here and there.
std::vector<std::string> by_directory(const std::string& i) {
  return {"src/mod" + i + "/**",     "include/mod" + i,          "tests/mod" + i + "/**",
          "docs/mod" + i + ".md",    "lib/*/mod" + i + "/**",    "tools/mod" + i + "-*.sh",
          "src/shared/m" + i + "_*", "assets/**/mod" + i + ".*", "config/[a-c]*/mod" + i + ".toml",
          "third_party/x" + i + "/*"};
}

// Every tenth agent also owns a kind of file wherever it stands, which meets most others.
std::vector<std::string> some_anywhere(const std::string& i) {
  auto patterns = by_directory(i);
  if (i.ends_with('7')) patterns.back() = "*.ext" + i;
  return patterns;
}

// Every agent owns a kind of file anywhere, so that every pair meets.
std::vector<std::string> all_anywhere(const std::string& i) {
  auto patterns = by_directory(i);
  patterns.back() = "gen_" + i + "_*";
  return patterns;
}

std::size_t meetings(const std::vector<Ownership>& agents) {
  std::size_t count = 0;
  for (const auto& [a, b] : pairs_that_may_meet(agents)) count += common_path(agents[a], agents[b]) ? 1U : 0U;
  return count;
}

std::size_t meetings_of_all_pairs(const std::vector<Ownership>& agents) {
  std::size_t count = 0;
  for (std::size_t a = 0; a < agents.size(); ++a)
    for (std::size_t b = a + 1; b < agents.size(); ++b) count += common_path(agents[a], agents[b]) ? 1U : 0U;
  return count;
}

void measure(const std::string& name, const std::vector<Ownership>& agents) {
  std::size_t found = 0;
  std::size_t expected = 0;
  bench::Measurement m;
  m.seconds = bench::seconds_of([&] { found = meetings(agents); });
  m.compared = "each pair of agents";
  m.compared_seconds = bench::seconds_of([&] { expected = meetings_of_all_pairs(agents); });
  m.name = "overlap of 200 agents with 10 patterns, " + name + ", " + std::to_string(found) + " meet";
  m.n = kAgents * 10;
  m.limit = 0.2;
  bench::print(m);
  if (found != expected) std::abort();
}

}  // namespace
}  // namespace par::core

int main() {
  using namespace par::core;  // NOLINT: the program's own
  measure("by directory", ownerships(by_directory));
  measure("some anywhere", ownerships(some_anywhere));
  measure("all anywhere", ownerships(all_anywhere));
  return 0;
}
