// Many branches at once: real git, real commands, real validations side by side.
#include "base/strings.h"
#include "support/catch.h"
#include "support/sandbox.h"

using namespace par;
using test::Sandbox;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string agent(const std::string& name, const std::string& before = "") {
  return "[agent." + name + "]\nowns = [\"/src/" + name + "/**\"]\nrun = '" + before + " echo " + name +
         " > src/" + name + "/new.txt'\n";
}

void write_project(const Sandbox& sandbox, const std::string& validation, const std::string& agents) {
  sandbox.git({"config", "par.validations", "2"});
  sandbox.write(".gitpar.toml", "target = \"main\"\n[[validate]]\nname = \"unit\"\nreruns = 0\nrun = '" +
                                    validation + "'\n" + agents);
  for (const std::string name : {"a", "b", "c"}) sandbox.write("src/" + name + "/file.txt", "as it was\n");
  sandbox.commit_all("base");
}

// True when nobody has worked yet, in a validation.
const std::string kIsBase = "test ! -e src/a/new.txt -a ! -e src/b/new.txt";

std::string wait_for(const std::string& condition) {
  return "i=0; until " + condition + "; do i=$((i + 1)); test $i -lt 1200 || exit 1; sleep 0.05; done; ";
}

std::size_t count_lines(const Sandbox& sandbox, const std::string& command) {
  return split_terminated(sandbox.shell(command).out, '\n').size();
}

}  // namespace

TEST_CASE("together: two validations really run at the same time") {
  Sandbox sandbox;
  const std::string marks = sandbox.root() + "/mark.";
  // Each passes only when the other one has begun as well.
  write_project(sandbox,
                kIsBase + " && exit 0; : > " + marks + "$(git rev-parse HEAD); " +
                    wait_for("test $(ls " + marks + "* | wc -l) -ge 2"),
                agent("a") + agent("b", wait_for("ls " + marks + "* >/dev/null 2>&1")));
  const auto run = sandbox.par({"run", "-j", "2"});
  INFO(run.out << run.err);
  CHECK(run.exit_code == 0);
  CHECK(count_lines(sandbox, "ls " + marks + "*") == 2);
  CHECK(count_lines(sandbox, "ls -d ../repo.par/r1/@validation*") == 2);
  CHECK(sandbox.par({"merge", "-q"}).exit_code == 0);
  CHECK(sandbox.par({"clean"}).exit_code == 0);
  CHECK(count_lines(sandbox, "git worktree list") == 1);
  sandbox.assert_clean();
}

TEST_CASE("together: killed with two validations under way, resume runs nothing again that is known") {
  Sandbox sandbox;
  const std::string at = sandbox.root() + "/";
  write_project(sandbox,
                kIsBase + " && { echo base >> " + at + "runs; exit 0; }; git rev-parse HEAD >> " + at +
                    "runs; " + wait_for("test -e " + at + "go"),
                agent("a") + agent("b", wait_for("grep -qv base " + at + "runs 2>/dev/null")));
  const int worker = sandbox.start({"run", "-q", "-j", "2"});
  REQUIRE(worker > 0);
  const std::string others = "grep -v base " + at + "runs 2>/dev/null";
  for (int i = 0; i < 600 && count_lines(sandbox, others) < 2; ++i) sandbox.shell("sleep 0.05");
  REQUIRE(count_lines(sandbox, others) == 2);
  CHECK(has(sandbox.par({"status"}).out, "tried together:\n  a\n  a, b\n"));
  CHECK(has(sandbox.par({"status", "--json"}).out,
            R"("trials":[{"agents":["a"],"explains":false},{"agents":["a","b"],"explains":false}])"));
  sandbox.shell("kill -9 " + std::to_string(worker));
  sandbox.shell(": > " + at + "go");
  const auto resume = sandbox.par({"resume"});
  INFO(resume.out << resume.err << sandbox.shell("cat " + at + "runs").out);
  CHECK(resume.exit_code == 0);
  CHECK(count_lines(sandbox, "grep base " + at + "runs") == 1);
  CHECK(count_lines(sandbox, others + " | sort -u") == 2);
  CHECK(count_lines(sandbox, others) <= 4);  // those that were cut off, once more
  sandbox.assert_clean();
}

