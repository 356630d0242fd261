// Scenarios of a landing that need the engine and its machines, told over a world in memory.
#include <map>

#include "burst.h"

using namespace par;
using namespace par::core;
using par::test::Burst;
using par::test::FakeWorld;

namespace {

std::vector<AgentName> named(const std::string& letters) {
  std::vector<AgentName> names;
  for (const char c : letters) names.emplace_back(std::string(1, c));
  return names;
}

}  // namespace

TEST_CASE("landing: the union of a burst is one run") {
  Burst burst(8);
  burst.run();
  CHECK(burst.candidate() == FakeWorld::Tree{"base", "a", "b", "c", "d", "e", "f", "g", "h"});
  CHECK(burst.validation_runs() == 2);  // and the baseline
  CHECK(burst.count<Accepted>() == 1);
  CHECK(burst.replayed().finished == RunEnd::ready);
}

TEST_CASE("landing: one bad of many is rejected alone, with its tests, and no key is run twice") {
  for (const std::size_t slots : {1U, 3U}) {
    Burst burst(8);
    burst.world.slots = slots;
    burst.world.breaking = {"f"};
    burst.run();
    CHECK(burst.candidate() == FakeWorld::Tree{"base", "a", "b", "c", "d", "e", "g", "h"});
    const auto bad = burst.agent("f");
    CHECK(bad.stage == Stage::rejected);
    CHECK(bad.tests == std::vector<std::string>{"unit"});
    CHECK(bad.with.empty());
    CHECK(bad.reason == "breaks 'unit' on top of the candidate");
    CHECK_FALSE(bad.log.empty());
    CHECK(burst.world.most_validations <= slots);
    CHECK((burst.world.most_validations > 1) == (slots > 1));
    for (const auto& [what, times] : burst.world.effects) CHECK(times == 1);
    CHECK(burst.replayed().fallbacks.size() == 1);  // branches failed together
  }
}

TEST_CASE("landing: nothing is begun while a decision is due, which may make it needless") {
  for (const std::size_t slots : {1U, 2U, 4U}) {
    Burst burst(8);
    burst.world.slots = slots;
    burst.world.breaking = {"c"};
    burst.world.breaking_pairs = {{"b", "e"}};
    int starts = 0;
    burst.world.on_start = [&] {
      ++starts;
      RunState state = burst.replayed();
      state.integration.planner.options.slots = slots;
      const auto next = next_step(burst.plan, state, {100, false, burst.world.wall()});
      CHECK_FALSE((next.action && std::holds_alternative<Record>(*next.action)));
    };
    burst.run();
    CHECK(starts > 8);
  }
}

TEST_CASE("landing: a pair that breaks only together: one gets in, the other is rejected and names it") {
  for (const std::size_t slots : {1U, 2U, 4U}) {
    Burst burst(6);
    burst.world.slots = slots;
    burst.world.breaking_pairs = {{"b", "e"}};
    burst.run();
    const bool b_is_in = burst.agent("b").stage == Stage::accepted;
    const auto out = burst.agent(b_is_in ? "e" : "b");
    const std::string in = b_is_in ? "b" : "e";
    CHECK(burst.candidate().size() == 6);
    CHECK(out.stage == Stage::rejected);
    CHECK(out.with == named(in));
    CHECK(out.reason == "breaks 'unit' together with '" + in + "'");
  }
}

TEST_CASE("landing: conflict at enqueue costs no run, and names the file and whose it is") {
  Burst burst(5);
  burst.world.conflicting_pairs = {{"b", "d"}};
  burst.run();
  CHECK(burst.candidate() == FakeWorld::Tree{"base", "a", "b", "c", "e"});
  const auto out = burst.agent("d");
  CHECK(out.stage == Stage::rejected);
  CHECK(out.reason == "conflicts with the candidate in 'b/file'");
  CHECK(out.with == named("b"));
  CHECK(burst.validation_runs() == 2);
}

