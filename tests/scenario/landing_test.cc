// Landings that are cut off, that meet others, or that go where nobody expected: real git, real program.
#include "base/strings.h"
#include "os/files.h"
#include "support/catch.h"
#include "support/sandbox.h"

using namespace par;
using test::Sandbox;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

const std::string kHead = "target = \"main\"\n";
const std::string kGreen = "[[validate]]\nname = \"unit\"\nrun = \"! grep -rq broken src\"\nreruns = 0\n";

std::string agent(const std::string& name, const std::string& more = "") {
  return "[agent." + name + "]\nowns = [\"/src/" + name + "/**\"]\nrun = \"echo " + name + " > src/" + name +
         "/new.txt\"\n" + more;
}

void write_project(const Sandbox& sandbox, const std::string& config) {
  sandbox.write(".gitpar.toml", config);
  for (const std::string name : {"a", "b"}) sandbox.write("src/" + name + "/file.txt", "as it was\n");
  sandbox.commit_all("base");
}

void crash(Sandbox& sandbox, const std::string& point, const std::vector<std::string>& command) {
  sandbox.set("PAR_CRASH", point + "=kill");
  CHECK(sandbox.par(command).exit_code != 0);
  sandbox.unset("PAR_CRASH");
}

}  // namespace

TEST_CASE(
    "merge: onto a branch without the run's base, the landing claims no history that it does not hold") {
  Sandbox sandbox;
  write_project(sandbox, kHead + kGreen + agent("a"));
  sandbox.git({"branch", "release"});
  sandbox.write("docs/feature", "new\n");
  sandbox.commit_all("a feature for main alone");
  REQUIRE(sandbox.par({"run", "-q"}).exit_code == 0);
  const auto merge = sandbox.par({"merge", "--target", "release"});
  INFO(merge.out << merge.err);
  REQUIRE(merge.exit_code == 0);
  CHECK(sandbox.git({"ls-tree", "-r", "--name-only", "release"}).find("docs/feature") == std::string::npos);
  sandbox.git({"checkout", "-q", "release"});
  sandbox.git({"merge", "-q", "-m", "main's work", "main"});
  CHECK(sandbox.read("docs/feature") == "new\n");
  sandbox.assert_clean();
}

TEST_CASE("resume: a landing that happened is not repeated, also when somebody has built on it since") {
  Sandbox sandbox;
  write_project(sandbox, kHead + agent("a"));
  REQUIRE(sandbox.par({"run", "-q"}).exit_code == 0);
  crash(sandbox, "land.moved", {"merge"});
  sandbox.git({"revert", "--no-edit", "-m", "1", "HEAD"});
  const auto reverted = sandbox.git({"rev-parse", "main"});
  CHECK(sandbox.par({"resume", "-q"}).exit_code == 0);
  CHECK(sandbox.git({"rev-parse", "main"}) == reverted);
  CHECK(has(sandbox.par({"status"}).out, "landed"));
  sandbox.assert_clean();
}

