#include "core/pace.h"

#include "core/machine.h"
#include "support/catch.h"

using namespace par;
using namespace par::core;
using Catch::Detail::Approx;

namespace {

// A run of agents `a` and `b`, told minute by minute.
class Told {
 public:
  Told() {
    Plan plan;
    for (const auto* name : {"a", "b"}) {
      PlannedAgent agent;
      agent.spec.name = AgentName(name);
      plan.agents.push_back(agent);
    }
    state = initial_state(RunId("r1"), plan);
    at(0, RunStarted{});
    at(0, RunPrepared{});
  }

  void at(double minute, EventBody body) {
    events.push_back({1'000'000 + static_cast<Millis>(minute * 60'000), std::move(body)});
    apply_event(state, events.back());
  }
  void starts(double minute, const char* name, int attempt = 1) {
    at(minute, AgentAssigned{AgentName(name), attempt, ObjectId("s")});
    at(minute, WorktreeReady{AgentName(name), attempt, "/w"});
    at(minute, AgentStarting{AgentName(name), attempt});
  }
  void ends(double minute, const char* name, double minutes, int code = 0, int attempt = 1) {
    at(minute, AgentExited{AgentName(name), attempt, ExitKind::exited, code, minutes * 60});
  }
  void comes_in(double minute, const char* name) {
    const AgentName agent(name);
    at(minute, AgentCollected{agent, 1, ObjectId(std::string("t") + name), {}, 1});
    const ObjectId onto = state.integration.candidate;
    const Step step{agent, ObjectId("s"), ObjectId(std::string("t") + name),
                    ObjectId(std::string("c") + name), ObjectId("tree")};
    at(minute, TrialBuilt{onto, {step}, {}, {}});
    at(minute, Accepting{onto, step.commit});
    at(minute, Accepted{step.commit});
  }
  [[nodiscard]] Pace pace(bool at_work = false, double minute = 0) const {
    return pace_of(state, events, at_work, 1'000'000 + static_cast<Millis>(minute * 60'000));
  }

  RunState state;
  std::vector<Event> events;
};

}  // namespace

TEST_CASE("pace: two agents at once for ten minutes save half of the time") {
  Told run;
  run.starts(0, "a");
  run.starts(0, "b");
  run.ends(10, "a", 10);
  run.ends(10, "b", 10);
  run.comes_in(10, "a");
  run.comes_in(10, "b");
  const auto pace = run.pace();
  CHECK(pace.worked_s == 600);
  CHECK(pace.busy_s == 600);
  CHECK(*efficiency(pace) == Approx(0.5));
  CHECK(*coordination_overhead(pace) == 0);
  CHECK(*failure_rate(pace) == 0);
  CHECK(*rate_per_hour(pace, 5) == Approx(30));
  CHECK(*seconds_left(pace, 5, 15) == Approx(1800));
}

TEST_CASE("pace: time in which nobody worked on the run does not count, what goes on now does") {
  Told run;
  run.starts(1, "a");
  run.at(2, AgentExited{AgentName("a"), 1, ExitKind::stopped, 0, 60});
  run.at(600, RunResumed{});
  run.starts(601, "a", 2);
  const auto left = run.pace(false, 700);
  CHECK(left.worked_s == 180);
  CHECK(left.busy_s == 60);
  const auto now = run.pace(true, 602);
  CHECK(now.worked_s == 240);
  CHECK(now.busy_s == 120);
  CHECK(now.ended == 0);
  CHECK(*coordination_overhead(now) == Approx(0.5));
}

TEST_CASE("pace: while nobody worked on the run, what an agent did alone does not count either") {
  Told run;
  run.starts(0, "a");
  run.at(60, RunResumed{});
  run.ends(61, "a", 61);
  run.comes_in(63, "a");
  const auto pace = run.pace();
  CHECK(pace.worked_s == 180);
  CHECK(pace.busy_s == 60);
}

TEST_CASE("pace: an agent that was stopped, and started again when asked, has not failed") {
  Told run;
  run.starts(0, "a");
  run.at(1, AgentExited{AgentName("a"), 1, ExitKind::stopped, 0, 60});
  AgentRetried retried;
  retried.agent = AgentName("a");
  retried.cause = RetryCause::asked;
  run.at(100, retried);
  run.starts(100, "a", 2);
  run.ends(102, "a", 2, 0, 2);
  run.comes_in(102, "a");
  CHECK(run.pace().recovered == 0);
}

TEST_CASE("pace: an agent that failed and came in later has recovered, in so many times its work") {
  Told run;
  run.starts(0, "a");
  run.ends(2, "a", 2, 1);
  AgentRetried retried;
  retried.agent = AgentName("a");
  run.at(2, retried);
  run.starts(3, "a", 2);
  run.ends(6, "a", 2, 0, 2);
  run.comes_in(6, "a");
  const auto pace = run.pace();
  CHECK(pace.ended == 2);
  CHECK(pace.failed == 1);
  CHECK(*failure_rate(pace) == Approx(0.5));
  CHECK(pace.recovered == 1);
  CHECK(pace.recovery_ratio == Approx(2));
  CHECK(pace.accepted_s == 120);
}

TEST_CASE("pace: too early, there is nothing to say") {
  Told run;
  run.starts(0, "a");
  const auto pace = run.pace(true, 0.5);
  CHECK_FALSE(rate_per_hour(pace, 3));
  CHECK_FALSE(seconds_left(pace, 3, 1));
  CHECK_FALSE(efficiency(pace));
  CHECK_FALSE(coordination_overhead(pace));
  CHECK_FALSE(failure_rate(pace));
  CHECK_FALSE(rate_per_hour(run.pace(true, 30), 0));
}
