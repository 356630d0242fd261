// The main job with the real program and real git: plan, run, validate, merge.
#include "base/strings.h"
#include "support/catch.h"
#include "support/sandbox.h"

using par::test::good_agent;
using par::test::Sandbox;
using par::test::write_two_directories;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("run: three agents in two phases are validated, accepted and landed") {
  Sandbox sandbox;
  par::test::write_three_agents(sandbox);
  const auto before = sandbox.git({"rev-parse", "main"});

  const auto run = sandbox.par({"run"});
  INFO(run.out << run.err);
  REQUIRE(run.exit_code == 0);
  CHECK(has(run.out, "run r1: ready, 3 of 3 agents accepted"));
  CHECK(sandbox.git({"rev-parse", "main"}) == before);
  CHECK(sandbox.git({"status", "--porcelain"}).empty());

  const auto merge = sandbox.par({"merge"});
  INFO(merge.out << merge.err);
  REQUIRE(merge.exit_code == 0);
  CHECK(sandbox.read("src/gamma/work.txt") == "alpha\n");
  CHECK(sandbox.read("src/beta/work.txt") == "beta\n");
  CHECK(sandbox.git({"status", "--porcelain"}).empty());
  CHECK(sandbox.git({"rev-parse", "main^{tree}"}) ==
        sandbox.git({"rev-parse", "refs/par/r1/candidate^{tree}"}));
  CHECK(sandbox.git({"rev-parse", "main^1"}) == before);
  CHECK(has(sandbox.git({"log", "-1", "--format=%B", "main"}), "Par-Agent: beta"));
  sandbox.assert_clean();
}

TEST_CASE("run: two agents that own the same file work one after the other") {
  Sandbox sandbox;
  write_two_directories(sandbox,
                        "[agent.one]\nowns = [\"src/a/**\"]\nrun = \"echo one >> src/a/file.txt\"\n"
                        "[agent.two]\nowns = [\"src/a/file.txt\"]\nrun = \"echo two >> src/a/file.txt\"\n");
  const auto plan = sandbox.par({"plan"});
  CHECK(has(plan.out, "one and two can both change 'src/a/file.txt'"));
  CHECK(has(plan.out, "2 agents in 2 phases"));
  REQUIRE(sandbox.par({"run", "--land"}).exit_code == 0);
  CHECK(sandbox.read("src/a/file.txt") == "as it was\none\ntwo\n");
  sandbox.assert_clean();
}

TEST_CASE("run: an agent that breaks a test is rejected alone and the test is named") {
  Sandbox sandbox;
  write_two_directories(
      sandbox, good_agent() + "[agent.bad]\nowns = [\"src/a/**\"]\nrun = \"echo broken > src/a/file.txt\"\n");
  const auto run = sandbox.par({"run", "--land"});
  INFO(run.out << run.err);
  CHECK(run.exit_code == 1);
  CHECK(has(run.out, "breaks 'unit' on top of the candidate"));
  CHECK(sandbox.read("src/b/good.txt") == "good\n");
  CHECK(sandbox.read("src/a/file.txt") == "as it was\n");
  sandbox.assert_clean();
}

TEST_CASE(
    "run: ownership violated: an agent that changes a file it does not own is rejected and the file named") {
  Sandbox sandbox;
  write_two_directories(sandbox, good_agent() +
                                     "[agent.bad]\nowns = [\"src/a/**\"]\nforbids = [\"src/a/file.txt\"]\n"
                                     "run = \"echo x > src/a/new.txt; echo x > src/a/file.txt\"\n");
  const auto run = sandbox.par({"run"});
  INFO(run.out << run.err);
  CHECK(run.exit_code == 1);
  CHECK(has(run.out, "changed 'src/a/file.txt', which it does not own"));
  sandbox.assert_clean();
}

TEST_CASE("run: which commit of a submodule is taken is its owner's to change, and nobody else's") {
  Sandbox sandbox;
  const std::string move =
      "git update-index --cacheinfo 160000,$(git rev-parse HEAD),src/b/lib && git commit -qm move";
  write_two_directories(sandbox, "[agent.other]\nowns = [\"src/a/**\"]\nrun = '''" + move +
                                     "'''\n[agent.owner]\nowns = [\"src/b/**\"]\nrun = '''" + move + "'''\n");
  const auto linked = sandbox.git({"rev-parse", "HEAD"});
  sandbox.git({"update-index", "--add", "--cacheinfo", "160000," + linked + ",src/b/lib"});
  sandbox.git({"commit", "-qm", "submodule"});
  sandbox.shell("mkdir src/b/lib");
  const auto base = sandbox.git({"rev-parse", "HEAD"});
  const auto run = sandbox.par({"run", "--land"});
  INFO(run.out << run.err);
  CHECK(run.exit_code == 1);
  CHECK(has(run.out, "changed 'src/b/lib', which it does not own"));
  CHECK(has(run.out, "1 of 2 agents landed"));
  CHECK(sandbox.git({"rev-parse", "main:src/b/lib"}) == base);
  sandbox.assert_clean();
}

