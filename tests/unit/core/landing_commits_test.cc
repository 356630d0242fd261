#include "core/landing_commits.h"

#include "base/check.h"
#include "support/catch.h"

namespace par::core {
namespace {

PlannedAgent planned(const std::string& name, int phase,
                     const std::vector<std::pair<std::string, std::string>>& items) {
  PlannedAgent agent;
  agent.spec.name = AgentName(name);
  agent.phase = phase;
  for (const auto& [id, title] : items) {
    Item item;
    item.id = ItemId(id);
    item.title = title;
    agent.items.push_back(std::move(item));
  }
  return agent;
}

Step step(const std::string& name, const std::string& start) {
  return {AgentName(name), ObjectId(start), ObjectId("tip-" + name), ObjectId("commit-" + name),
          ObjectId("tree-" + name)};
}

// errors and perf started from the base, docs from the candidate with both.
struct World {
  Plan plan;
  RunState state;
  std::vector<Step> steps;
  UndoneItems undone;

  World() {
    plan.base = ObjectId("base");
    plan.phases = 2;
    plan.agents = {planned("errors", 1, {{"SEC-1", "validate the token"}, {"SEC-2", ""}}),
                   planned("perf", 1, {}), planned("docs", 2, {{"D-1", "describe it"}})};
    state = initial_state(RunId("r1"), plan);
    state.integration.base = ObjectId("base");
    state.agents[0].files = 31;
    state.agents[0].commits = 4;
    state.agents[1].files = 1;
    state.agents[1].commits = 1;
    steps = {step("perf", "base"), step("errors", "base"), step("docs", "commit-errors")};
  }

