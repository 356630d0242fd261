// What becomes of one agent, event by event.
#include "core/machine.h"
#include "core/retry.h"
#include "support/catch.h"

using namespace par;
using namespace par::core;

namespace {

// A run of one agent that ends in ways it did not choose.
class OneAgent {
 public:
  OneAgent() {
    PlannedAgent agent;
    agent.spec.name = kName;
    agent.spec.idle_timeout = 600;
    plan_.agents.push_back(agent);
    state_ = initial_state(RunId("r1"), plan_);
    apply(RunStarted{});
    apply(RunPrepared{});
  }

  void apply(EventBody body) { apply_event(state_, {1, std::move(body)}); }

  // Starts it, and it ends so.
  void start_and_end(ExitKind how) {
    const int attempt = state_.agents.front().attempt;
    apply(AgentAssigned{kName, attempt, ObjectId()});
    apply(WorktreeReady{kName, attempt, "/w"});
    apply(AgentStarting{kName, attempt});
    apply(AgentExited{kName, attempt, how, 0, 1});
    // That it crashed is said once.
    const auto next = next_step(plan_, state_, {});
    const auto* record = next.action ? std::get_if<Record>(&*next.action) : nullptr;
    if (record != nullptr && std::holds_alternative<FellBack>(record->body)) apply(record->body);
  }

  // What it would be rejected for, now that it has ended.
  AgentRejected refusal() const {
    const auto next = next_step(plan_, state_, {});
    REQUIRE(next.action);
    return std::get<Refuse>(*next.action).why;
  }

  const RunState& state() const { return state_; }
  Next next(Millis now, bool draining = false) const { return next_step(plan_, state_, {4, draining, now}); }

  // What is recorded now that it has ended.
  EventBody decision() const {
    const auto next = next_step(plan_, state_, {});
    REQUIRE(next.action);
    return std::get<Record>(*next.action).body;
  }

 private:
  const AgentName kName{"a"};
  Plan plan_;
  RunState state_;
};

AgentSpec spec_with(int retries) {
  AgentSpec spec;
  spec.name = AgentName("a");
  spec.retries = retries;
  return spec;
}

}  // namespace

TEST_CASE("run machine: an agent is given up after five losses, however often the user stopped it before") {
  OneAgent run;
  for (int i = 0; i < 7; ++i) {
    run.start_and_end(ExitKind::stopped);
    run.apply(RunResumed{});
  }
  for (int i = 0; i < 4; ++i) {
    run.start_and_end(ExitKind::lost);
    const auto decision = run.decision();
    REQUIRE(std::holds_alternative<AgentRetried>(decision));
    CHECK(std::get<AgentRetried>(decision).attempt == 9 + i);
    run.apply(decision);
  }
  run.start_and_end(ExitKind::lost);
  CHECK(run.refusal().reason == "lost 5 times");
  CHECK_FALSE(next_attempt(run.state(), spec_with(9), run.refusal(), 1, 0));
}

TEST_CASE(
    "run machine: an agent that failed starts again as the next attempt, until its retries are used up") {
  OneAgent run;
  for (int failures = 0; failures < 2; ++failures) {
    run.start_and_end(ExitKind::signalled);
    const auto again = next_attempt(run.state(), spec_with(2), run.refusal(), 1, 0);
    REQUIRE(again);
    CHECK(again->attempt == failures + 2);
    CHECK(again->reason == "ended by signal 0");
    run.apply(*again);
    CHECK(run.state().agents.front().stage == Stage::waiting);
  }
  run.start_and_end(ExitKind::signalled);
  CHECK_FALSE(next_attempt(run.state(), spec_with(2), run.refusal(), 1, 0));
}

TEST_CASE(
    "run machine: an agent that starts again waits for its time, which a clock set back does not prolong") {
  OneAgent run;
  run.start_and_end(ExitKind::timed_out);
  AgentRetried again;
  again.agent = AgentName("a");
  again.cause = RetryCause::failed;
  again.not_before = 1001;
  run.apply(again);  // at 1
  CHECK(run.next(1000).wake == 1001);
  CHECK_FALSE(run.next(1000).action);
  CHECK_FALSE(run.next(1000).idle());
  CHECK_FALSE(run.next(1000, true).wake);
  CHECK(run.next(1001).action);
  CHECK(run.next(0).action);
}

TEST_CASE("run machine: an agent that hangs is rejected, and the reason says for how long") {
  OneAgent run;
  run.start_and_end(ExitKind::hung);
  CHECK(run.refusal().reason == "no sign of life for 10m 00s");
}
