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
    if (keeps_work) REQUIRE(database.put_work(plan));
    run = *database.create_run({plan.id, base, tree}, 1);
    const AgentName fix("fix-1");
    append(2, core::RunPrepared{});
    if (existed) {
      append(3, core::BranchesTaken{{{fix, RefName("refs/heads/fix"), base, base}}});
    } else {
      append(3, core::AgentAssigned{fix, 1, base});
      append(4, core::WorktreeReady{fix, 1, "/w"});
      append(1000, core::AgentStarting{fix, 1});
      // Recorded a day later: the run was resumed.
      append(86400000, core::AgentExited{fix, 1, ExitKind::exited, 0, took});
      append(86400001, core::AgentCollected{fix, 1, base, {"x"}, 1});
    }
    append(86400002, core::TrialBuilt{base, {{fix, base, base, base, tree}}, AgentName(), {}});
    append(86400003, core::TrialValidated{tree, {}});
    append(86400004, core::Accepting{base, base});
    append(86400005, core::Accepted{base});
  }
  void append(Millis at, core::EventBody body) { REQUIRE(database.append(run, {at, std::move(body)})); }

  void change(const std::string& sql) const {
    const auto connection = store::Connection::open(project.repository.state_dir() + "/state.db",
                                                    store::Connection::Durability::full);
    REQUIRE(connection);
    REQUIRE(connection->execute(sql.c_str()));
  }

  bool keeps_work = true;
  bool existed = false;  // `fix` is a branch that existed
  double took = 60;
  RunId run;
};

std::vector<core::FinishedItem> finished_by_fix() {
  std::vector<core::FinishedItem> finished;
  for (const auto* id : {"a", "b"})
    finished.push_back({ItemId(id), core::work_hash({}), AgentName("fix-1"), AgentName("fix"), RunId("r1")});
  return finished;
}

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
  CHECK(f.work().finished == finished_by_fix());
  CHECK(f.work().unlanded == std::vector{RunId("r1")});
  CHECK(f.work("other").finished.empty());
}

TEST_CASE("earlier work: a branch that existed says nothing about the agent of its name") {
  Fixture f;
  f.existed = true;
  f.add_run();
  f.repo.git({"update-ref", "refs/par/r1/candidate", f.base.str()});
  CHECK(f.work().timed.empty());
}

TEST_CASE("earlier work: a run whose record is damaged is left out, with a warning") {
  Fixture f;
  f.add_run();
  f.add_run();
  f.change("UPDATE event SET body = '{}' WHERE run = 'r1' AND seq = 3");
  const auto work = f.work();
  CHECK(work.timed.size() == 1);
  REQUIRE(work.warnings.size() == 1);
  CHECK(work.warnings.front() ==
        "run 'r1' is left out of account: the journal of run 'r1' is damaged at event 3");
}

TEST_CASE("earlier work: a command that took no time that could be measured took some") {
  Fixture f;
  f.took = 0;
  f.add_run();
  CHECK(core::learn_times(f.work().timed).of_category.at("x") == core::EarlierTimes::Mean{1, 2});
}

TEST_CASE("earlier work: of runs that kept it the plan is not read, of others it is") {
  Fixture f;
  f.keeps_work = GENERATE(true, false);
  f.add_run();
  f.repo.git({"update-ref", "refs/par/r1/candidate", f.base.str()});
  const std::set<AgentName> had_items{AgentName("fix"), AgentName("fix-1")};
  CHECK(f.work().finished == finished_by_fix());
  CHECK(f.work().had_items == had_items);
  if (f.keeps_work) {
    f.change("UPDATE plan SET body = 'x'");
    CHECK(f.work().finished == finished_by_fix());
    CHECK(f.work().had_items == had_items);
    CHECK(f.work().warnings.empty());
  }
}

TEST_CASE("earlier work: what was kept and reads wrong is made from the plan") {
  Fixture f;
  f.add_run();
  f.repo.git({"update-ref", "refs/par/r1/candidate", f.base.str()});
  f.change(R"(UPDATE work SET body = replace(body, '"item":"a"', '"item":"z"'))");
  CHECK(f.work().finished == finished_by_fix());
}

TEST_CASE("earlier work: an item that an import closed and found again is not finished") {
  Fixture f;
  f.add_run();
  f.repo.git({"update-ref", "refs/par/r1/candidate", f.base.str()});
  core::Item a;
  a.id = ItemId("a");
  core::Item b;
  b.id = ItemId("b");
  REQUIRE(f.database.put_import("s", "1", {&a, &b}, {}));
  CHECK(f.work().finished == finished_by_fix());
  REQUIRE(f.database.put_import("s", "2", {&b}, {a.id}));
  CHECK(f.work().finished == finished_by_fix());
  REQUIRE(f.database.put_import("s", "3", {&a, &b}, {}));
  CHECK(f.work().finished == std::vector{finished_by_fix().back()});
  REQUIRE(f.database.put_import("s", "4", {&a, &b}, {}));
  CHECK(f.work().finished == std::vector{finished_by_fix().back()});
  // A later run finishes it for good.
  f.add_run();
  f.repo.git({"update-ref", "refs/par/r2/candidate", f.base.str()});
  CHECK(f.work().finished.size() == 3);
}
