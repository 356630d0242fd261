// What the machine makes of a revert of what landed, event by event.
#include "core/machine.h"
#include "support/catch.h"

using namespace par;
using namespace par::core;

namespace {

// A run of `a` and `b` that has landed, both with a validation of their own; `a` is to go.
class LandedRun {
 public:
  LandedRun() {
    for (const std::string name : {"unit", "a-1", "b-1"}) {
      ValidationSpec spec;
      spec.name = name;
      plan_.validations.push_back(spec);
    }
    plan_.phases = 1;
    for (const std::string name : {"a", "b"}) {
      PlannedAgent& agent = plan_.agents.emplace_back();
      agent.spec.name = AgentName(name);
      agent.spec.validate = {"check " + name};
      agent.validations = {"unit", name + "-1"};
    }
    state_ = initial_state(RunId("r1"), plan_);
    state_.prepared = true;
    state_.finished = RunEnd::ready;
    state_.landing.landed = ObjectId("landed");
    state_.integration.base_tree = ObjectId("tree");  // all that landed goes
    for (auto& agent : state_.agents) agent.stage = Stage::landed;
    apply(RevertRequested{{AgentName("a")}, ObjectId("with"), ObjectId("without"), {ObjectId("landed")}});
  }

  void apply(EventBody body) { apply_event(state_, {1, std::move(body)}); }
  void build(const std::string& number = "") {
    apply(LandingBuilt{ObjectId("from" + number), ObjectId("to" + number), ObjectId("tree" + number),
                       ObjectId("from-tree" + number)});
  }
  // Of the names: those that fail.
  void validated(const ObjectId& tree, const std::vector<std::string>& failing, Outcome as = Outcome::fail) {
    TrialValidated validated{tree, {}};
    for (const std::string name : {"unit", "b-1"}) {
      ValidationResult& result = validated.results.emplace_back();
      result.name = name;
      result.result = std::find(failing.begin(), failing.end(), name) == failing.end() ? Outcome::pass : as;
      result.log = "/logs/" + name;
    }
    apply(validated);
  }
  [[nodiscard]] Next next() const { return next_step(plan_, state_, {4, false, 1}); }
  [[nodiscard]] LandingRefused refusal() const {
    const auto step = next();
    REQUIRE(step.action);
    return std::get<LandingRefused>(std::get<Record>(*step.action).body);
  }
  [[nodiscard]] const RunState& state() const { return state_; }
  [[nodiscard]] Stage stage(const std::string& agent) const { return state_.find(AgentName(agent))->stage; }

 private:
  Plan plan_;
  RunState state_;
};

}  // namespace

TEST_CASE("revert: merged onto the target, validated without what goes, moved there, and then it is out") {
  LandedRun run;
  CHECK_FALSE(is_over(run.state()));
  const auto build = std::get<BuildRevert>(*run.next().action);
  CHECK(build.branch.start == ObjectId("with"));
  CHECK(build.branch.tip == ObjectId("without"));
  run.build();
  REQUIRE(run.next().validations.size() == 1);
  CHECK(run.next().validations[0].tree == ObjectId("tree"));
  CHECK(run.next().validations[0].names == std::vector<std::string>{"b-1", "unit"});
  CHECK_FALSE(run.next().action);
  run.validated(ObjectId("tree"), {});
  const auto move = std::get<MoveTarget>(*run.next().action);
  CHECK(move.from == ObjectId("from"));
  CHECK(move.to == ObjectId("to"));
  run.apply(Landed{ObjectId("to")});
  CHECK(run.stage("a") == Stage::rolled_back);
  CHECK(run.state().find(AgentName("a"))->reverted == ObjectId("to"));
  CHECK(run.stage("b") == Stage::landed);
  CHECK(run.state().landing.landed == ObjectId("landed"));
  CHECK(is_over(run.state()));
  CHECK(run.next().idle());
}

TEST_CASE("revert: what the target fails already does not count, what is new refuses it") {
  LandedRun run;
  run.build();
  run.validated(ObjectId("tree"), {"unit"});
  REQUIRE(run.next().validations.size() == 1);
  CHECK(run.next().validations[0].tree == ObjectId("from-tree"));
  SECTION("known") {
    run.validated(ObjectId("from-tree"), {"unit"});
    CHECK(std::holds_alternative<MoveTarget>(*run.next().action));
  }
  SECTION("new") {
    run.validated(ObjectId("from-tree"), {"b-1"});
    const auto refused = run.refusal();
    CHECK(refused.tests == std::vector<std::string>{"unit"});
    CHECK(refused.log == "/logs/unit");
    run.apply(refused);
    CHECK(run.stage("a") == Stage::landed);
    CHECK(run.state().landing.refused_tests == refused.tests);
    CHECK(is_over(run.state()));
    CHECK(run.next().idle());
  }
}

TEST_CASE("revert: a validation that cannot run is neither red nor green, and blocks no run") {
  LandedRun run;
  run.build();
  run.validated(ObjectId("tree"), {"b-1"}, Outcome::error);
  REQUIRE(run.next().validations.size() == 1);
  CHECK(run.next().validations[0].tree == ObjectId("from-tree"));
  run.validated(ObjectId("from-tree"), {});
  CHECK(run.refusal().reason == "validation 'b-1' could not run on what it would leave");
  CHECK(run.state().integration.blocked.empty());
}

TEST_CASE("revert: a target that moved is followed so often, and then left alone") {
  LandedRun run;
  int built = 0;
  for (; std::holds_alternative<BuildRevert>(*run.next().action); ++built) {
    REQUIRE(built < 100);
    run.build(std::to_string(built));
    run.validated(ObjectId("tree" + std::to_string(built)), {});
    run.apply(LandingLost{});
  }
  CHECK(built == 11);
  CHECK(run.refusal().reason == "'' keeps moving");
}
