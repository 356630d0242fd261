// A run that falls back, a run with a canary, and agents that are asked for again: the real program, real git
// and real processes.
#include "base/strings.h"
#include "support/catch.h"
#include "support/sandbox.h"

using par::test::Sandbox;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string agent(const std::string& name, const std::string& run, const std::string& more = "") {
  return "[agent." + name + "]\nowns = [\"src/" + name + "/**\"]\nrun = \"" + run + "\"\n" + more;
}

std::string good(const std::string& name, const std::string& more = "") {
  return agent(name, "mkdir -p src/" + name + " && echo good > src/" + name + "/work.txt", more);
}

void write_project(const Sandbox& sandbox, const std::string& agents) {
  sandbox.write(".gitpar.toml", "target = \"main\"\n" + agents);
  sandbox.write("src/file.txt", "as it was\n");
  sandbox.commit_all("base");
}

// Fails when the other such agent is at work, and notes who has a worktree.
std::string alone(const std::string& name, const std::string& more = "") {
  return agent(
      name, "mkdir ../busy && mkdir src/" + name + " && ls .. > src/" + name + "/work.txt && rmdir ../busy",
      more);
}

// Two of them in a phase of their own, since they own something of the agent `before` as well.
std::string two_alone(const std::string& before) {
  std::string agents;
  for (const std::string name : {"e", "f"})
    agents += par::replace_all(alone(name), "/**\"]", "/**\", \"src/" + before + "/" + name + "/**\"]");
  return agents;
}

// That it fell back, and why: on the screen, at the end, and in what is kept.
void check_said(const Sandbox& sandbox, const par::os::Finished& run, const std::string& trigger,
                const std::string& reason, bool sequence) {
  const auto line =
      trigger + ": " + reason + (sequence ? "; from now on one agent at a time" : "; the others go on");
  CHECK(has(run.err, line));
  CHECK(has(run.out, line));
  CHECK(has(sandbox.par({"log"}).out, line));
  CHECK(has(sandbox.par({"status", "--json"}).out, "{\"trigger\":\"" + trigger +
                                                       "\",\"sequence\":" + (sequence ? "true" : "false") +
                                                       ",\"reason\":\"" + reason));
}

}  // namespace

TEST_CASE("fallback: too many failures are said, and from then on one agent works at a time") {
  Sandbox sandbox;
  std::string agents;
  for (const std::string name : {"a", "b", "c", "d"}) agents += agent(name, "exit 1");
  write_project(sandbox, "[policy]\njobs = 2\n" + agents + two_alone("d"));
  const auto run = sandbox.par({"run"});
  INFO(run.out << run.err);
  CHECK(run.exit_code == 1);
  check_said(sandbox, run, "failure-rate", "4 of 4 attempts failed, more than max_failure_rate 0.1 allows",
             true);
  CHECK(has(run.out, "2 of 6 agents accepted"));
  CHECK_FALSE(has(sandbox.git({"show", "par/r1/e/tip:src/e/work.txt"}), "f\n"));
  sandbox.assert_clean();
}

TEST_CASE("fallback: a plan that gains too little side by side is worked off one agent at a time") {
  Sandbox sandbox;
  write_project(sandbox, alone("a", "estimate = \"10m\"\n") + alone("b", "estimate = \"1m\"\n"));
  const auto run = sandbox.par({"run"});
  INFO(run.out << run.err);
  CHECK(run.exit_code == 0);
  check_said(sandbox, run, "speedup",
             "speedup 1.10 (11m 00s in sequence, 10m 00s with 4 jobs) is below min_speedup 1.50", true);
  CHECK_FALSE(has(sandbox.git({"show", "par/r1/a/tip:src/a/work.txt"}), "b\n"));
  CHECK_FALSE(has(sandbox.par({"run", "--force-parallel"}).out, "speedup: "));
  sandbox.assert_clean();
}