TEST_CASE("together: of a pair that breaks only together one gets in, and the other names it") {
  Sandbox sandbox;
  write_project(sandbox, "test ! -e src/a/new.txt -o ! -e src/b/new.txt",
                agent("a") + agent("b") + agent("c"));
  const auto run = sandbox.par({"run", "-j", "3"});
  INFO(run.out << run.err);
  CHECK(run.exit_code == 1);
  CHECK((has(run.out, "breaks 'unit' together with 'a'") || has(run.out, "breaks 'unit' together with 'b'")));
  CHECK(has(run.out, "2 of 3 agents accepted"));
  const auto merge = sandbox.par({"merge", "--json"});
  CHECK(merge.exit_code == 0);
  CHECK((has(merge.out, R"("with":["a"],"tests":["unit"])") ||
         has(merge.out, R"("with":["b"],"tests":["unit"])")));
  CHECK(sandbox.read("src/c/new.txt") == "c\n");
  sandbox.assert_clean();
}

TEST_CASE("together: after the target was moved by someone else, all that was accepted is one run") {
  Sandbox sandbox;
  write_project(sandbox, "! grep -rq broken src", agent("a") + agent("b") + agent("c"));
  REQUIRE(sandbox.par({"run", "-q"}).exit_code == 0);
  sandbox.write("docs/new.md", "by somebody else\n");
  sandbox.commit_all("meanwhile");
  const auto merge = sandbox.par({"merge"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 0);
  CHECK(has(merge.out, "1 validation run\n"));
  for (const std::string name : {"a", "b", "c"})
    CHECK(sandbox.read("src/" + name + "/new.txt") == name + "\n");
  CHECK(sandbox.read("docs/new.md") == "by somebody else\n");
  sandbox.assert_clean();
}

TEST_CASE("together: target rewound: it gets what was accepted, and nothing of what it lost") {
  Sandbox sandbox;
  write_project(sandbox, "! grep -rq broken src", agent("a") + agent("b"));
  sandbox.write("docs/withdrawn.md", "x\n");
  sandbox.commit_all("to be withdrawn");
  REQUIRE(sandbox.par({"run", "-q"}).exit_code == 0);
  sandbox.git({"reset", "-q", "--hard", "HEAD~1"});
  const auto merge = sandbox.par({"merge"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 0);
  CHECK(sandbox.read("src/b/new.txt") == "b\n");
  CHECK(sandbox.git({"log", "--format=%s"}).find("to be withdrawn") == std::string::npos);
  sandbox.assert_clean();
}

TEST_CASE("together: a commit that was added to a branch after it was validated does not land") {
  Sandbox sandbox;
  write_project(sandbox, "! grep -rq broken src", agent("a") + agent("b"));
  REQUIRE(sandbox.par({"run", "-q"}).exit_code == 0);
  CHECK(sandbox
            .shell("cd ../repo.par/r1/a && echo broken > src/a/late.txt && git add -A && git commit -qm late")
            .exit_code == 0);
  const auto merge = sandbox.par({"merge"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 0);
  CHECK(sandbox.read("src/a/new.txt") == "a\n");
  CHECK(sandbox.read("src/a/late.txt").empty());
  CHECK(has(sandbox.git({"log", "-1", "--format=%s", "par/r1/a/tip"}), "late"));
  sandbox.assert_clean();
}

TEST_CASE("together: what conflicts is rejected without a run, and says with whom") {
  Sandbox sandbox;
  write_project(sandbox, "! grep -rq broken src",
                "[agent.x]\nowns = [\"/src/**\"]\nrun = 'echo x > src/a/file.txt'\n" + agent("b"));
  REQUIRE(sandbox.par({"run", "-q"}).exit_code == 0);
  sandbox.write("src/a/file.txt", "somebody was faster\n");
  sandbox.commit_all("meanwhile");
  const auto merge = sandbox.par({"merge"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 0);
  CHECK(has(merge.out, "left out  x: rejected: conflicts with the candidate in 'src/a/file.txt'"));
  CHECK(sandbox.read("src/b/new.txt") == "b\n");
  CHECK(has(merge.out, "1 validation run\n"));
  sandbox.assert_clean();
}