TEST_CASE("landing: conflict only after an earlier landing") {
  Burst burst(2);
  burst.world.all_end_at_once = false;
  burst.world.conflicting_pairs = {{"a", "b"}};
  burst.run();
  CHECK(burst.candidate() == FakeWorld::Tree{"base", "a"});
  CHECK(burst.agent("b").reason == "conflicts with the candidate in 'a/file'");
  CHECK(burst.agent("b").with == named("a"));
}

TEST_CASE("landing: who breaks what it began on is not said to break with that") {
  Burst burst(3);
  burst.plan = test::plan_of({{"a", "b"}, {"c"}}, burst.world.refs.at("target"));
  burst.world.breaking = {"c"};
  burst.run();
  CHECK(burst.agent("c").stage == Stage::rejected);
  CHECK(burst.agent("c").with.empty());
  // The baseline, a and b, c on top, twice: without a and b it was never meant to be.
  CHECK(burst.validation_runs() == 4);
}

TEST_CASE("landing: a target that moved is one run for all that was accepted") {
  Burst burst(6);
  burst.run();
  burst.world.refs["target"] = burst.world.add_commit({"base", "foreign"});
  const int before = burst.validation_runs();
  burst.land();
  CHECK(burst.world.tree_at("target") == FakeWorld::Tree{"base", "foreign", "a", "b", "c", "d", "e", "f"});
  CHECK(burst.validation_runs() == before + 1);
}

TEST_CASE("landing: on a target that moved, who breaks with it is left out, and the rest lands") {
  Burst burst(6);
  burst.world.breaking_pairs = {{"foreign", "c"}};
  burst.world.slots = 2;
  burst.run();
  burst.world.refs["target"] = burst.world.add_commit({"base", "foreign"});
  burst.land();
  CHECK(burst.world.tree_at("target") == FakeWorld::Tree{"base", "foreign", "a", "b", "d", "e", "f"});
  CHECK(burst.agent("c").stage == Stage::rejected);
  CHECK(burst.agent("c").with.empty());  // the foreign commit is the base
}

TEST_CASE("landing: red on the baseline too: known failures of the base do not keep a union out") {
  Burst burst(4);
  burst.world.breaking = {"base"};
  burst.run();
  CHECK(burst.candidate().size() == 5);
  CHECK(burst.validation_runs() == 4);  // the baseline and the union, each red twice
}

TEST_CASE("landing: what cannot be validated is set aside, the others get in, and resume tries again") {
  Burst burst(4);
  burst.world.absent = {"c"};
  burst.run();
  CHECK(burst.candidate() == FakeWorld::Tree{"base", "a", "b", "d"});
  CHECK(burst.agent("c").stage == Stage::parked);
  CHECK(burst.agent("c").reason == "validation 'unit' could not run on its branch");
  burst.world.absent.clear();
  burst.run();
  CHECK(burst.candidate() == FakeWorld::Tree{"base", "a", "b", "c", "d"});
}

TEST_CASE(
    "landing: the last branch is tried again by resume, on the commit of the trial that could not run") {
  for (const int count : {1, 3}) {
    Burst burst(count);
    const std::string last(1, static_cast<char>('a' + count - 1));
    burst.world.absent = {last};
    burst.run();
    CHECK(burst.agent(last).stage == Stage::parked);
    burst.world.absent.clear();
    burst.run();
    CHECK(burst.agent(last).stage == Stage::accepted);
    CHECK(burst.candidate().size() == static_cast<std::size_t>(count) + 1);
    CHECK(burst.replayed().integration.planner.is_settled());
    burst.land();
    CHECK(burst.world.tree_at("target") == burst.candidate());
  }
}

TEST_CASE("landing: after nothing at all could be validated, resume tries all again") {
  Burst burst(12);
  for (const auto& agent : burst.plan.agents) burst.world.absent.insert(agent.spec.name.str());
  burst.run();
  CHECK(burst.candidate() == FakeWorld::Tree{"base"});
  burst.world.absent.clear();
  burst.run();
  CHECK(burst.candidate().size() == 13);
}