TEST_CASE("fallback: what earlier runs took tells that a plan gains too little side by side") {
  Sandbox sandbox;
  write_project(sandbox, "[policy]\nmin_speedup = 2.5\nmin_sequential = \"1s\"\n" + good("a") + good("b"));
  const auto first = sandbox.par({"run"});
  CHECK(first.exit_code == 0);
  CHECK_FALSE(has(first.err, "speedup: "));
  const auto second = sandbox.par({"run"});
  INFO(second.out << second.err);
  CHECK(second.exit_code == 0);
  CHECK(has(second.err, " with 4 jobs) is below min_speedup 2.50; from now on one agent at a time"));
  CHECK(has(sandbox.par({"status", "--json"}).out, "{\"trigger\":\"speedup\",\"sequence\":true,"));
  sandbox.assert_clean();
}

TEST_CASE("fallback: a branch that does not merge with what was accepted changes the mode") {
  Sandbox sandbox;
  // No path is both's, but one makes a file of what is a directory of the other's.
  write_project(sandbox, "[policy]\njobs = 2\n" + good("x") +
                             "[agent.y]\nowns = [\"/src/[x]\"]\nrun = \"echo y > src/x\"\n" + two_alone("x"));
  const auto run = sandbox.par({"run"});
  INFO(run.out << run.err);
  CHECK(run.exit_code == 1);
  CHECK(has(run.out, "3 of 4 agents accepted"));
  const std::string loser = has(run.out, "'y' does not merge") ? "y" : "x";
  check_said(sandbox, run, "conflict", "'" + loser + "' does not merge with what was accepted", true);
  CHECK_FALSE(has(sandbox.git({"show", "par/r1/e/tip:src/e/work.txt"}), "f\n"));
  sandbox.assert_clean();
}

TEST_CASE("fallback: an agent whose end nobody saw is said to be lost, and starts again") {
  Sandbox sandbox;
  write_project(sandbox, agent("a",
                               "test $PAR_ATTEMPT = 2 || { kill -9 $PPID; exit 0; }; mkdir src/a && echo 2 > "
                               "src/a/work.txt") +
                             good("b"));
  const auto run = sandbox.par({"run"});
  INFO(run.out << run.err);
  CHECK(run.exit_code == 0);
  check_said(sandbox, run, "crash", "'a' was lost: nobody saw how it ended", false);
  CHECK(has(run.out, "2 of 2 agents accepted"));
  sandbox.assert_clean();
}

TEST_CASE("fallback: a crash and a violation of ownership are reported and concern nobody else") {
  Sandbox sandbox;
  write_project(sandbox, agent("a", "kill -9 $$") + agent("b", "echo x > src/file.txt") + good("c"));
  const auto run = sandbox.par({"run"});
  INFO(run.out << run.err);
  CHECK(run.exit_code == 1);
  check_said(sandbox, run, "crash", "'a' crashed: signal 9", false);
  check_said(sandbox, run, "outside-ownership", "'b' changed what it does not own", false);
  CHECK(has(run.out, "1 of 3 agents accepted"));
  sandbox.assert_clean();
}

TEST_CASE("canary: the others start on a candidate that holds its work") {
  Sandbox sandbox;
  write_project(sandbox, agent("a", "test -e src/b/work.txt && mkdir src/a && touch src/a/work.txt",
                               "estimate = \"2h\"\n") +
                             good("b", "estimate = \"1h\"\n"));
  const auto run = sandbox.par({"run", "--canary"});
  INFO(run.out << run.err);
  CHECK(run.exit_code == 0);
  CHECK(has(run.err, "b: started in phase 1, alone: it is the canary"));
  sandbox.assert_clean();
}

