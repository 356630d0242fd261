#include "app/earlier_work.h"

#include "support/catch.h"
#include "support/git_repo.h"
#include "unit/store/state.h"

using namespace par;
using namespace par::test;

namespace {

// A run of two agents, of which `fix` was accepted, after its command took 60 s, and `docs` never started.
struct Fixture {
  GitRepo repo;
  ObjectId base{repo.commit("base")};
  app::Project project = *app::open_project(repo.root());
  store::Database database = *store::Database::open(project.repository.state_dir());

  [[nodiscard]] app::EarlierWork work(const std::string& target = "main") {
    auto work = app::read_earlier_work(project, database, {RefName("refs/heads/" + target), base, {}, {}});
    if (!work) FAIL(work.error().message);
    return *std::move(work);
  }

  void add_run() {
    core::Plan plan;
    plan.base = base;
    plan.target = RefName("refs/heads/main");
    for (const auto* name : {"fix-1", "docs"}) {
      core::PlannedAgent agent;
      agent.spec.name = AgentName(name);
      plan.agents.push_back(agent);
    }
    plan.agents[0].spec.pool = AgentName("fix");
    for (const auto* id : {"a", "b"}) {
      core::Item item;
      item.id = ItemId(id);
      item.category = "x";
      plan.agents[0].items.push_back(item);
    }
    plan.phases = 1;
    plan.id = *database.put_plan(plan);
    const ObjectId tree(repo.rev("HEAD^{tree}"));
    run = *database.create_run({plan.id, base, tree}, 1);
    const AgentName fix("fix-1");
    append(2, core::RunPrepared{});
    append(3, core::AgentAssigned{fix, 1, base});
    append(4, core::WorktreeReady{fix, 1, "/w"});
    append(1000, core::AgentStarting{fix, 1});
    // Recorded a day later: the run was resumed.
    append(86400000, core::AgentExited{fix, 1, ExitKind::exited, 0, 60});
    append(86400001, core::AgentCollected{fix, 1, base, {"x"}, 1});
    append(86400002, core::TrialBuilt{base, {{fix, base, base, base, tree}}, AgentName(), {}});
    append(86400003, core::TrialValidated{tree, {}});
    append(86400004, core::Accepting{base, base});
    append(86400005, core::Accepted{base});
  }
  void append(Millis at, core::EventBody body) { REQUIRE(database.append(run, {at, std::move(body)})); }

  RunId run;
};

}  // namespace

TEST_CASE("earlier work: times and finished items of what was accepted") {
  Fixture f;
  CHECK(f.work().timed.empty());
  f.add_run();
  const auto without_candidate = f.work();
  REQUIRE(without_candidate.timed.size() == 1);
  CHECK(without_candidate.timed.front().seconds == 60);
  CHECK(without_candidate.timed.front().categories == std::vector<std::string>{"x", "x"});
  CHECK(without_candidate.finished.empty());
  f.repo.git({"update-ref", "refs/par/r1/candidate", f.base.str()});
  const AgentName fix("fix-1");
  CHECK(f.work().finished == std::vector<core::FinishedItem>{{ItemId("a"), fix, AgentName("fix")},
                                                             {ItemId("b"), fix, AgentName("fix")}});
  CHECK(f.work().unlanded == std::vector{RunId("r1")});
  CHECK(f.work("other").finished.empty());
}

TEST_CASE("earlier work: a run whose record is damaged is left out, with a warning") {
  Fixture f;
  f.add_run();
  f.add_run();
  const auto connection = store::Connection::open(f.project.repository.state_dir() + "/state.db",
                                                  store::Connection::Durability::full);
  REQUIRE(connection);
  REQUIRE(connection->execute("UPDATE event SET body = '{}' WHERE run = 'r1' AND seq = 3"));
  const auto work = f.work();
  CHECK(work.timed.size() == 1);
  REQUIRE(work.warnings.size() == 1);
  CHECK(work.warnings.front() ==
        "run 'r1' is left out of account: the journal of run 'r1' is damaged at event 3");
}