TEST_CASE("run: failing, doing nothing, and leaving work uncommitted each end as documented") {
  Sandbox sandbox;
  write_two_directories(sandbox,
                        good_agent() +
                            "[agent.fails]\nowns = [\"src/a/1/**\"]\nrun = \"exit 3\"\n"
                            "[agent.idle]\nowns = [\"src/a/2/**\"]\nrun = \"true\"\n"
                            "[agent.absent]\nowns = [\"src/a/3/**\"]\nrun = \"no-such-agent-command\"\n");
  const auto run = sandbox.par({"run"});
  INFO(run.out << run.err);
  CHECK(run.exit_code == 1);
  CHECK(has(run.out, "exited with 3"));
  CHECK(has(run.out, "exited with 127"));
  CHECK(has(run.out, "no change"));
  CHECK(has(sandbox.git({"log", "-1", "--format=%B", "par/r1/good/tip"}), "Par-Commit: orchestrator"));
  CHECK(sandbox.git({"-C", sandbox.root() + "/repo.par/r1/good", "status", "--porcelain"}).empty());
  sandbox.assert_clean();
}

TEST_CASE("merge: a target with uncommitted changes is refused and nothing is touched") {
  Sandbox sandbox;
  par::test::write_three_agents(sandbox);
  REQUIRE(sandbox.par({"run"}).exit_code == 0);
  sandbox.write("src/beta/file.txt", "my own change\n");
  const auto before = sandbox.git({"rev-parse", "main"});
  const auto merge = sandbox.par({"merge"});
  CHECK(merge.exit_code == 1);
  CHECK(has(merge.err, "has changes that are not committed"));
  CHECK(sandbox.git({"rev-parse", "main"}) == before);
  CHECK(sandbox.read("src/beta/file.txt") == "my own change\n");
  sandbox.git({"checkout", "-q", "--", "."});
  CHECK(sandbox.par({"merge"}).exit_code == 0);
  sandbox.assert_clean();
}

TEST_CASE("merge: an untracked file in the way is refused and kept") {
  Sandbox sandbox;
  par::test::write_three_agents(sandbox);
  REQUIRE(sandbox.par({"run"}).exit_code == 0);
  sandbox.write("src/beta/work.txt", "mine\n");
  const auto before = sandbox.git({"rev-parse", "main"});
  CHECK(sandbox.par({"merge"}).exit_code == 1);
  CHECK(sandbox.git({"rev-parse", "main"}) == before);
  CHECK(sandbox.read("src/beta/work.txt") == "mine\n");
  CHECK(sandbox.git({"diff", "--stat", "HEAD"}).empty());
  sandbox.assert_clean();
}

TEST_CASE("merge: a target that moved is merged with and validated again, nobody's commit is lost") {
  Sandbox sandbox;
  par::test::write_three_agents(sandbox);
  REQUIRE(sandbox.par({"run"}).exit_code == 0);
  sandbox.write("src/other.txt", "somebody else\n");
  sandbox.commit_all("somebody else's work");
  const auto foreign = sandbox.git({"rev-parse", "main"});
  const auto merge = sandbox.par({"merge", "--json"});
  INFO(merge.out << merge.err);
  REQUIRE(merge.exit_code == 0);
  CHECK(sandbox.git({"rev-parse", "main^1"}) == foreign);
  CHECK(sandbox.read("src/other.txt") == "somebody else\n");
  CHECK(sandbox.read("src/gamma/work.txt") == "alpha\n");
  CHECK(has(merge.out, "\"validation_runs\":1"));
  sandbox.assert_clean();
}

