// What the landing machine makes of results, event by event.
#include "core/landing_commits.h"
#include "core/machine.h"
#include "support/catch.h"

using namespace par;
using namespace par::core;

namespace {

// Finished branches that wait for their first trial, each with a file of its own below src/<name>/.
class Waiting {
 public:
  explicit Waiting(const std::vector<std::string>& names) {
    ValidationSpec unit;
    unit.name = "unit";
    plan_.validations = {unit};
    for (const auto& name : names) {
      PlannedAgent& agent = plan_.agents.emplace_back();
      agent.spec.name = AgentName(name);
      agent.validations = {"unit"};
    }
    plan_.phases = 1;
    state_ = initial_state(RunId("r1"), plan_);
    apply(RunStarted{PlanId(), ObjectId("base"), ObjectId("base-tree"), AgentName()});
    apply(RunPrepared{});
    for (const auto& name : names) {
      const AgentName agent(name);
      apply(AgentAssigned{agent, 1, ObjectId("base")});
      apply(WorktreeReady{agent, 1, "/w"});
      apply(AgentStarting{agent, 1});
      apply(AgentExited{agent, 1, ExitKind::exited, 0, 1});
      apply(AgentCollected{agent, 1, ObjectId("tip-" + name), {"src/" + name + "/file.cc"}, 1});
    }
  }

  void apply(EventBody body) { apply_event(state_, {1, std::move(body)}); }
  void validated(const ObjectId& tree, Outcome outcome, std::vector<std::string> failures = {}) {
    ValidationResult result;
    result.name = "unit";
    result.result = outcome;
    result.failures = std::move(failures);
    apply(TrialValidated{tree, {result}});
  }
  [[nodiscard]] Next next() const { return next_step(plan_, state_, {4, false, 1}); }
  // What is recorded next, and is recorded.
  template <class Body>
  Body record() {
    const auto step = next();
    REQUIRE(step.action);
    REQUIRE(std::holds_alternative<Record>(*step.action));
    const auto body = std::get<Record>(*step.action).body;
    INFO(kind_of(body));
    REQUIRE(std::holds_alternative<Body>(body));
    apply(body);
    return std::get<Body>(body);
  }
  // The trial that is to be merged is, without a conflict; its tree.
  ObjectId build() {
    const auto step = next();
    REQUIRE(step.action);
    const auto& build = std::get<BuildTrial>(*step.action);
    TrialBuilt built{build.onto, {}, AgentName(), {}, build.trial};
    for (const auto& branch : build.branches) {
      const std::string name = std::to_string(build.trial) + "-" + branch.agent.str();
      built.steps.push_back(
          {branch.agent, branch.start, branch.tip, ObjectId("c" + name), ObjectId("t" + name)});
    }
    apply(built);
    return state_.integration.last_step(static_cast<std::size_t>(build.trial)).tree;
  }
  [[nodiscard]] const RunState& state() const { return state_; }
  [[nodiscard]] Plan& plan() { return plan_; }

 private:
  Plan plan_;
  RunState state_;
};

std::vector<AgentName> named(const std::vector<std::string>& texts) {
  std::vector<AgentName> names;
  for (const auto& text : texts) names.emplace_back(text);
  return names;
}

}  // namespace

TEST_CASE("landing machine: whom failing tests name is left out of the next trial") {
  Waiting run({"parser", "lexer", "printer", "cache"});
  CHECK(run.record<BranchesArrived>().branches.size() == 4);
  const auto planned = run.record<TrialsPlanned>();
  REQUIRE(planned.trials.size() == 1);
  CHECK(planned.trials[0].agents.size() == 4);
  const auto tree = run.build();
  REQUIRE(run.next().validations.size() == 1);
  CHECK(run.next().validations[0].tree == tree);
  run.validated(tree, Outcome::fail, {"ParserTest.Numbers"});
  REQUIRE(run.next().validations.size() == 1);  // is it red on the base, too?
  CHECK(run.next().validations[0].tree == ObjectId("base-tree"));
  CHECK_FALSE(run.next().action);
  run.validated(ObjectId("base-tree"), Outcome::pass);
  const auto judged = run.record<TrialJudged>();
  CHECK(judged.outcome == search::Outcome::red);
  CHECK(judged.suspects == named({"parser"}));
  const auto again = run.record<TrialsPlanned>();
  REQUIRE(again.trials.size() == 1);
  CHECK(again.trials[0].agents == named({"lexer", "printer", "cache"}));
}

TEST_CASE("landing machine: what is red on the base too is green, and lands without another run") {
  Waiting run({"a", "b"});
  run.record<BranchesArrived>();
  run.record<TrialsPlanned>();
  const auto tree = run.build();
  run.validated(tree, Outcome::fail, {"old"});
  run.validated(ObjectId("base-tree"), Outcome::fail, {"old"});
  CHECK(run.record<TrialJudged>().outcome == search::Outcome::green);
  run.record<Accepting>();
  CHECK(std::holds_alternative<MoveCandidate>(*run.next().action));
}

TEST_CASE("landing machine: what was tested together fits a strategy that lands it together") {
  Waiting run({"a", "b"});
  run.record<BranchesArrived>();
  run.record<TrialsPlanned>();
  run.validated(run.build(), Outcome::pass);
  run.record<TrialJudged>();
  const auto accepting = run.record<Accepting>();
  run.apply(Accepted{accepting.to});
  REQUIRE(run.state().integration.steps.size() == 2);
  for (const auto strategy : {Strategy::merge, Strategy::single, Strategy::squash, Strategy::rebase}) {
    run.plan().strategy = strategy;
    CHECK(fits_strategy(run.plan(), run.state()) == !lands_each(strategy));
  }
}

TEST_CASE("landing machine: an error is tried once more, and forgotten only for the tree that had it") {
  Waiting run({"a"});
  run.record<BranchesArrived>();
  run.record<TrialsPlanned>();
  const auto tree = run.build();
  run.validated(tree, Outcome::error);
  REQUIRE(run.next().validations.size() == 1);  // can it run on the base?
  CHECK(run.next().validations[0].tree == ObjectId("base-tree"));
  run.validated(ObjectId("base-tree"), Outcome::pass);
  CHECK(run.record<TrialJudged>().outcome == search::Outcome::error);
  run.record<TrialsPlanned>();
  CHECK(run.build() == tree);  // nothing is merged anew
  REQUIRE(run.next().validations.size() == 1);
  run.validated(tree, Outcome::pass);
  CHECK(run.record<TrialJudged>().outcome == search::Outcome::green);
}

TEST_CASE("landing machine: what cannot run on the base either ends it, and is held against nobody") {
  Waiting run({"a", "b"});
  run.record<BranchesArrived>();
  run.record<TrialsPlanned>();
  run.validated(run.build(), Outcome::error);
  run.validated(ObjectId("base-tree"), Outcome::error);
  CHECK(run.state().integration.blocked == "validation 'unit' cannot run on the base commit: ");
  CHECK_FALSE(run.next().action);
  CHECK(run.next().validations.empty());
}

TEST_CASE("landing machine: while the candidate moves, what is validated goes on") {
  Waiting run({"a"});
  run.record<BranchesArrived>();
  run.record<TrialsPlanned>();
  const auto tree = run.build();
  run.apply(Accepting{ObjectId("base"), ObjectId("base")});
  REQUIRE(run.next().validations.size() == 1);
  CHECK(run.next().validations[0].tree == tree);
}
