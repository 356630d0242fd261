// The validation engine with real commands: what is answered from the cache, what is run, and what an end
// means.
#include "base/strings.h"
#include "os/files.h"
#include "support/catch.h"
#include "support/sandbox.h"

using namespace par;
using test::Sandbox;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string validation(const std::string& name, const std::string& command, const std::string& more = "") {
  return "[[validate]]\nname = \"" + name + "\"\nrun = '" + command + "'\nreruns = 0\n" + more;
}

void write_project(const Sandbox& sandbox, const std::string& validations) {
  sandbox.write(".gitpar.toml", "target = \"main\"\n" + validations);
  sandbox.write("src/a.c", "1\n");
  sandbox.write("docs/a.md", "1\n");
  sandbox.commit_all("base");
}

// A command that leaves a line for each time that it is run.
std::string counting(const Sandbox& sandbox, const std::string& command = "true") {
  return "echo run >> " + sandbox.root() + "/runs; " + command;
}

std::size_t runs(const Sandbox& sandbox) {
  return split_terminated(sandbox.shell("cat ../runs 2>/dev/null").out, '\n').size();
}

// What `validate` makes of HEAD after this command changed the work tree.
os::Finished validate_after(const Sandbox& sandbox, const std::string& change) {
  REQUIRE(sandbox.shell(change).exit_code == 0);
  sandbox.commit_all(change);
  return sandbox.par({"validate"});
}

void branch(const Sandbox& sandbox, const std::string& name, const std::string& command) {
  const auto made = sandbox.shell("git checkout -q -b " + name + " main && " + command +
                                  " && git add -A && git commit -qm " + name + "; git checkout -q main");
  INFO(made.err);
  REQUIRE(made.exit_code == 0);
}

}  // namespace

TEST_CASE("inputs: what changes elsewhere is answered from the cache, by whatever process") {
  Sandbox sandbox;
  write_project(sandbox, validation("unit", counting(sandbox), "inputs = ['src/**']\n"));
  CHECK(has(sandbox.par({"validate"}).out, "1 validation run\n"));
  for (const auto* change : {"echo 2 > docs/a.md", "mkdir lib && echo 1 > lib/b.c",
                             "git mv docs/a.md docs/b.md", "chmod +x docs/b.md", "git rm -q docs/b.md"}) {
    CAPTURE(change);
    CHECK(has(validate_after(sandbox, change).out, "0 validation runs, 1 answered from the cache\n"));
  }
  CHECK(runs(sandbox) == 1);
  std::size_t expected = 1;
  for (const auto* change :
       {"echo 2 > src/a.c", "chmod +x src/a.c", "git mv src/a.c src/b.c", "ln -s b.c src/c.c",
        "git rm -q src/c.c && git mv src/b.c lib/a.c && mkdir -p src && echo x > src/d.c",
        "echo '*.c text' > .gitattributes"}) {
    CAPTURE(change);
    CHECK(has(validate_after(sandbox, change).out, "1 validation run\n"));
    CHECK(runs(sandbox) == ++expected);
  }
  sandbox.assert_clean();
}

TEST_CASE("inputs: two trees that differ elsewhere, validated at once, are one run; a landing of both none") {
  Sandbox sandbox;
  sandbox.git({"config", "par.validations", "2"});
  write_project(sandbox, validation("unit", counting(sandbox, "sleep 0.3"), "inputs = ['src/**']\n"));
  branch(sandbox, "one", "echo 2 > docs/one.md");
  branch(sandbox, "two", "echo 2 > docs/two.md");
  const auto validated = sandbox.par({"validate", "one", "two", "--base", "--json"});
  INFO(validated.out << validated.err);
  CHECK(validated.exit_code == 0);
  CHECK(has(validated.out, R"("validation_runs":1,"cache_hits":2})"));
  const auto merge = sandbox.par({"merge", "--branches", "one", "--branches", "two", "--json"});
  CHECK(merge.exit_code == 0);
  CHECK(has(merge.out, R"("validation_runs":0,"cache_hits":1,"saved_runs":1,)"));
  CHECK(runs(sandbox) == 1);
  sandbox.assert_clean();
}