TEST_CASE("canary: when it is not accepted the others are held, and go on only when they are asked to") {
  Sandbox sandbox;
  write_project(sandbox, "[policy]\ncanary = true\n" + good("a", "estimate = \"2h\"\n") +
                             agent("b", "exit 1", "estimate = \"1h\"\n"));
  const auto run = sandbox.par({"run", "--land"});
  INFO(run.out << run.err);
  CHECK(run.exit_code == 1);
  CHECK(has(run.err, "a: held: the canary 'b' is rejected"));
  CHECK(has(run.out, "the canary 'b' was not accepted, so nobody else started"));
  CHECK_FALSE(has(run.err, "a: started"));

  const auto resume = sandbox.par({"resume"});
  INFO(resume.out << resume.err);
  CHECK(resume.exit_code == 1);
  CHECK(has(resume.err, "error: the canary 'b' is rejected: the others do not start"));
  CHECK(has(resume.err, "hint: 'git par retry b' runs it again"));

  const auto retry = sandbox.par({"retry", "b"});
  INFO(retry.out << retry.err);
  CHECK(retry.exit_code == 1);
  CHECK(has(retry.err, "b: started in phase 1, attempt 2, alone: it is the canary"));
  CHECK(has(retry.err, "a: held: the canary 'b' is rejected"));

  const auto without = sandbox.par({"resume", "--no-canary"});
  INFO(without.out << without.err);
  CHECK(without.exit_code == 1);
  CHECK(has(without.out, "1 of 2 agents accepted"));
  sandbox.assert_clean();
}

TEST_CASE("retry: what failed starts again from the newest candidate, and those held because of it follow") {
  Sandbox sandbox;
  write_project(sandbox,
                good("a") +
                    agent("b",
                          "mkdir -p src/b; echo $PAR_ATTEMPT > src/b/work.txt; test -e ../../../fixed && "
                          "test -e src/a/work.txt") +
                    good("c", "after = [\"b\"]\n"));
  CHECK(sandbox.par({"run", "-q"}).exit_code == 1);
  CHECK(has(sandbox.par({"status"}).out, "needs 'b', which is rejected"));

  const auto accepted = sandbox.par({"retry", "a"});
  CHECK(accepted.exit_code == 1);
  CHECK(has(accepted.err, "error: agent 'a' is accepted\nhint: 'git par rollback a' takes it out first"));
  CHECK(sandbox.par({"retry"}).exit_code == 129);
  CHECK(sandbox.par({"retry", "nobody"}).exit_code == 128);
  CHECK(sandbox.par({"retry", "-n", "b"}).out == "would start again:\n  b, attempt 2\n  c, attempt 1\n");

  CHECK(sandbox.shell("touch ../fixed").exit_code == 0);
  const auto retry = sandbox.par({"retry", "b"});
  INFO(retry.out << retry.err);
  CHECK(retry.exit_code == 0);
  CHECK(has(retry.err, "b: started in phase 1, attempt 2"));
  CHECK(has(retry.out, "run r1: ready, 3 of 3 agents accepted"));
  CHECK(sandbox.git({"show", "refs/par/salvage/r1/b/1:src/b/work.txt"}) == "1");
  CHECK(sandbox.par({"merge", "-q"}).exit_code == 0);
  CHECK(sandbox.read("src/b/work.txt") == "2\n");
  const auto landed = sandbox.par({"retry", "b"});
  CHECK(landed.exit_code == 1);
  CHECK(has(landed.err, "run 'r1' has landed"));
  sandbox.assert_clean();
}

TEST_CASE("retry: a rolled back agent can start again") {
  Sandbox sandbox;
  write_project(sandbox, good("a") + good("b"));
  REQUIRE(sandbox.par({"run", "-q"}).exit_code == 0);
  REQUIRE(sandbox.par({"rollback", "-q", "a"}).exit_code == 0);
  const auto retry = sandbox.par({"retry", "a"});
  INFO(retry.out << retry.err);
  CHECK(retry.exit_code == 0);
  CHECK(has(retry.out, "2 of 2 agents accepted"));
  sandbox.assert_clean();
}
