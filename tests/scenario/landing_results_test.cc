// What a validation's end means for a landing, and when it is not run at all: real git, real commands. The
// cases bear the names of the scenarios of landing (tests/data/landing_scenarios.txt).
#include "base/strings.h"
#include "support/branch_project.h"
#include "support/catch.h"

using namespace par;
using namespace par::test;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// A shell command that notes each run in ../runs, beside the repository.
std::string noting(const Sandbox& sandbox, const std::string& command) {
  return "echo x >> " + sandbox.root() + "/runs; " + command;
}

std::size_t runs(const Sandbox& sandbox) {
  return split_terminated(sandbox.shell("cat ../runs 2>/dev/null").out, '\n').size();
}

// True the first time that it is asked.
std::string first_time(const Sandbox& sandbox) { return "mkdir " + sandbox.root() + "/once 2>/dev/null"; }

const std::string kPassedReport = R"(echo "<testsuite><testcase name=\"t\"/></testsuite>" > {report})";

// Of two branches that are disjoint and break nothing.
void check_both_land(const Sandbox& sandbox) {
  for (const std::string name : {"a", "b"}) branch(sandbox, "topic/" + name, add_file(name));
  const auto merge = sandbox.par({"merge", "--branches", "topic/*"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 0);
  CHECK(is_in(sandbox, "a"));
  CHECK(is_in(sandbox, "b"));
  sandbox.assert_clean();
}

}  // namespace

