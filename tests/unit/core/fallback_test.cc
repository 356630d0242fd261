// What makes a run fall back, who may start when it has, and what a canary keeps waiting.
#include <fmt/format.h>

#include "core/machine.h"
#include "support/catch.h"

using namespace par;
using namespace par::core;

namespace {

// Agents a0, a1, ... of one phase that fail or are accepted as a test says.
class Run {
 public:
  explicit Run(int agents, const AgentName& canary = AgentName()) {
    for (int i = 0; i < agents; ++i) {
      plan_.agents.emplace_back().spec.name = name(i);
      plan_.agents.back().spec.retries = 1;
    }
    plan_.phases = 1;
    state_ = initial_state(RunId("r1"), plan_);
    apply(RunStarted{PlanId(), ObjectId("base"), ObjectId("tree"), canary});
    apply(RunPrepared{});
  }

  static AgentName name(int i) { return AgentName(fmt::format("a{}", i)); }
  [[nodiscard]] Stage stage(int i) const { return state_.agents[static_cast<std::size_t>(i)].stage; }
  [[nodiscard]] const RunState& state() const { return state_; }
  Plan& plan() { return plan_; }
  void apply(EventBody body) { apply_event(state_, {1, std::move(body)}); }

  void prepare(int i) {
    apply(AgentAssigned{name(i), 1, state_.integration.candidate});
    apply(WorktreeReady{name(i), 1, "/w"});
  }
  void start(int i) {
    prepare(i);
    apply(AgentStarting{name(i), 1});
  }
  void end(int i, ExitKind how = ExitKind::exited, int code = 0) {
    apply(AgentExited{name(i), 1, how, code, 1});
  }
  void reject(int i, RejectKind kind = RejectKind::failed) {
    AgentRejected rejected;
    rejected.agent = name(i);
    rejected.kind = kind;
    apply(rejected);
  }
  void fail(int i, RejectKind kind = RejectKind::failed) {
    start(i);
    end(i);
    reject(i, kind);
  }
  void queue(int i) {
    start(i);
    end(i);
    apply(AgentCollected{name(i), 1, ObjectId(fmt::format("tip{}", i)), {}, 1});
  }
  void accept(int i) {
    queue(i);
    const ObjectId to(fmt::format("c{}", i));
    apply(TrialBuilt{state_.integration.head(), {{name(i), {}, {}, to, ObjectId("t")}}, AgentName(), {}});
    apply(Accepting{state_.integration.candidate, to});
    apply(Accepted{to});
  }

  // What is recorded next; nothing else is expected to happen.
  template <class T>
  [[nodiscard]] std::optional<T> next(int jobs = 4) const {
    const auto step = next_step(plan_, state_, {jobs, false, 1});
    if (!step.action || !std::holds_alternative<Record>(*step.action)) return std::nullopt;
    const auto& body = std::get<Record>(*step.action).body;
    return std::holds_alternative<T>(body) ? std::optional(std::get<T>(body)) : std::nullopt;
  }
  void fall_back() {
    const auto fallback = next<FellBack>();
    REQUIRE(fallback);
    apply(*fallback);
  }

 private:
  Plan plan_;
  RunState state_;
};

}  // namespace

TEST_CASE("fallback: too many failures of four attempts or more, once, when more could start side by side") {
  Run run(8);
  run.accept(0);
  run.accept(1);
  run.fail(2);
  CHECK_FALSE(run.next<FellBack>());  // three have ended
  run.accept(3);
  CHECK_FALSE(run.next<FellBack>(1));
  const auto fallback = run.next<FellBack>();
  REQUIRE(fallback);
  CHECK(fallback->trigger == Trigger::failure_rate);
  CHECK(fallback->sequence);
  CHECK(fallback->reason == "1 of 4 attempts failed, more than max_failure_rate 0.1 allows");
  run.apply(*fallback);
  CHECK_FALSE(run.next<FellBack>());
}

TEST_CASE("fallback: a rate that is not exceeded changes nothing, and attempts that started again count") {
  Run run(8);
  run.plan().max_failure_rate = 0.25;
  run.accept(0);
  run.accept(1);
  run.accept(2);
  run.start(3);
  run.end(3);
  AgentRetried again;
  again.agent = Run::name(3);
  again.cause = RetryCause::failed;
  run.apply(again);
  CHECK_FALSE(run.next<FellBack>());
  run.fail(4);
  CHECK(run.next<FellBack>());
}

TEST_CASE("fallback: in sequence the next one starts when nobody works and every branch has its verdict") {
  Run run(8);
  for (int i = 0; i < 4; ++i) run.fail(i);
  CHECK(run.next<FellBack>());
  run.fall_back();
  REQUIRE(run.next<AgentAssigned>());
  run.start(4);
  CHECK_FALSE(run.next<AgentAssigned>());
  run.end(4);
  CHECK_FALSE(run.next<AgentAssigned>());
  run.apply(AgentCollected{Run::name(4), 1, ObjectId("tip"), {}, 1});
  CHECK_FALSE(run.next<AgentAssigned>());
  run.reject(4);
  CHECK(run.next<AgentAssigned>()->agent == Run::name(5));
}