  [[nodiscard]] std::vector<CommitSpec> commits() const {
    return landing_commits(plan, state, steps, undone);
  }
};

std::vector<ObjectId> oids(const std::vector<std::string>& texts) {
  std::vector<ObjectId> oids;
  for (const auto& text : texts) oids.emplace_back(text);
  return oids;
}

TEST_CASE("landing commits: an item that its agent did not say to be done is named by none of them") {
  World world;
  world.undone = {{AgentName("errors"), {ItemId("SEC-1")}}, {AgentName("docs"), {ItemId("D-1")}}};
  for (const auto strategy : {Strategy::merge, Strategy::single, Strategy::squash}) {
    world.plan.strategy = strategy;
    std::string all;
    for (const auto& commit : world.commits()) all += commit.message;
    CHECK(all.find("SEC-1") == std::string::npos);
    CHECK(all.find("validate the token") == std::string::npos);
    CHECK(all.find("D-1") == std::string::npos);
    CHECK(all.find("\nPar-Item: SEC-2\n") != std::string::npos);
    CHECK(all.find("errors: 31 files, 4 commits, 1 item\n") != std::string::npos);
  }
}

TEST_CASE("landing commits: a merge is one commit with every branch as a parent and the breakdown") {
  const auto commits = World().commits();
  REQUIRE(commits.size() == 1);
  CHECK(commits[0].tree == ObjectId("tree-docs"));
  CHECK(commits[0].merged == oids({"tip-perf", "tip-errors", "tip-docs"}));
  CHECK(commits[0].author_of.empty());
  CHECK(commits[0].message ==
        "Merge 3 agents of run r1\n"
        "\n"
        "Phase 1\n"
        "  perf: 1 file, 1 commit\n"
        "  errors: 31 files, 4 commits, 2 items\n"
        "    SEC-1 validate the token\n"
        "    SEC-2\n"
        "Phase 2\n"
        "  docs: 0 files, 0 commits, 1 item\n"
        "    D-1 describe it\n"
        "\n"
        "Par-Run: r1\n"
        "Par-Agent: perf\n"
        "Par-Agent: errors\n"
        "Par-Item: SEC-1\n"
        "Par-Item: SEC-2\n"
        "Par-Agent: docs\n"
        "Par-Item: D-1\n");
}

TEST_CASE("landing commits: a branch that began on an earlier candidate is no parent") {
  World world;
  world.steps[2].start = ObjectId("old-candidate");
  const auto commits = world.commits();
  CHECK(commits[0].merged == oids({"tip-perf", "tip-errors"}));
  CHECK(commits[0].message.find(
            "    D-1 describe it\n    (not a parent of this commit: the branch began on an earlier "
            "candidate)\n") != std::string::npos);
}

TEST_CASE(
    "landing commits: a branch from the moved base of the candidate is a parent, and so is one from the "
    "run's") {
  World world;
  world.state.integration.base = ObjectId("moved");
  world.steps[2].start = ObjectId("moved");
  CHECK(world.commits()[0].merged == oids({"tip-perf", "tip-errors", "tip-docs"}));
}

TEST_CASE("landing commits: one tip is one parent") {
  World world;
  world.steps[2].tip = world.steps[0].tip;
  CHECK(world.commits()[0].merged == oids({"tip-perf", "tip-errors"}));
}

TEST_CASE("landing commits: a merge of one names it") {
  World world;
  world.steps.resize(1);
  CHECK(world.commits()[0].message.starts_with("Merge 'perf' of run r1\n\n"));
}

TEST_CASE("landing commits: a squash is one commit per agent, each with its own tree and author") {
  World world;
  world.plan.strategy = Strategy::squash;
  const auto commits = world.commits();
  REQUIRE(commits.size() == 3);
  CHECK(commits[0].tree == ObjectId("tree-perf"));
  CHECK(commits[0].merged.empty());
  CHECK(commits[0].author_of == ObjectId("tip-perf"));
  CHECK(commits[0].message ==
        "perf: work of run r1\n\nPhase 1\n  perf: 1 file, 1 commit\n\nPar-Run: r1\nPar-Agent: perf\n");
  CHECK(commits[1].message.starts_with("errors: validate the token\n\n"));
  CHECK(
      commits[1].message.ends_with("\n\nPar-Run: r1\nPar-Agent: errors\nPar-Item: SEC-1\nPar-Item: SEC-2\n"));
  CHECK(commits[2].tree == ObjectId("tree-docs"));
}

TEST_CASE("landing commits: a single commit has the candidate's tree and no further parents") {
  World world;
  world.plan.strategy = Strategy::single;
  world.steps[2].start = ObjectId("old-candidate");
  const auto commits = world.commits();
  REQUIRE(commits.size() == 1);
  CHECK(commits[0].tree == ObjectId("tree-docs"));
  CHECK(commits[0].merged.empty());
  CHECK(commits[0].message.starts_with("Land 3 agents of run r1\n\nPhase 1\n"));
  CHECK(commits[0].message.find("not a parent") == std::string::npos);
}

TEST_CASE("landing commits: a step that changes nothing any more has no part in them") {
  World world;
  world.state.integration.base_tree = ObjectId("tree-base");
  world.plan.strategy = GENERATE(Strategy::merge, Strategy::squash, Strategy::single);
  world.steps[0].tree = world.state.integration.base_tree;
  world.steps[2].tree = world.steps[1].tree;
  const auto commits = world.commits();
  REQUIRE(commits.size() == 1);
  CHECK(commits[0].tree == ObjectId("tree-errors"));
  CHECK(commits[0].merged == (world.plan.strategy == Strategy::merge ? oids({"tip-errors"}) : oids({})));
  CHECK(
      commits[0].message.ends_with("\n\nPar-Run: r1\nPar-Agent: errors\nPar-Item: SEC-1\nPar-Item: SEC-2\n"));
  world.steps[1].tree = world.steps[0].tree;
  world.steps.resize(2);
  CHECK(world.commits().empty());
  CHECK(steps_that_change(world.state, world.steps).empty());
}

TEST_CASE("landing commits: a title cannot forge trailers or break the subject") {
  World world;
  world.plan.strategy = Strategy::squash;
  world.plan.agents[0].items[0].title = "fix\n\nPar-Agent: docs\n\x1b[2J";
  const auto message = world.commits()[1].message;
  CHECK(message.starts_with("errors: fix  Par-Agent: docs  [2J\n\n"));
  CHECK(message.find("\nPar-Agent: docs") == std::string::npos);
}

TEST_CASE("landing commits: long titles are cut at whole characters") {
  World world;
  world.plan.strategy = Strategy::squash;
  std::string title;
  for (int i = 0; i < 100; ++i) title += "\xc3\xa9";
  world.plan.agents[0].items[0].title = title;
  const auto message = world.commits()[1].message;
  const auto subject = message.substr(0, message.find('\n'));
  CHECK(subject == "errors: " + title.substr(0, 2 * 61) + "...");
  world.plan.agents[0].items[0].title = std::string(64, 'x');
  CHECK(world.commits()[1].message.starts_with("errors: " + std::string(64, 'x') + "\n"));
}

TEST_CASE("landing commits: many items are cut in the breakdown and complete in the trailers") {
  World world;
  for (int i = 0; i < 25; ++i) {
    Item item;
    item.id = ItemId("P-" + std::to_string(i));
    world.plan.agents[1].items.push_back(item);
  }
  const auto message = world.commits()[0].message;
  CHECK(message.find("    P-19\n    and 5 more\n") != std::string::npos);
  CHECK(message.find("    P-20\n") == std::string::npos);
  CHECK(message.find("Par-Item: P-24\n") != std::string::npos);
}

TEST_CASE("landing commits: a rebase is each agent's own commits, with its trailers") {
  World world;
  world.plan.strategy = Strategy::rebase;
  world.steps[0].replayed = {{ObjectId("s1"), ObjectId("c1"), ObjectId("t1")},
                             {ObjectId("s2"), ObjectId("c2"), ObjectId("tree-perf")}};
  world.steps[1].replayed = {{ObjectId("s3"), ObjectId("c3"), ObjectId("tree-errors")}};
  const auto commits = world.commits();
  REQUIRE(commits.size() == 3);
  CHECK(commits[0].tree == ObjectId("t1"));
  CHECK(commits[0].merged.empty());
  CHECK(commits[0].author_of == ObjectId("s1"));
  CHECK(commits[0].message_of == ObjectId("s1"));
  CHECK(commits[0].message == "Par-Run: r1\nPar-Agent: perf\n");
  CHECK(commits[2].message == "Par-Run: r1\nPar-Agent: errors\nPar-Item: SEC-1\nPar-Item: SEC-2\n");
}

TEST_CASE("landing commits: branches that existed stand there by their own names, whatever they began on") {
  World world;
  for (auto& agent : world.state.agents) agent.branch = RefName("refs/heads/topic/" + agent.name.str());
  world.steps[0].start = ObjectId("years ago");
  world.steps[1].start = ObjectId();
  auto commits = world.commits();
  CHECK(commits[0].merged == oids({"tip-perf", "tip-errors", "tip-docs"}));
  CHECK(commits[0].message.starts_with("Merge 3 branches of run r1\n\n  topic/perf: 1 file, 1 commit\n"));
  world.state.integration.holds_run_base = false;
  CHECK(world.commits()[0].merged.empty());
  world.steps.resize(1);
  CHECK(world.commits()[0].message.starts_with("Merge branch 'topic/perf'\n\n"));
  world.plan.strategy = Strategy::squash;
  commits = world.commits();
  CHECK(commits[0].message_of == ObjectId("tip-perf"));  // its only commit
  CHECK(commits[0].message == "Par-Run: r1\nPar-Agent: perf\n");
  world.state.agents[1].commits = 2;
  CHECK(world.commits()[0].message.starts_with("topic/perf: work of run r1\n\n  topic/perf: 1 file"));
}

TEST_CASE("landing commits: a landing of nothing is a bug") {
  World world;
  world.steps.clear();
  CHECK_THROWS_AS(world.commits(), BugFound);
}

TEST_CASE("landing commits: a revert names what it reverts, whose work that was, and what of it") {
  World world;
  auto& landing = world.state.landing;
  world.state.integration.steps = world.steps;
  landing.revert = RevertRequested{{AgentName("errors")}, {}, {}, {ObjectId("landed")}};
  const auto commit = revert_commit(world.plan, world.state, ObjectId("without"), world.undone);
  CHECK(commit.tree == ObjectId("without"));
  CHECK(commit.merged.empty());
  CHECK(commit.message ==
        "Revert 'errors' of run r1\n"
        "\n"
        "This reverts a part of commit landed.\n"
        "\n"
        "Phase 1\n"
        "  errors: 31 files, 4 commits, 2 items\n"
        "    SEC-1 validate the token\n"
        "    SEC-2\n"
        "\n"
        "Par-Run: r1\n"
        "Par-Agent: errors\n"
        "Par-Item: SEC-1\n"
        "Par-Item: SEC-2\n");
  const auto begins = [&](const std::string& text) {
    return revert_commit(world.plan, world.state, ObjectId("without"), world.undone)
        .message.starts_with(text);
  };
  landing.strategy = Strategy::squash;
  landing.revert->agents.emplace_back("docs");
  landing.revert->commits = oids({"c1", "c2"});
  CHECK(begins("Revert 2 agents of run r1\n\nThis reverts commit c1.\nThis reverts commit c2.\n\nPhase 1\n"));
  landing.strategy = Strategy::merge;
  landing.revert->agents.emplace_back("perf");
  landing.revert->commits = oids({"landed"});
  CHECK(begins("Revert 3 agents of run r1\n\nThis reverts commit landed.\n\nPhase 1\n"));
}

}  // namespace
}  // namespace par::core
