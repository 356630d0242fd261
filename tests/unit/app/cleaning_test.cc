#include "app/cleaning.h"

#include <set>

#include "app/agent_job.h"
#include "os/files.h"
#include "store/queue.h"
#include "support/catch.h"
#include "support/git_repo.h"
#include "unit/store/queue_support.h"

using namespace par;

namespace {

// A repository with two runs that landed nowhere and are over: each has records of jobs.
struct Runs {
  Runs() {
    repo.write("x", "x\n");
    base = ObjectId(repo.commit("base"));
    auto plan = test::queue_plan({{"a", {test::queue_item("i", {"x"})}}});
    plan.base = base;
    plan.worktrees = "../w/{run}/{agent}";
    plan.id = *database.put_plan(plan);
    for (int i = 0; i < 2; ++i) {
      const auto run = database.create_run({plan.id, base, ObjectId("t")}, 1);
      REQUIRE(run);
      REQUIRE(database.append(*run, {2, core::RunFinished{core::RunEnd::failed}}));
      REQUIRE(os::make_directories(jobs(run->str()), 0700));
      REQUIRE(queue.lay_out(*run, plan));
    }
  }

  [[nodiscard]] std::string jobs(const std::string& run) const {
    return app::RunPaths{project.repository.state_dir(), RunId(run)}.jobs();
  }

  test::GitRepo repo;
  ObjectId base;
  app::Project project = *app::open_project(repo.root());
  store::Database database = *store::Database::open(project.repository.state_dir());
  store::Queue queue{database, [] { return core::Moment{"boot", 1}; }};
};

}  // namespace

TEST_CASE("cleaning: a run whose record is damaged is left alone, and is no obstacle for the others") {
  const Runs runs;
  const auto connection = store::Connection::open(runs.project.repository.state_dir() + "/state.db",
                                                  store::Connection::Durability::full);
  REQUIRE(connection);
  REQUIRE(connection->execute("UPDATE event SET at = 7 WHERE run = 'r1'"));
  const auto found = app::runs_to_clean(runs.project, runs.database);
  REQUIRE(found);
  CHECK(found->damaged == std::vector{RunId("r1")});
  REQUIRE(found->runs.size() == 1);
  CHECK(found->runs.front().id == RunId("r2"));
}

TEST_CASE(
    "cleaning: what is removed is not found again, of its queue what was left undone stays, and other runs "
    "keep theirs") {
  Runs runs;
  const store::QueueSession session{RunId("r1"), {AgentName("a"), 1}, "", 1000};
  REQUIRE(runs.queue.next(session, 1, std::nullopt, [] { return 0; })->items.size() == 1);
  REQUIRE(runs.queue.claims()->size() == 1);
  const auto cleaned = app::clean_run(runs.project, runs.database, RunId("r1"));
  if (!cleaned) FAIL(cleaned.error().message);
  CHECK(*runs.queue.is_laid_out(RunId("r1")) == false);
  CHECK(*runs.queue.left_undone(RunId("r1"), AgentName("a")) == std::set{ItemId("i")});
  CHECK(runs.queue.claims()->empty());
  CHECK(*runs.queue.has_item(RunId("r2"), ItemId("i")));
  CHECK_FALSE(os::exists(runs.jobs("r1")));
  const auto found = app::runs_to_clean(runs.project, runs.database);
  REQUIRE(found);
  REQUIRE(found->runs.size() == 1);
  CHECK(found->runs.front().id == RunId("r2"));
}