TEST_CASE("fallback: those whose worktrees are there already wait for each other, too") {
  Run run(8);
  run.prepare(5);
  run.prepare(6);
  for (int i = 0; i < 4; ++i) run.fail(i);
  run.fall_back();
  run.apply(*run.next<AgentStarting>());
  CHECK(run.stage(5) == Stage::running);
  CHECK_FALSE(run.next<AgentStarting>());
  CHECK_FALSE(run.next<AgentAssigned>());
  run.end(5);
  run.apply(AgentCollected{Run::name(5), 1, ObjectId("tip"), {}, 1});
  CHECK_FALSE(run.next<AgentStarting>());
  run.reject(5);
  CHECK_FALSE(run.next<AgentAssigned>());
  CHECK(run.next<AgentStarting>()->agent == Run::name(6));
}

TEST_CASE("fallback: a conflict changes the mode, a crash and a violation are said, each once") {
  Run run(8);
  run.plan().max_failure_rate = 1;
  run.start(0);
  run.end(0, ExitKind::signalled, 9);
  const auto crash = run.next<FellBack>();
  REQUIRE(crash);
  CHECK(crash->trigger == Trigger::crash);
  CHECK(crash->reason == "'a0' crashed: signal 9");
  CHECK_FALSE(crash->sequence);
  run.apply(*crash);
  run.reject(0);
  run.fail(1, RejectKind::outside_ownership);
  CHECK(run.next<FellBack>()->trigger == Trigger::outside_ownership);
  run.fall_back();
  CHECK_FALSE(run.state().in_sequence);
  run.fail(2, RejectKind::outside_ownership);
  CHECK_FALSE(run.next<FellBack>());
  run.fail(3, RejectKind::conflict);
  CHECK(run.next<FellBack>()->trigger == Trigger::conflict);
  run.fall_back();
  CHECK(run.state().in_sequence);
  CHECK(run.state().fallbacks.size() == 3);
}

TEST_CASE("fallback: a plan in sequence is one, however many may work at once, and that is said") {
  Run run(3);
  run.plan().decision.mode = Mode::sequential;
  run.plan().decision.reasons = {"speedup 1.10 is below min_speedup 1.50"};
  const auto fallback = run.next<FellBack>();
  REQUIRE(fallback);
  CHECK(fallback->trigger == Trigger::speedup);
  CHECK(fallback->reason == "speedup 1.10 is below min_speedup 1.50");
  run.fall_back();
  REQUIRE(run.next<AgentAssigned>());
  run.start(0);
  CHECK_FALSE(run.next<AgentAssigned>());
  CHECK_FALSE(run.next<FellBack>());
}

TEST_CASE("fallback: a plan whose agents meet says so once, before anybody starts") {
  Run run(4);
  const auto meet = [&](int a, int b, const char* path) {
    run.plan().overlaps.push_back(
        {Run::name(a), Run::name(b), RepoPath(path), OverlapKind::file, Resolution::serialised});
  };
  meet(0, 1, "asked for");
  run.plan().agents[1].spec.after = {Run::name(0)};
  run.plan().agents[3].spec.after = {Run::name(1)};
  meet(0, 3, "asked for by way of a1");
  CHECK_FALSE(run.next<FellBack>());
  meet(0, 2, "a\nb");
  meet(1, 2, "c");
  SECTION("agents that start") {
    const auto fallback = run.next<FellBack>();
    REQUIRE(fallback);
    CHECK(fallback->trigger == Trigger::overlap);
    CHECK_FALSE(fallback->sequence);
    CHECK(fallback->reason ==
          "'a0' and 'a2' could both change '\"a\\nb\"' (and 1 pair more), and work one after the other");
    run.fall_back();
    CHECK_FALSE(run.next<FellBack>());
  }
  SECTION("a run that started before this was said") {
    run.prepare(0);
    CHECK_FALSE(run.next<FellBack>());
  }
  SECTION("branches that are merged") {
    run.plan().agents[2].branch.ref = RefName("refs/heads/topic");
    CHECK_FALSE(run.next<FellBack>());
  }
}

TEST_CASE("fallback: one place to work is what was asked for, not a fallback") {
  Run run(3);
  run.plan().jobs = 1;
  run.plan().decision.mode = Mode::sequential;
  run.plan().decision.reasons = {"jobs is 1: one agent at a time"};
  CHECK_FALSE(run.next<FellBack>());
}

