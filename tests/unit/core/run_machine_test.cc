// What becomes of one agent, event by event.
#include "core/machine.h"
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
  }

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
  const auto decision = run.decision();
  REQUIRE(std::holds_alternative<AgentRejected>(decision));
  CHECK(std::get<AgentRejected>(decision).reason == "lost 5 times");
}

TEST_CASE("run machine: an agent that hangs is rejected, and the reason says for how long") {
  OneAgent run;
  run.start_and_end(ExitKind::hung);
  const auto decision = run.decision();
  REQUIRE(std::holds_alternative<AgentRejected>(decision));
  CHECK(std::get<AgentRejected>(decision).reason == "no sign of life for 10m 00s");
}