TEST_CASE("merge: work that breaks with what the target got meanwhile is left out, the rest lands") {
  Sandbox sandbox;
  sandbox.write(
      ".gitpar.toml",
      "target = \"main\"\n[[validate]]\nname = \"pair\"\nrun = \"! (test -e src/a/new && test -e other)\"\n"
      "reruns = 0\n[agent.a]\nowns = [\"src/a/**\"]\nrun = \"touch src/a/new\"\n"
      "[agent.b]\nowns = [\"src/b/**\"]\nrun = \"touch src/b/new\"\n");
  sandbox.write("src/a/file", "");
  sandbox.write("src/b/file", "");
  sandbox.commit_all("base");
  REQUIRE(sandbox.par({"run"}).exit_code == 0);
  sandbox.write("other", "");
  sandbox.commit_all("meanwhile");
  const auto merge = sandbox.par({"merge"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 0);
  CHECK(par::os::exists(sandbox.repo() + "/src/b/new"));
  CHECK_FALSE(par::os::exists(sandbox.repo() + "/src/a/new"));
  CHECK(has(merge.out, "left out  a"));
  sandbox.assert_clean();
}

TEST_CASE("merge: squash lands one commit per agent, single one commit, both with the tested tree") {
  for (const std::string strategy : {"squash", "single"}) {
    Sandbox sandbox;
    par::test::write_three_agents(sandbox);
    REQUIRE(sandbox.par({"run"}).exit_code == 0);
    REQUIRE(sandbox.par({"merge", "--strategy", strategy}).exit_code == 0);
    CHECK(sandbox.git({"rev-list", "--count", "main"}) == (strategy == "squash" ? "4" : "2"));
    CHECK(sandbox.git({"rev-parse", "main^{tree}"}) ==
          sandbox.git({"rev-parse", "refs/par/r1/candidate^{tree}"}));
    sandbox.assert_clean();
  }
}

TEST_CASE(
    "rollback with dependents: an agent leaves the candidate with whoever came after it, and the rest "
    "lands") {
  Sandbox sandbox;
  par::test::write_three_agents(sandbox);
  REQUIRE(sandbox.par({"run"}).exit_code == 0);
  const auto rollback = sandbox.par({"rollback", "alpha"});
  INFO(rollback.out << rollback.err);
  REQUIRE(rollback.exit_code == 0);
  CHECK(has(rollback.out, "rolled-back"));
  REQUIRE(sandbox.par({"merge"}).exit_code == 0);
  CHECK(sandbox.read("src/beta/work.txt") == "beta\n");
  CHECK_FALSE(par::os::exists(sandbox.repo() + "/src/alpha/work.txt"));
  CHECK_FALSE(par::os::exists(sandbox.repo() + "/src/gamma/work.txt"));
  CHECK(sandbox.par({"rollback", "beta"}).exit_code == 1);
  sandbox.assert_clean();
}

TEST_CASE("clean: removes worktrees and branches and saves what is not on the target") {
  Sandbox sandbox;
  write_two_directories(
      sandbox, good_agent() + "[agent.bad]\nowns = [\"src/a/**\"]\nrun = \"echo broken > src/a/file.txt\"\n");
  CHECK(sandbox.par({"run", "--land"}).exit_code == 1);
  const auto lost = sandbox.git({"rev-parse", "par/r1/bad/tip"});
  const auto clean = sandbox.par({"clean"});
  INFO(clean.out << clean.err);
  REQUIRE(clean.exit_code == 0);
  CHECK(sandbox.git({"worktree", "list", "--porcelain"}).find("repo.par") == std::string::npos);
  CHECK(sandbox.git({"for-each-ref", "refs/heads/par"}).empty());
  CHECK(sandbox.git({"for-each-ref", "--format=%(objectname)", "refs/par/salvage"}) == lost);
  const auto again = sandbox.par({"clean"});
  CHECK(again.exit_code == 0);
  CHECK(again.out.empty());
  sandbox.assert_clean();
}

TEST_CASE("clean: what stands in the way in one place is said, and the rest is removed") {
  Sandbox sandbox;
  write_two_directories(sandbox, good_agent() +
                                     "[agent.locked]\nowns = [\"src/a/**\"]\n"
                                     "run = \"echo a > src/a/file.txt; git worktree lock .\"\n");
  CHECK(sandbox.par({"run", "-q"}).exit_code == 0);
  CHECK(sandbox.par({"run", "-q"}).exit_code == 0);
  const auto clean = sandbox.par({"clean", "r1", "r2"});
  INFO(clean.out << clean.err);
  CHECK(clean.exit_code == 128);
  CHECK(has(clean.out, "run r1: 1 worktree removed"));
  CHECK(has(clean.out, "run r2: 1 worktree removed"));
  CHECK(has(clean.err, "r1/locked' is locked\nhint: 'git worktree unlock "));
  CHECK(has(sandbox.git({"worktree", "list"}), "r1/locked"));
  CHECK_FALSE(has(sandbox.git({"worktree", "list"}), "good"));
  CHECK_FALSE(sandbox.git({"for-each-ref", "refs/par/r1"}).empty());
  for (const std::string run : {"r1", "r2"})
    sandbox.git({"worktree", "unlock", "../repo.par/" + run + "/locked"});
  const auto again = sandbox.par({"clean"});
  INFO(again.out << again.err);
  CHECK(again.exit_code == 0);
  CHECK(has(again.out, "run r1: 1 worktree removed"));
  CHECK_FALSE(has(sandbox.git({"worktree", "list"}), "repo.par"));
  sandbox.assert_clean();
}

TEST_CASE("clean: a run that has not landed is over then") {
  Sandbox sandbox;
  write_two_directories(sandbox, good_agent());
  CHECK(sandbox.par({"run", "-q"}).exit_code == 0);
  CHECK(sandbox.par({"clean", "r1"}).exit_code == 0);
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"resume"}, {"merge"}, {"rollback", "good"}}) {
    const auto refused = sandbox.par(command);
    INFO(refused.out << refused.err);
    CHECK(refused.exit_code == 1);
    CHECK(has(refused.err, "run 'r1' was cleaned"));
    CHECK(has(refused.err, "'refs/par/salvage/r1/'"));
  }
  CHECK(has(sandbox.par({"status", "--json"}).out, "\"state\":\"stopped\""));
  CHECK(has(sandbox.par({"log"}).out, "cleaned"));
  CHECK(sandbox.par({"run", "-q"}).exit_code == 0);
  sandbox.assert_clean();
}