TEST_CASE("landing: timeout splits the batch: who never ends is left out, the others land") {
  Sandbox sandbox;
  sandbox.git({"config", "par.validations", "4"});
  write_project(sandbox, "test ! -e src/c/new.txt || sleep 60", "reruns = 0\ntimeout = \"1s\"\n");
  for (const std::string name : {"a", "b", "c"}) branch(sandbox, "topic/" + name, add_file(name));
  const auto merge = sandbox.par({"merge", "--branches", "topic/*", "--json"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 1);
  CHECK(
      has(merge.out, R"_("rejected":[{"branch":"topic/c","with":[],"tests":["unit (timed out after 1s)"])_"));
  CHECK(is_in(sandbox, "a"));
  CHECK(is_in(sandbox, "b"));
  sandbox.assert_clean();
}

TEST_CASE("landing: grandchildren killed on timeout: nothing that a validation started goes on") {
  Sandbox sandbox;
  write_project(sandbox,
                "test ! -e src/a/new.txt || { (setsid sleep 1000 &); sh -c \"trap : TERM; sleep 1001 & "
                "sleep 1002\"; }",
                "reruns = 0\ntimeout = \"1s\"\n");
  branch(sandbox, "topic/a", add_file("a"));
  const auto merge = sandbox.par({"merge", "--branches", "topic/a"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 1);
  CHECK(has(merge.out, "breaks 'unit (timed out after 1s)'"));
  sandbox.assert_clean();
}

TEST_CASE("landing: infrastructure error is not red: what leaves no report is asked again, and lands") {
  Sandbox sandbox;
  write_project(sandbox,
                "if test -e src/a/new.txt && " + first_time(sandbox) + "; then exit 1; fi; " + kPassedReport,
                "reruns = 0\nreport = \"junit\"\n");
  check_both_land(sandbox);
}

TEST_CASE("landing: no tests ran, truncated result: neither red nor green, and it keeps nobody else out") {
  Sandbox sandbox;
  const auto* const bad = GENERATE(R"(echo "<testsuite></testsuite>" > {report})",
                                   R"(echo "<testsuite><testcase name=\"t" > {report})", ": > {report}");
  INFO(bad);
  write_project(sandbox,
                std::string("if test -e src/b/new.txt; then ") + bad + "; else " + kPassedReport + "; fi",
                "reruns = 0\nreport = \"junit\"\n");
  for (const std::string name : {"a", "b"}) branch(sandbox, "topic/" + name, add_file(name));
  const auto merge = sandbox.par({"merge", "--branches", "topic/*"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 1);
  CHECK(has(merge.out, "left out  topic/b: parked: validation 'unit' could not run on its branch\n"));
  CHECK(is_in(sandbox, "a"));
  CHECK_FALSE(is_in(sandbox, "b"));
  sandbox.assert_clean();
}

TEST_CASE("landing: exit 125 skip: a validation that says it does not apply keeps nobody out") {
  Sandbox sandbox;
  write_project(sandbox, "test ! -e src/a/new.txt || exit 125");
  branch(sandbox, "topic/a", add_file("a"));
  const auto merge = sandbox.par({"merge", "--branches", "topic/a"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 0);
  CHECK(is_in(sandbox, "a"));
  sandbox.assert_clean();
}

TEST_CASE("landing: exit 127 abort: a command that is missing ends the landing, and condemns nobody") {
  Sandbox sandbox;
  write_project(sandbox, "no-such-command");
  for (const std::string name : {"a", "b", "c", "d"}) branch(sandbox, "topic/" + name, add_file(name));
  const auto merge = sandbox.par({"merge", "--branches", "topic/*"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 128);
  CHECK(has(merge.err,
            "fatal: validation 'unit' cannot run on the base commit: the command is missing (exit 127)\n"
            "hint: mend it, then run 'git par resume r1'\n"));
  CHECK(first_parents(sandbox) == "1");
  const auto status = sandbox.par({"status"}).out;
  CHECK_FALSE(has(status, "rejected"));
  // Mended where the command is looked for, it goes on.
  sandbox.write("../bin/no-such-command", "#!/bin/sh\nexit 0\n");
  REQUIRE(sandbox.shell("chmod +x ../bin/no-such-command").exit_code == 0);
  const auto resume = sandbox.shell("PATH=" + sandbox.root() + "/bin:$PATH git par resume");
  INFO(resume.out << resume.err);
  CHECK(resume.exit_code == 0);
  for (const std::string name : {"a", "b", "c", "d"}) CHECK(is_in(sandbox, name));
  sandbox.assert_clean();
}

TEST_CASE("landing: cached green, cached red: what is known of a tree is not run again") {
  Sandbox sandbox;
  write_project(sandbox, noting(sandbox, kNothingBroken), "reruns = 1\n");
  branch(sandbox, "topic/a", add_file("a"));
  branch(sandbox, "topic/b", add_file("b", "broken"));
  CHECK(sandbox.par({"validate", "-q", "topic/a"}).exit_code == 0);
  const auto known = runs(sandbox);
  CHECK(known == 2);  // and the target
  const auto green = sandbox.par({"merge", "--branches", "topic/a", "--json"});
  CHECK(green.exit_code == 0);
  CHECK(has(green.out, R"("validation_runs":0,"cache_hits":1)"));
  CHECK(runs(sandbox) == known);

  CHECK(sandbox.par({"merge", "-q", "--branches", "topic/b"}).exit_code == 1);
  CHECK(runs(sandbox) == known + 2);  // red, and red again
  const auto red = sandbox.par({"merge", "--branches", "topic/b", "--json"});
  INFO(red.out << red.err);
  CHECK(red.exit_code == 1);
  CHECK(has(red.out, R"("rejected":[{"branch":"topic/b","with":[],"tests":["unit"])"));
  CHECK(has(red.out, R"("validation_runs":0,)"));
  CHECK(runs(sandbox) == known + 2);
  sandbox.assert_clean();
}

TEST_CASE("landing: identical batch reused: the same branches on the same target are not run again") {
  Sandbox sandbox;
  write_project(sandbox, noting(sandbox, kNothingBroken));
  for (const std::string name : {"a", "b", "c"}) branch(sandbox, "topic/" + name, add_file(name));
  REQUIRE(sandbox.par({"merge", "-q", "--branches", "topic/*"}).exit_code == 0);
  const auto tree = sandbox.git({"rev-parse", "main^{tree}"});
  CHECK(runs(sandbox) == 1);
  sandbox.git({"reset", "-q", "--hard", "main^"});
  const auto again = sandbox.par({"merge", "--branches", "topic/*"});
  INFO(again.out << again.err);
  CHECK(again.exit_code == 0);
  CHECK(has(again.out, "0 validation runs, 1 answered from the cache, 2 saved by testing together\n"));
  CHECK(sandbox.git({"rev-parse", "main^{tree}"}) == tree);
  CHECK(runs(sandbox) == 1);
  sandbox.assert_clean();
}

TEST_CASE("landing: passed run never discarded: killed in the middle of a search, what passed stays known") {
  Sandbox sandbox;
  write_project(sandbox, "git rev-parse \"HEAD^{tree}\" >> " + sandbox.root() + "/runs; " + kNothingBroken);
  for (const std::string name : {"a", "b", "c", "d"})
    branch(sandbox, "topic/" + name, add_file(name, name == "c" ? "broken" : "x"));
  sandbox.set("PAR_CRASH", "candidate.moved=kill");
  CHECK(sandbox.par({"merge", "-q", "--branches", "topic/*"}).exit_code != 0);
  sandbox.unset("PAR_CRASH");
  const auto resume = sandbox.par({"resume"});
  INFO(resume.out << resume.err);
  CHECK(resume.exit_code == 1);
  CHECK(is_in(sandbox, "d"));
  CHECK_FALSE(is_in(sandbox, "c"));
  CHECK(sandbox.shell("sort ../runs | uniq -d").out.empty());
  sandbox.assert_clean();
}

TEST_CASE("landing: test mutates its worktree: the next tree is tested as it is, and nothing of it lands") {
  Sandbox sandbox;
  write_project(sandbox,
                kNothingBroken +
                    " && test ! -e src/junk && echo broken >> src/a/file.txt && echo broken > src/junk "
                    "&& rm src/b/file.txt && git add -A && git commit -qm mine && echo y > src/late");
  for (const std::string name : {"a", "b", "c"}) branch(sandbox, "topic/" + name, add_file(name));
  const auto merge = sandbox.par({"merge", "--branches", "topic/*", "--strategy", "squash"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 0);
  CHECK(has(merge.out, "3 validation runs"));
  CHECK(sandbox.git({"diff", "--name-only", "main~3", "main"}) ==
        "src/a/new.txt\nsrc/b/new.txt\nsrc/c/new.txt");
  CHECK_FALSE(has(sandbox.git({"log", "--format=%s", "main"}), "mine"));
  CHECK(sandbox.git({"status", "--porcelain"}).empty());
  sandbox.assert_clean();
}

TEST_CASE("landing: job lost is not red: a validation whose keeper is killed is run again") {
  Sandbox sandbox;
  write_project(sandbox, "if test -e src/a/new.txt && " + first_time(sandbox) +
                             "; then kill -9 $PPID; sleep 1000; fi; true");
  check_both_land(sandbox);
}

TEST_CASE("landing: validation command changed mid-run: each run keeps its own, and no answer is shared") {
  Sandbox sandbox;
  write_two_directories(sandbox, good_agent());  // nothing below src may say "broken"
  REQUIRE(sandbox.par({"run", "-q"}).exit_code == 0);
  // Somebody wants more of the target from now on.
  REQUIRE(sandbox
              .shell("sed -i s/broken/good/ .gitpar.toml && git commit -qam 'another command' && "
                     "git show HEAD:.gitpar.toml | grep -q 'grep -rq good'")
              .exit_code == 0);
  branch(sandbox, "topic/like", "mkdir -p src/c && echo good > src/c/new.txt");
  const auto merge = sandbox.par({"merge"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 0);
  CHECK(sandbox.read("src/b/good.txt") == "good\n");
  CHECK(has(merge.out, "1 validation run"));
  // The tree passed the old command; the new one was never asked.
  const auto validate = sandbox.par({"validate", "--json"});
  CHECK(validate.exit_code == 1);
  CHECK(has(validate.out, R"("result":"fail","cached":false)"));
  // For the new command it was red before.
  CHECK(sandbox.par({"merge", "-q", "--branches", "topic/like"}).exit_code == 0);
  sandbox.assert_clean();
}