TEST_CASE("merge: does not take a rollback that was cut off for a landing") {
  Sandbox sandbox;
  write_project(sandbox, kHead + agent("a") + agent("b"));
  REQUIRE(sandbox.par({"run", "-q", "--land"}).exit_code == 0);
  const auto landed = sandbox.git({"rev-parse", "main"});
  crash(sandbox, "journal.after.revertrequested", {"rollback", "--landed", "a"});
  const auto merge = sandbox.par({"merge"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 1);
  CHECK(merge.err == "error: a rollback of run 'r1' was cut off\nhint: 'git par resume r1' finishes it\n");
  CHECK(sandbox.git({"rev-parse", "main"}) == landed);
  CHECK(sandbox.par({"resume"}).exit_code == 0);
  CHECK(sandbox.read("src/a/new.txt").empty());
  sandbox.assert_clean();
}

TEST_CASE("merge: goes on with a landing that was cut off, and does not begin another") {
  Sandbox sandbox;
  write_project(sandbox, kHead + agent("a") + agent("b"));
  REQUIRE(sandbox.par({"run", "-q"}).exit_code == 0);
  const auto* point =
      GENERATE("land.files", "land.moved", "journal.after.landrequested", "journal.after.landingbuilt");
  crash(sandbox, point, {"merge", "--strategy", "squash"});
  const auto other = sandbox.par({"merge", "--strategy", "single"});
  CHECK(other.exit_code == 1);
  CHECK(has(other.err, "already landing on 'main' as 'squash'"));
  const auto rollback = sandbox.par({"rollback", "a"});
  CHECK(rollback.exit_code == 1);
  CHECK(has(rollback.err, "error: run 'r1' is landing"));
  const auto merge = sandbox.par({"merge"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 0);
  CHECK(sandbox.git({"rev-list", "--count", "--first-parent", "main"}) == "3");
  CHECK(sandbox.git({"status", "--porcelain"}).empty());
  sandbox.assert_clean();
}

TEST_CASE("clean: a landing that was cut off is left to be finished") {
  Sandbox sandbox;
  write_project(sandbox, kHead + agent("a"));
  REQUIRE(sandbox.par({"run", "-q"}).exit_code == 0);
  const auto* point = GENERATE("land.moved", "journal.after.landingbuilt");
  crash(sandbox, point, {"merge"});
  const auto clean = sandbox.par({"clean", "r1"});
  CHECK(clean.exit_code == 1);
  CHECK(clean.err == "error: the landing of run 'r1' was cut off\nhint: 'git par resume r1' finishes it\n");
  CHECK(sandbox.par({"resume", "-q", "r1"}).exit_code == 0);
  CHECK(has(sandbox.par({"status"}).out, "landed"));
  CHECK(sandbox.par({"clean", "r1"}).exit_code == 0);
  CHECK_FALSE(has(sandbox.par({"log"}).out, "cleaned"));
  CHECK(sandbox.read("src/a/new.txt") == "a\n");
  sandbox.assert_clean();
}

TEST_CASE("merge: a squash lands only trees that were tested, one commit per agent") {
  Sandbox sandbox;
  // Together a and b pass, neither does alone. Both end while c is validated, so they are tried together.
  const std::string at = sandbox.root() + "/";
  const std::string pair =
      "if test -e src/c/new.txt -a ! -e src/a/new.txt -a ! -e src/b/new.txt; then touch " + at +
      "go; until test -e " + at + "a -a -e " + at +
      "b; do sleep 0.05; done; sleep 1; fi; test $(ls src/a/new.txt src/b/new.txt 2>/dev/null | wc -l) != 1";
  const auto waiting = [&](const std::string& name) {
    return "[agent." + name + "]\nowns = [\"/src/" + name + "/**\"]\nrun = \"until test -e " + at +
           "go; do sleep 0.05; done; echo x > src/" + name + "/new.txt; touch " + at + name + "\"\n";
  };
  write_project(sandbox,
                kHead + "[[validate]]\nname = \"pair\"\nreruns = 0\nrun = \"" + pair + "\"\n" + waiting("a") +
                    waiting("b") +
                    "[agent.c]\nowns = [\"/src/c/**\"]\nrun = \"mkdir src/c; echo c > src/c/new.txt\"\n");
  const auto run = sandbox.par({"run", "-j", "3"});
  INFO(run.out << run.err << sandbox.par({"status"}).out << sandbox.par({"log"}).out);
  REQUIRE(run.exit_code == 0);
  const auto merge = sandbox.par({"merge", "--strategy", "squash"});
  INFO(merge.out << merge.err);
  for (const auto& commit : split_terminated(sandbox.git({"rev-list", "--first-parent", "main"}), '\n')) {
    const bool has_a = sandbox.shell("git cat-file -e " + commit + ":src/a/new.txt").exit_code == 0;
    const bool has_b = sandbox.shell("git cat-file -e " + commit + ":src/b/new.txt").exit_code == 0;
    CHECK(has_a == has_b);
  }
  sandbox.assert_clean();
}

TEST_CASE("merge: an agent does not land without what it comes after") {
  Sandbox sandbox;
  write_project(sandbox, kHead +
                             "[agent.a]\nowns = [\"/src/a/**\"]\nrun = \"echo agent > src/a/file.txt\"\n" +
                             agent("b", "after = [\"a\"]\n"));
  REQUIRE(sandbox.par({"run", "-q"}).exit_code == 0);
  sandbox.write("src/a/file.txt", "a colleague was faster\n");
  sandbox.commit_all("meanwhile");
  const auto merge = sandbox.par({"merge"});
  CHECK(merge.exit_code == 1);
  CHECK(sandbox.shell("git cat-file -e main:src/b/new.txt").exit_code != 0);
  CHECK(has(sandbox.par({"status"}).out, "needs 'a', which is rejected"));
  sandbox.assert_clean();
}

TEST_CASE("merge: a landing whose commit was pruned is built again") {
  Sandbox sandbox;
  write_project(sandbox, kHead + agent("a"));
  REQUIRE(sandbox.par({"run", "-q"}).exit_code == 0);
  crash(sandbox, "journal.after.landingbuilt", {"merge"});
  sandbox.git({"-c", "gc.worktreePruneExpire=never", "gc", "-q", "--prune=now"});
  CHECK(sandbox.par({"resume", "-q"}).exit_code == 0);
  CHECK(sandbox.read("src/a/new.txt") == "a\n");
  sandbox.assert_clean();
}

TEST_CASE("run --land: what does not land is an error, not a silence") {
  Sandbox sandbox;
  write_project(sandbox, kHead + agent("a"));
  sandbox.write("src/a/file.txt", "changed by hand\n");
  const auto run = sandbox.par({"run", "-q", "--land"});
  CHECK(run.exit_code == 1);
  CHECK(has(run.err, "error: not landed: 'main' is checked out in"));
  CHECK(sandbox.read("src/a/file.txt") == "changed by hand\n");
}

TEST_CASE("merge: who did away with a failure that the target had is said") {
  Sandbox sandbox;
  const std::string mends = "[agent.a]\nowns = [\"/src/a/**\"]\nrun = \"echo mended > src/a/file.txt\"\n";
  sandbox.write("src/a/file.txt", "broken\n");
  sandbox.write("src/b/file.txt", "as it was\n");
  sandbox.write(".gitpar.toml", kHead + kGreen + mends + agent("b", "after = [\"a\"]\n"));
  sandbox.commit_all("base");
  REQUIRE(sandbox.par({"run", "-q"}).exit_code == 0);
  const bool json = GENERATE(false, true);
  const auto merge =
      sandbox.par(json ? std::vector<std::string>{"merge", "--json"} : std::vector<std::string>{"merge"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 0);
  if (json)
    CHECK(has(merge.out, R"("mended":[{"test":"unit","branch":"par/r1/a/tip"}]})"));
  else
    CHECK(has(merge.out, "\n'main' fails no more:\n  unit: a\n"));
  sandbox.assert_clean();
}

TEST_CASE("run --land: killed wherever, resume lands what it would have landed") {
  Sandbox sandbox;
  // Of those that fail at first one has another attempt.
  const std::string broken = "[agent.b]\nowns = [\"/src/b/**\"]\nrun = \"echo broken > src/b/new.txt\"\n";
  const std::string again =
      "[agent.c]\nowns = [\"/src/c/**\"]\nretries = 1\n"
      "run = \"mkdir -p src/c; echo x > src/c/new.txt; test $PAR_ATTEMPT = 2\"\n";
  write_project(sandbox, kHead + kGreen + agent("a") + broken + again);
  const auto* point = GENERATE("run.created", "journal.after.agentstarting", "journal.after.agentretried",
                               "journal.after.agentrejected", "journal.after.accepted",
                               "journal.after.runfinished", "journal.before.landingbuilt", "land.moved");
  INFO(point);
  crash(sandbox, point, {"run", "--land"});
  const auto resume = sandbox.par({"resume"});
  INFO(resume.out << resume.err);
  CHECK(resume.exit_code == 1);  // b is not in
  CHECK(has(resume.out, "run r1: landed, 2 of 3 agents landed"));
  CHECK(sandbox.read("src/a/new.txt") == "a\n");
  CHECK(sandbox.read("src/b/new.txt").empty());
  CHECK(sandbox.read("src/c/new.txt") == "x\n");
  CHECK(sandbox.git({"rev-list", "--count", "--first-parent", "main"}) == "2");
  CHECK(sandbox.git({"status", "--porcelain"}).empty());
  sandbox.assert_clean();
}

TEST_CASE(
    "run --land: what is not finished is not landing, and a rollback meanwhile means that nothing is to") {
  Sandbox sandbox;
  write_project(sandbox, kHead + kGreen + agent("a") + agent("b", "after = [\"a\"]\n"));
  crash(sandbox, "journal.after.accepted", {"run", "--land"});
  const auto merge = sandbox.par({"merge"});
  CHECK(merge.exit_code == 1);
  CHECK(merge.err == "error: run 'r1' is not finished\nhint: 'git par resume r1' goes on\n");
  CHECK(sandbox.par({"rollback", "-q", "a"}).exit_code == 0);
  CHECK(sandbox.par({"retry", "-q", "a"}).exit_code == 0);
  CHECK(has(sandbox.par({"status"}).out, "run r1: ready, 2 of 2 agents accepted"));
  CHECK(sandbox.git({"rev-list", "--count", "main"}) == "1");
  CHECK(sandbox.par({"merge", "-q"}).exit_code == 0);
  sandbox.assert_clean();
}

TEST_CASE("run --land: where nothing is accepted nothing lands, and not later by itself either") {
  Sandbox sandbox;
  write_project(sandbox, kHead + kGreen +
                             "[agent.a]\nowns = [\"/src/a/**\"]\nrun = \"echo x > src/a/new.txt; "
                             "test $PAR_ATTEMPT = 2\"\n");
  const auto run = sandbox.par({"run", "--land"});
  CHECK(run.exit_code == 1);
  CHECK_FALSE(has(run.err, "not landed"));
  CHECK(has(run.out, "run r1: failed, 0 of 1 agents accepted"));
  CHECK(sandbox.par({"retry", "-q", "a"}).exit_code == 0);
  CHECK(has(sandbox.par({"status"}).out, "run r1: ready, 1 of 1 agents accepted"));
  sandbox.assert_clean();
}

TEST_CASE("stop --now: ends a run that is under way at once") {
  Sandbox sandbox;
  write_project(sandbox,
                kHead + "[agent.a]\nowns = [\"/src/a/**\"]\nrun = \"sleep 30; echo late > src/a/new.txt\"\n");
  const int worker = sandbox.start({"run", "-q"});
  REQUIRE(worker > 0);
  for (int i = 0; i < 200 && !has(sandbox.par({"status"}).out, "running  "); ++i) sandbox.shell("sleep 0.05");
  CHECK(sandbox.par({"stop", "--now"}).exit_code == 0);
  for (int i = 0; i < 200 && sandbox.shell("kill -0 " + std::to_string(worker)).exit_code == 0; ++i)
    sandbox.shell("sleep 0.05");
  CHECK(has(sandbox.par({"status"}).out, "stopped"));
  CHECK(sandbox.shell("git cat-file -e par/r1/a/tip:src/a/new.txt").exit_code != 0);
  sandbox.assert_clean();
}

TEST_CASE("run: the exit code tells which signal ended it") {
  Sandbox sandbox;
  write_project(sandbox, kHead + "[agent.a]\nowns = [\"/src/a/**\"]\nrun = \"sleep 30\"\n");
  const auto ended = sandbox.shell(
      "git-par run -q & run=$!; until git par status 2>/dev/null | grep -q 'running  '; do sleep 0.05; done; "
      "kill -TERM $run; sleep 0.3; kill -TERM $run; wait $run; echo $?");
  CHECK(ended.out == "143\n");
  sandbox.assert_clean();
}

TEST_CASE("rollback: an earlier refusal of the landing does not stick to it") {
  Sandbox sandbox;
  write_project(sandbox, kHead + agent("a") + agent("b"));
  sandbox.write("src/a/file.txt", "changed by hand\n");
  CHECK(sandbox.par({"run", "-q", "--land"}).exit_code == 1);
  const auto rollback = sandbox.par({"rollback", "b"});
  INFO(rollback.out << rollback.err);
  CHECK(rollback.exit_code == 0);
}

TEST_CASE("clean: a repository that an agent made in its worktree is moved away, not lost") {
  Sandbox sandbox;
  write_project(sandbox,
                kHead +
                    "[agent.a]\nowns = [\"/src/a/**\"]\nrun = \"git init -q src/a/own && cd src/a/own && "
                    "echo mine > x && git add x && git commit -qm mine; exit 1\"\n");
  CHECK(sandbox.par({"run", "-q"}).exit_code == 1);
  CHECK(sandbox.par({"clean"}).exit_code == 0);
  CHECK(sandbox.shell("cd .git/par/salvage/r1/a/1/src/a/own && git log --format=%s && cat x").out ==
        "mine\nmine\n");
}

TEST_CASE("run: a file that git cannot take rejects its agent alone") {
  Sandbox sandbox;
  write_project(sandbox,
                kHead + "[agent.a]\nowns = [\"/src/a/**\"]\nrun = \"echo x > 'src/a/git~1'\"\n" + agent("b"));
  const auto run = sandbox.par({"run"});
  INFO(run.out << run.err);
  CHECK(run.exit_code == 1);
  CHECK(has(run.out, "git cannot take 'src/a/git~1'"));
  CHECK(has(run.out, "1 of 2 agents accepted"));
  sandbox.assert_clean();
}

TEST_CASE("validate: a flaky test in TAP is green when it passes again") {
  Sandbox sandbox;
  write_project(sandbox,
                kHead +
                    "[[validate]]\nname = \"tap\"\nreport = \"tap\"\nreruns = 2\n"
                    "run = \"echo 1..1; test ! -e src/a/new.txt || test -e ../seen && echo ok 1 - t || "
                    "{ : > ../seen; echo not ok 1 - t; }\"\n" +
                    agent("a"));
  const auto run = sandbox.par({"run"});
  INFO(run.out << run.err);
  CHECK(run.exit_code == 0);
}

TEST_CASE("output: what cannot be written is an error") {
  Sandbox sandbox;
  write_project(sandbox, kHead + agent("a"));
  const auto full = sandbox.shell("git par plan >/dev/full");
  CHECK(full.exit_code == 128);
  CHECK(has(full.err, "fatal: cannot write standard output: No space left on device"));
}
