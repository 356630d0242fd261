// What is made of claims outside of the queue.
#include "app/claiming.h"

#include "os/process.h"
#include "os/system_clock.h"
#include "unit/store/queue_support.h"

using namespace par;
using namespace par::test;

TEST_CASE("claiming: a run records who of its own agents loses most, its status also shows visitors") {
  const State state;
  const auto database = state.open();
  store::Queue queue(database, [] { return core::Moment{os::boot_name(), os::SystemClock().monotonic()}; });
  const auto plan = queue_plan({{"one", {queue_item("a", {"x"})}}, {"two", {queue_item("b", {"x"})}}});
  for (const char* run : {"r1", "r2"}) REQUIRE(queue.lay_out(RunId(run), plan));
  const auto visitor = [](const char* name) {
    return store::QueueSession{RunId(), {AgentName(name), 0}, "", 60'000};
  };
  REQUIRE(queue.claim_paths(visitor("me"), {RepoPath("x")}, {}));
  const auto lose = [&](const char* run, const char* agent, int times) {
    for (int i = 0; i < times; ++i)
      REQUIRE(queue.next({RunId(run), {AgentName(agent), 1}, "", 60'000}, 1, std::nullopt, [] { return 1; })
                  ->others_hold);
  };
  lose("r1", "one", 4);
  CHECK_FALSE(*app::worst_loser(database, RunId("r1")));
  lose("r1", "one", 1);
  lose("r1", "two", 6);
  lose("r2", "one", 7);
  for (int i = 0; i < 8; ++i) CHECK_FALSE(queue.claim_paths(visitor("you"), {RepoPath("x")}, {}));

  const auto worst = *app::worst_loser(database, RunId("r1"));
  REQUIRE(worst);
  CHECK(worst->agent == AgentName("two"));
  CHECK(worst->losses == 6);
  std::vector<std::string> shown;
  const auto view = app::view_queue(database, RunId("r1"));
  REQUIRE(view);
  for (const auto& row : view->losing) shown.push_back(row.agent.str());
  CHECK(shown == std::vector<std::string>{"you", "one", "two"});
  CHECK_FALSE(*app::worst_loser(database, RunId("r3")));
}