TEST_CASE("clean: what landed counts as kept, squashed too, until the target is taken back") {
  Sandbox sandbox;
  write_two_directories(sandbox, good_agent());
  CHECK(sandbox.par({"run", "-q"}).exit_code == 0);
  CHECK(sandbox.par({"merge", "-q", "--strategy", "squash"}).exit_code == 0);
  CHECK(sandbox.par({"clean"}).out.find("saved") == std::string::npos);
  CHECK(sandbox.git({"for-each-ref", "refs/par/salvage"}).empty());

  sandbox.write("src/a/file.txt", "one more commit\n");
  sandbox.git({"rm", "-q", "src/b/good.txt"});
  sandbox.commit_all("without it");
  CHECK(sandbox.par({"run", "-q"}).exit_code == 0);
  CHECK(sandbox.par({"merge", "-q", "--strategy", "squash"}).exit_code == 0);
  const auto tip = sandbox.git({"rev-parse", "par/r2/good/tip"});
  sandbox.git({"reset", "-q", "--hard", "HEAD~1"});
  CHECK(sandbox.par({"clean"}).exit_code == 0);
  CHECK(sandbox.git({"for-each-ref", "--format=%(objectname)", "refs/par/salvage/r2/good"}) == tip);
  sandbox.assert_clean();
}

TEST_CASE("status and log: say the same as text and as JSON") {
  Sandbox sandbox;
  par::test::write_three_agents(sandbox);
  CHECK(sandbox.par({"status"}).exit_code == 128);
  REQUIRE(sandbox.par({"run", "-q"}).exit_code == 0);
  CHECK(has(sandbox.par({"status"}).out, "3 of 3 agents accepted"));
  const auto json = sandbox.par({"status", "--json"}).out;
  CHECK(has(json, "\"schema\":1,\"run\":\"r1\",\"state\":\"ready\""));
  CHECK(has(json, "\"branch\":\"par/r1/alpha/tip\""));
  CHECK(has(sandbox.par({"log"}).out, "alpha: started in phase 1"));
  const auto unknown = sandbox.par({"log", "nobody"});
  CHECK(unknown.exit_code == 128);
  CHECK(has(unknown.err, "hint: its agents are: alpha, beta, gamma"));
}

TEST_CASE("validate: answers from the cache the second time and counts only new failures") {
  Sandbox sandbox;
  par::test::write_three_agents(sandbox);
  CHECK(has(sandbox.par({"validate"}).out, "pass"));
  CHECK(has(sandbox.par({"validate"}).out, "cached"));
  sandbox.git({"checkout", "-q", "-b", "topic"});
  sandbox.write("src/alpha/file.txt", "broken\n");
  sandbox.commit_all("broken");
  const auto red = sandbox.par({"validate", "topic", "--json"});
  CHECK(red.exit_code == 1);
  CHECK(has(red.out, "\"new_failures\":[\"unit\"]"));
  sandbox.assert_clean();
}