TEST_CASE("landing: a squash validates every commit that it lands, one after the other") {
  Burst burst(4);
  burst.plan.strategy = Strategy::squash;
  burst.world.slots = 3;
  burst.run();
  const RunState state = burst.replayed();
  REQUIRE(state.integration.steps.size() == 4);
  for (const auto& step : state.integration.steps) CHECK(state.integration.results.contains(step.tree));
  burst.land();
  CHECK(burst.world.tree_at("target") == burst.candidate());
  CHECK(burst.count<Rebased>() == 0);
}

TEST_CASE("landing: branches that were tried together are tried one by one when a squash is asked for") {
  Burst burst(3);
  burst.run();
  burst.plan.strategy = Strategy::squash;
  burst.land();
  CHECK(burst.world.tree_at("target") == FakeWorld::Tree{"base", "a", "b", "c"});
  const RunState state = burst.replayed();
  for (const auto& step : state.integration.steps) CHECK(state.integration.results.contains(step.tree));
}

TEST_CASE("landing: branches that were merged together are replayed one by one when a rebase is asked for") {
  Burst burst(3);
  burst.run();
  burst.plan.strategy = Strategy::rebase;
  burst.land();
  CHECK(burst.world.tree_at("target") == FakeWorld::Tree{"base", "a", "b", "c"});
  for (const auto& step : burst.replayed().integration.steps) {
    REQUIRE(step.replayed.size() == 1);
    CHECK(burst.replayed().integration.results.contains(step.replayed[0].tree));
  }
}

TEST_CASE("landing: sets that begin alike share their commits") {
  Burst burst(4);
  burst.world.breaking = {"d"};
  burst.run();
  std::map<std::pair<ObjectId, AgentName>, ObjectId> merged;
  for (const auto& event : burst.world.events) {
    const auto* built = std::get_if<TrialBuilt>(&event.body);
    if (built == nullptr) continue;
    ObjectId onto = built->onto;
    for (const auto& step : built->steps) {
      CHECK(merged.emplace(std::pair(onto, step.agent), step.commit).second);
      onto = step.commit;
    }
  }
}

TEST_CASE("landing: the journal of an earlier version, which tried one by one, is read on") {
  Burst burst(3);
  RunState state = initial_state(RunId("r1"), burst.plan);
  const auto apply = [&](EventBody body) { apply_event(state, {1, std::move(body)}); };
  const auto step = [&](const std::string& name, const std::string& to) {
    return Step{AgentName(name), ObjectId("s"), ObjectId("t" + name), ObjectId(to), ObjectId("tree-" + to)};
  };
  apply(RunStarted{burst.plan.id, burst.plan.base, ObjectId("tree"), AgentName()});
  apply(RunPrepared{});
  for (const std::string name : {"a", "b", "c"}) {
    const AgentName agent(name);
    apply(AgentAssigned{agent, 1, burst.plan.base});
    apply(WorktreeReady{agent, 1, "/w"});
    apply(AgentStarting{agent, 1});
    apply(AgentExited{agent, 1, ExitKind::exited, 0, 1});
    apply(AgentCollected{agent, 1, ObjectId("t" + name), {}, 1});
  }
  apply(TrialBuilt{burst.plan.base, {step("a", "1"), step("b", "2")}, AgentName("c"), {"c/file"}});
  apply(TrialSplit{});
  apply(TrialBuilt{burst.plan.base, {step("a", "3")}, {}, {}});
  apply(Accepting{burst.plan.base, ObjectId("3")});
  apply(Accepted{ObjectId("3")});
  CHECK(state.find(AgentName("a"))->stage == Stage::accepted);
  CHECK(state.integration.steps.size() == 1);
  apply(TrialBuilt{ObjectId("3"), {step("b", "4")}, {}, {}});
  AgentRejected rejected;
  rejected.agent = AgentName("b");
  rejected.kind = RejectKind::red;
  apply(rejected);
  CHECK(state.integration.planner.running() == 1);  // that trial, of no use any more
  const auto next = next_step(burst.plan, state, {});
  CHECK(next.action);
  CHECK(state.integration.queue == named("c"));
}
