#include "core/chains.h"

#include "support/catch.h"

using namespace par;
using namespace par::core;

namespace {

Step step(const std::string& agent, const std::string& commit) {
  return {AgentName(agent), ObjectId("base"), ObjectId("tip-" + agent), ObjectId(commit),
          ObjectId("tree-" + commit)};
}

std::vector<BranchRef> branches(const std::vector<std::string>& agents) {
  std::vector<BranchRef> refs;
  for (const auto& agent : agents)
    refs.push_back({AgentName(agent), ObjectId("base"), ObjectId("tip-" + agent)});
  return refs;
}

std::string commits_of(const std::vector<Step>& steps) {
  std::string text;
  for (const auto& step : steps) text += step.commit.str() + " ";
  return text;
}

}  // namespace

TEST_CASE("chains: sets that begin alike share their steps, and the longest one that is there is found") {
  Chains chains;
  const auto a = chains.add(0, step("a", "1"));
  const auto ab = chains.add(a, step("b", "2"));
  const auto ac = chains.add(a, step("c", "3"));
  const auto acd = chains.add(ac, step("d", "4"));
  CHECK(commits_of(*chains.steps_behind(0, acd)) == "1 3 4 ");
  CHECK(commits_of(*chains.steps_behind(a, acd)) == "3 4 ");
  CHECK(commits_of(*chains.steps_behind(acd, acd)).empty());
  CHECK_FALSE(chains.steps_behind(ab, acd));
  CHECK(chains.longest(branches({"a", "c", "b"})) == std::pair<ChainEnd, std::size_t>{ac, 2});
  CHECK(chains.longest(branches({"c", "a"})) == std::pair<ChainEnd, std::size_t>{0, 0});
  CHECK(chains.longest({}) == std::pair<ChainEnd, std::size_t>{0, 0});
  CHECK(chains.find(ObjectId("2")) == ab);
  CHECK_FALSE(chains.find(ObjectId("5")));
  CHECK(chains.before(acd) == ac);
  CHECK(chains.last(acd).agent == AgentName("d"));
}

TEST_CASE("chains: another attempt of an agent is another branch") {
  Chains chains;
  chains.add(0, step("a", "1"));
  auto again = branches({"a"});
  again.front().tip = ObjectId("tip of the second attempt");
  CHECK(chains.longest(again).second == 0);
}