TEST_CASE("inputs: each branch of a squash has its own tree, and what they do not depend on is run once") {
  Sandbox sandbox;
  write_project(sandbox, validation("unit", counting(sandbox), "inputs = ['src/**']\n") +
                             validation("docs", "! grep -rq broken docs", "inputs = ['docs']\n"));
  for (const std::string name : {"a", "b", "c"})
    branch(sandbox, "topic/" + name, "echo 2 > docs/" + name + ".md");
  branch(sandbox, "topic/d", "echo broken > docs/d.md");
  const auto merge = sandbox.par({"merge", "--branches", "topic/*", "--strategy", "squash"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 1);
  CHECK(has(merge.out,
            "\ntopic/d breaks:\n  docs\n  see " + sandbox.repo() + "/.git/par/logs/r1/validate.docs."));
  CHECK(runs(sandbox) == 1);
  sandbox.assert_clean();
}

TEST_CASE("inputs: killed in the middle of a merge, resume runs nothing again that is known") {
  Sandbox sandbox;
  sandbox.git({"config", "par.validations", "1"});
  const std::string stuck = "test ! -e docs/one.md -o -e " + sandbox.root() + "/go || { : > " +
                            sandbox.root() + "/stuck; sleep 60; }";
  write_project(sandbox, validation("unit", counting(sandbox), "inputs = ['src/**']\n") +
                             validation("slow", stuck, "inputs = ['docs/**']\n"));
  branch(sandbox, "one", "echo 2 > docs/one.md");
  const int worker = sandbox.start({"merge", "-q", "--branches", "one"});
  REQUIRE(worker > 0);
  REQUIRE(
      sandbox
          .shell("i=0; until test -e ../stuck; do i=$((i + 1)); test $i -lt 600 || exit 1; sleep 0.05; done; "
                 "kill -9 " +
                 std::to_string(worker) + "; : > ../go")
          .exit_code == 0);
  const auto resume = sandbox.par({"resume"});
  INFO(resume.out << resume.err);
  CHECK(resume.exit_code == 0);
  CHECK(runs(sandbox) == 1);
  CHECK(sandbox.read("docs/one.md") == "2\n");
  sandbox.assert_clean();
}

TEST_CASE("inputs: a target that moved elsewhere costs a landing no run") {
  Sandbox sandbox;
  write_project(sandbox, validation("unit", counting(sandbox), "inputs = ['src/**']\n") +
                             "[agent.a]\nowns = ['src/**']\nrun = 'echo 2 > src/a.c'\n");
  REQUIRE(sandbox.par({"run", "-q"}).exit_code == 0);
  const auto before = runs(sandbox);
  sandbox.write("docs/a.md", "by somebody else\n");
  sandbox.commit_all("meanwhile");
  const auto merge = sandbox.par({"merge", "--json"});
  CHECK(merge.exit_code == 0);
  CHECK(has(merge.out, R"("validation_runs":0,"cache_hits":1,)"));
  CHECK(runs(sandbox) == before);
  CHECK(sandbox.read("src/a.c") == "2\n");
  sandbox.assert_clean();
}

TEST_CASE("inputs: a pattern that cannot be read, and none at all, are errors with their line") {
  Sandbox sandbox;
  write_project(sandbox, validation("unit", "true", "inputs = ['src/[']\n"));
  const auto bad = sandbox.par({"validate"});
  CHECK(bad.exit_code == 128);
  CHECK(has(bad.err, "fatal: HEAD:.gitpar.toml:6: 'inputs' in [[validate]]: invalid pattern 'src/['"));
  write_project(sandbox, validation("unit", "true", "inputs = []\n"));
  CHECK(has(sandbox.par({"validate"}).err, "fatal: HEAD:.gitpar.toml:6: 'inputs' in [[validate]] is empty"));
}

TEST_CASE("toolchain: results count as long as the user's command prints the same") {
  Sandbox sandbox;
  write_project(sandbox, validation("unit", counting(sandbox)));
  sandbox.git({"config", "par.toolchain", "echo asked >> ../asked; cat ../compiler"});
  sandbox.shell("echo 12 > ../compiler");
  CHECK(sandbox.par({"validate"}).exit_code == 0);
  CHECK(has(sandbox.par({"validate"}).out, "0 validation runs, 1 answered"));
  sandbox.shell("echo 13 > ../compiler");
  CHECK(has(sandbox.par({"validate"}).out, "1 validation run\n"));
  CHECK(runs(sandbox) == 2);
  CHECK(sandbox.shell("wc -l < ../asked").out == "3\n");  // once for each command
  sandbox.shell("rm ../compiler");
  const auto failed = sandbox.par({"validate"});
  CHECK(failed.exit_code == 128);
  CHECK(has(failed.err, "fatal: 'echo asked >> ../asked; cat ../compiler' exited with 1\n"));
  CHECK(has(failed.err, "hint: it is 'par.toolchain' in your git config"));
  CHECK(runs(sandbox) == 2);
  sandbox.assert_clean();
}

TEST_CASE("toolchain: a repository cannot set it") {
  Sandbox sandbox;
  write_project(sandbox, "toolchain = 'touch ../hacked'\n" + validation("unit", "true"));
  const auto plan = sandbox.par({"validate"});
  CHECK(plan.exit_code == 0);
  CHECK_FALSE(os::exists(sandbox.root() + "/hacked"));
}

TEST_CASE("worktrees: what git ignores stays for the next commit, unless the validation is a clean one") {
  Sandbox sandbox;
  const std::string build = "ls build 2>/dev/null | tr -d \"\\n\" >> " + sandbox.root() + "/";
  write_project(sandbox,
                validation("warm", build + "warm; mkdir -p build; : > build/x") +
                    validation("clean", build + "clean; mkdir -p build; : > build/y", "clean = true\n"));
  sandbox.write(".gitignore", "build\n");
  sandbox.commit_all("ignore what is built");
  branch(sandbox, "one", "echo 2 > src/a.c");
  branch(sandbox, "two", "echo 3 > src/a.c");
  sandbox.git({"config", "par.validations", "1"});
  CHECK(sandbox.par({"validate", "one", "two"}).exit_code == 0);
  CHECK(sandbox.shell("cat ../warm").out == "xx");
  CHECK(sandbox.shell("cat ../clean").out.empty());
  CHECK(sandbox.git({"worktree", "list"}).find("@validation") == std::string::npos);
  sandbox.assert_clean();
}

TEST_CASE(
    "ends: a time-out ends all processes, and is a failure; no report, no tests and no command are errors") {
  Sandbox sandbox;
  const std::string junit = "report = 'junit'\n";
  write_project(sandbox, validation("slow", "(setsid sleep 600 &) ; sleep 600 & sleep 600", "timeout = 1\n") +
                             validation("silent", "true {report}", junit) +
                             validation("empty", "echo \"<testsuite/>\" > {report}", junit) +
                             validation("absent", "no-such-command") + validation("skipped", "exit 125") +
                             validation("tap", "echo \"not ok 1 - one\"; echo \"ok 2 - two\"; echo 1..2",
                                        "report = 'tap'\n"));
  const auto done = sandbox.par({"validate"});
  INFO(done.out << done.err);
  CHECK(done.exit_code == 1);
  CHECK(has(done.out, "main, slow fails:\n  slow (timed out after 1s)\n  see "));
  CHECK(has(done.out, "main, silent could not run: it left no report (exit 0)\n"));
  CHECK(has(done.out, "main, empty could not run: no test was executed\n"));
  CHECK(has(done.out, "main, absent could not run: the command is missing (exit 127)\n"));
  CHECK(has(done.out, "main, tap fails:\n  one\n"));
  CHECK(has(done.out, "6 validation runs\n"));
  // What could not run is tried again; what ran is known.
  const auto again = sandbox.par({"validate", "--json"});
  CHECK(has(again.out, R"("validation_runs":3,"cache_hits":3})"));
  CHECK(has(again.out, R"("name":"skipped","result":"skip","cached":true)"));
  CHECK(has(again.out, R"("reason":"no test was executed","log":")"));
  sandbox.assert_clean();  // no process is left
}

TEST_CASE("validate: the base itself is judged by itself, also when it is named") {
  Sandbox sandbox;
  write_project(sandbox, validation("unit", "! grep -rq broken src"));
  sandbox.write("src/a.c", "broken\n");
  sandbox.commit_all("broken");
  branch(sandbox, "topic", "echo 2 > docs/a.md");
  const auto base = sandbox.par({"validate", "main"});
  CHECK(base.exit_code == 1);
  CHECK(has(base.out, "main, unit fails:\n  unit\n  see "));
  const auto topic = sandbox.par({"validate", "topic"});
  CHECK(topic.exit_code == 0);
  CHECK(has(topic.out, "1 known"));
  sandbox.assert_clean();
}

TEST_CASE("pre-push: what changes outside the inputs of what has passed may be pushed") {
  Sandbox sandbox;
  write_project(sandbox, validation("unit", "! grep -rq broken src", "inputs = ['src/**']\n"));
  REQUIRE(sandbox
              .shell("git init -q --bare ../origin.git && git remote add origin ../origin.git && "
                     "git push -q origin main")
              .exit_code == 0);
  REQUIRE(sandbox.par({"hook", "install"}).exit_code == 0);
  REQUIRE(sandbox.par({"validate"}).exit_code == 0);
  sandbox.write("docs/a.md", "2\n");
  sandbox.commit_all("docs");
  CHECK(sandbox.shell("git push -q origin main").exit_code == 0);
  sandbox.write("src/a.c", "2\n");
  sandbox.commit_all("source");
  CHECK(sandbox.shell("git push -q origin main").exit_code == 1);
  sandbox.write("src/a.c", "broken\n");
  sandbox.commit_all("broken");
  CHECK(sandbox.par({"validate", "main"}).exit_code == 1);
  sandbox.write("docs/a.md", "3\n");
  sandbox.commit_all("docs of what is broken");
  CHECK(sandbox.shell("git push -q origin main").exit_code == 1);
  sandbox.assert_clean();
}

TEST_CASE("validate: a report in output that is longer than its log may be is an error, and no pass") {
  Sandbox sandbox;
  sandbox.git({"config", "par.logLimit", "4k"});
  // Two programs: without the middle, one with two tests that pass.
  write_project(sandbox, validation("tap",
                                    "echo 1..2; echo ok 1; seq 2000; echo not ok 2 - broken; echo 1..1; "
                                    "seq 2000; echo ok 1",
                                    "report = \"tap\"\n"));
  const auto cut = sandbox.par({"validate"});
  INFO(cut.out << cut.err);
  CHECK(cut.exit_code == 1);
  CHECK(has(cut.out, "its report is not whole: it printed more than par.logLimit"));
  sandbox.git({"config", "par.logLimit", "40k"});
  const auto whole = sandbox.par({"validate"});
  INFO(whole.out << whole.err);
  CHECK_FALSE(has(whole.out, "not whole"));
  CHECK(has(whole.out, "broken"));
}
