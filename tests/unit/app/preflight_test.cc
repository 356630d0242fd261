#include "app/preflight.h"

#include <algorithm>

#include "support/catch.h"
#include "support/git_repo.h"
#include "unit/store/state.h"

using namespace par;

TEST_CASE("preflight: a run whose record is damaged is named, and the rest is said all the same") {
  const test::GitRepo repo;
  repo.write(".gitpar.toml", "target = \"main\"\n[agent.a]\nowns = [\"**\"]\nrun = \"true\"\n");
  repo.write("x", "x\n");
  const ObjectId base(repo.commit("base"));
  const auto project = app::open_project(repo.root());
  REQUIRE(project);
  {
    auto database = *store::Database::open(project->repository.state_dir());
    core::Plan plan;
    plan.base = base;
    plan.id = *database.put_plan(plan);
    for (int i = 0; i < 2; ++i) REQUIRE(database.create_run({plan.id, base, ObjectId("t")}, 1));
  }
  repo.git({"update-ref", "refs/par/r2/candidate", base.str()});
  const auto connection = store::Connection::open(project->repository.state_dir() + "/state.db",
                                                  store::Connection::Durability::full);
  REQUIRE(connection);
  REQUIRE(connection->execute("UPDATE event SET at = 7 WHERE run = 'r1'"));

  const auto preflight = app::check_preflight(*project, repo.root(), {});
  REQUIRE(preflight);
  const auto& checks = preflight->checks;
  const auto left =
      std::find_if(checks.begin(), checks.end(), [](const auto& c) { return c.name == "leftovers"; });
  REQUIRE(left != checks.end());
  CHECK(left->result == core::CheckResult::warning);
  CHECK(left->detail ==
        "run 'r1' cannot be read: the journal of run 'r1' is damaged at event 1, run 'r2' is not over");
  CHECK(checks.size() == 8);
}