TEST_CASE("fallback: beyond 80 % of a budget one agent works at a time, attempts that failed included") {
  Run run(8);
  run.plan().max_failure_rate = 1;
  AgentExited exited{Run::name(0), 1, ExitKind::exited, 1, 1};
  SECTION("in dollars") {
    run.plan().budget = 10;
    exited.cost = 8;
  }
  SECTION("in tokens") {
    run.plan().budget_tokens = 1000;
    exited.tokens = 800;
  }
  run.start(0);
  run.apply(exited);
  run.reject(0);
  CHECK_FALSE(run.next<FellBack>());
  run.start(1);
  exited.agent = Run::name(1);
  exited.cost /= 800;
  exited.tokens /= 800;
  run.apply(exited);
  run.reject(1);
  const auto fallback = run.next<FellBack>();
  REQUIRE(fallback);
  CHECK(fallback->trigger == Trigger::budget);
  CHECK(fallback->sequence);
  const bool dollars = run.plan().budget > 0;
  CHECK(fallback->reason == (dollars ? "the agents have cost 8.01 of 10.00 US dollars"
                                     : "the agents have used 801 of 1000 tokens"));
  run.fall_back();
  CHECK_FALSE(run.next<FellBack>());
}

TEST_CASE("canary: nobody else starts until it is in the candidate") {
  Run run(3, Run::name(1));
  CHECK(run.next<AgentAssigned>()->agent == Run::name(1));
  run.start(1);
  CHECK_FALSE(run.next<AgentAssigned>());
  run.end(1);
  run.apply(AgentCollected{Run::name(1), 1, ObjectId("tip"), {}, 1});
  CHECK_FALSE(run.next<AgentAssigned>());

  Run other(3, Run::name(1));
  other.accept(1);
  CHECK(other.next<AgentAssigned>()->agent == Run::name(0));
  other.apply(RolledBack{{Run::name(1)}, ""});
  CHECK_FALSE(canary_failed(other.state()));
}

TEST_CASE("canary: when it is rejected the others are held, until it is asked for again or done without") {
  Run run(3, Run::name(1));
  run.fail(1);
  CHECK(canary_failed(run.state()));
  for (const int i : {0, 2}) {
    const auto held = run.next<AgentHeld>();
    REQUIRE(held);
    CHECK(held->agent == Run::name(i));
    CHECK(held->reason == "the canary 'a1' is rejected");
    run.apply(*held);
  }
  const auto end = run.next<RunFinished>();
  REQUIRE(end);
  CHECK(end->end == RunEnd::failed);
  run.apply(*end);

  Run resumed = run;
  resumed.apply(RunResumed{true});
  CHECK(resumed.next<AgentAssigned>()->agent == Run::name(0));

  AgentRetried again;
  again.agent = Run::name(1);
  again.cause = RetryCause::asked;
  run.apply(again);
  CHECK_FALSE(canary_failed(run.state()));
  CHECK(run.next<AgentAssigned>()->agent == Run::name(1));
}

TEST_CASE("canary: a stopped one waits for the user, and so do the others") {
  Run run(2, Run::name(1));
  run.start(1);
  run.end(1, ExitKind::stopped);
  CHECK(next_step(run.plan(), run.state(), {4, false, 1}).idle());
  CHECK(run.stage(0) == Stage::waiting);
}

TEST_CASE("canary: is the agent of the first phase with the least estimate, or the first without any") {
  Plan plan;
  for (const int estimate : {0, 30, 20, 20, 1}) {
    auto& agent = plan.agents.emplace_back();
    agent.spec.name = Run::name(static_cast<int>(plan.agents.size()) - 1);
    agent.spec.estimate = estimate;
  }
  plan.agents.back().phase = 2;
  CHECK(canary_of(plan) == Run::name(2));
  for (auto& agent : plan.agents) agent.spec.estimate = 0;
  CHECK(canary_of(plan) == Run::name(0));
}

TEST_CASE("run machine: an agent that was brought back does not start beside one of another phase") {
  Run run(2);
  run.plan().agents[1].phase = 2;
  Plan plan = run.plan();
  RunState state = initial_state(RunId("r1"), plan);
  const auto apply = [&](EventBody body) { apply_event(state, {1, std::move(body)}); };
  apply(RunStarted{});
  apply(RunPrepared{});
  state.agents[0].stage = Stage::rejected;
  state.agents[1].stage = Stage::running;
  AgentRetried again;
  again.agent = Run::name(0);
  again.cause = RetryCause::asked;
  apply(again);
  CHECK_FALSE(next_step(plan, state, {4, false, 1}).action);
  state.agents[1].stage = Stage::rejected;
  CHECK(next_step(plan, state, {4, false, 1}).action);
}

TEST_CASE(
    "run machine: an agent that the user brings back has all its retries, and knows why it was rejected") {
  Run run(1);
  run.fail(0);
  AgentRetried again;
  again.agent = Run::name(0);
  again.attempt = next_attempt_of(run.state().agents.front());
  again.cause = RetryCause::asked;
  CHECK(again.attempt == 2);
  run.apply(again);
  CHECK(run.state().agents.front().failures == 0);
  CHECK(run.stage(0) == Stage::waiting);
}
