// Existing branches that landed are taken off the target again: real git, real program.
#include "base/strings.h"
#include "support/catch.h"
#include "support/sandbox.h"

using namespace par;
using test::Sandbox;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

void write_project(const Sandbox& sandbox, const std::string& strategy = "merge") {
  sandbox.write(".gitpar.toml", "target = \"main\"\nstrategy = \"" + strategy +
                                    "\"\n[[validate]]\nname = \"unit\"\nreruns = 0\nrun = \"true\"\n");
  sandbox.write("src/file.txt", "as it was\n");
  sandbox.commit_all("base");
}

// A commit for each of the files, "a/1" in src/a/1.
void branch(const Sandbox& sandbox, const std::string& name, const std::vector<std::string>& files,
            const std::string& from = "main") {
  std::string script = "git checkout -q -b " + name + " " + from;
  for (const auto& file : files)
    script += " && mkdir -p $(dirname src/" + file + ") && echo x > src/" + file +
              " && git add -A && git commit -qm " + file;
  const auto made = sandbox.shell(script + "; git checkout -q main");
  INFO(made.err);
  REQUIRE(made.exit_code == 0);
}

void land(const Sandbox& sandbox, const std::vector<std::string>& branches) {
  std::vector<std::string> command{"merge"};
  for (const auto& name : branches) command.insert(command.end(), {"--branches", name});
  const auto merge = sandbox.par(command);
  INFO(merge.out << merge.err);
  REQUIRE(merge.exit_code == 0);
}

void roll_back(const Sandbox& sandbox, const std::string& name) {
  const auto done = sandbox.par({"rollback", "--landed", name});
  INFO(done.out << done.err);
  REQUIRE(done.exit_code == 0);
}

// What main changed since that commit.
std::string changed_since(const Sandbox& sandbox, const std::string& commit) {
  return sandbox.git({"diff", "--name-status", commit, "main"});
}

}  // namespace

TEST_CASE("rollback --landed: of a rebase goes what landed, and nothing comes that did not") {
  Sandbox sandbox;
  write_project(sandbox, "rebase");
  branch(sandbox, "a", {"a/1", "a/2"});
  branch(sandbox, "b", {"b/1"});
  sandbox.write("src/file.txt", "it goes on\n");
  sandbox.commit_all("main goes on");
  // A merge that adds a file of its own: rebase leaves merges out.
  REQUIRE(sandbox
              .shell("git checkout -q b && git merge -q --no-commit main && echo evil > src/b/evil && "
                     "git add -A && git commit -qm merged && git checkout -q main")
              .exit_code == 0);
  land(sandbox, {"a", "b"});
  const auto landed = sandbox.git({"rev-parse", "main"});
  CHECK(sandbox.read("src/b/evil").empty());

  roll_back(sandbox, "a");
  CHECK(changed_since(sandbox, landed) == "D\tsrc/a/1\nD\tsrc/a/2");
  CHECK(has(sandbox.git({"log", "-1", "--format=%B"}),
            "This reverts commit " + sandbox.git({"rev-parse", landed + "~2"}) + ".\nThis reverts commit " +
                sandbox.git({"rev-parse", landed + "~1"}) + ".\n"));
  roll_back(sandbox, "b");
  CHECK(changed_since(sandbox, landed + "~3").empty());
  sandbox.assert_clean();
}

TEST_CASE("rollback --landed: what was rolled back is not on the target, until the rollback is reverted") {
  Sandbox sandbox;
  write_project(sandbox);
  branch(sandbox, "topic/a", {"a"});
  land(sandbox, {"topic/a"});
  roll_back(sandbox, "topic-a");
  const auto rollback = sandbox.git({"rev-parse", "--short=10", "main"});
  branch(sandbox, "topic/b", {"b"});
  for (const std::string pattern : {"topic/*", "topic/a"}) {
    const auto merge = sandbox.par({"merge", "--branches", pattern});
    INFO(merge.out << merge.err);
    CHECK(merge.exit_code == 1);
    CHECK(has(merge.out, "  left out  topic/a: rolled back, taken off 'main' by " + rollback + "\n"));
    CHECK(
        has(merge.err, "hint: 'git revert " + rollback + "' on 'main' brings the work of 'topic/a' back\n"));
    CHECK(sandbox.read("src/b") == "x\n");
  }
  CHECK(has(
      sandbox.par({"merge", "--branches", "topic/a", "--json"}).out,
      R"("rejected":[{"branch":"topic/a","with":[],"tests":[],"reason":"rolled back, taken off 'main' by )" +
          rollback));
  CHECK(has(sandbox.par({"rollback", "--landed", "--run", "r1", "topic-a"}).err,
            "error: nothing of 'topic-a' is on 'main'\n"));

  sandbox.git({"revert", "--no-edit", rollback});
  const auto merge = sandbox.par({"merge", "--branches", "topic/a"});
  CHECK(merge.exit_code == 0);
  CHECK(has(merge.out, "  in it     topic/a: 'main' has its work\n"));
  const auto back = sandbox.git({"rev-parse", "main"});
  const auto done = sandbox.par({"rollback", "--landed", "--run", "r1", "topic-a"});
  INFO(done.out << done.err);
  CHECK(done.exit_code == 0);
  CHECK(changed_since(sandbox, back) == "D\tsrc/a");
  sandbox.assert_clean();
}

TEST_CASE("rollback --landed: a branch by its own name, also by one that a run has or another agent") {
  Sandbox sandbox;
  write_project(sandbox);
  branch(sandbox, "r1", {"r1"});
  branch(sandbox, "Topic/a", {"Topic-a"});
  branch(sandbox, "topic-a", {"topic-a"});
  branch(sandbox, "other", {"other"});
  land(sandbox, {"r1", "Topic/a", "topic-a", "other"});
  const auto landed = sandbox.git({"rev-parse", "main"});
  CHECK(sandbox.par({"rollback", "--landed", "-n", "r1"}).out == "would roll back:\n  r1\n");
  const auto done = sandbox.par({"rollback", "--landed", "r1", "topic-a"});
  INFO(done.out << done.err);
  REQUIRE(done.exit_code == 0);
  CHECK(changed_since(sandbox, landed) == "D\tsrc/r1\nD\tsrc/topic-a");
  CHECK(has(sandbox.par({"rollback", "--landed", "Topic/a"}).out, "  rolled back  Topic/a (1 file)\n"));
  CHECK(changed_since(sandbox, landed) == "D\tsrc/Topic-a\nD\tsrc/r1\nD\tsrc/topic-a");
  // What no agent is called is a run, or a phase.
  branch(sandbox, "later", {"later"});
  land(sandbox, {"later"});
  roll_back(sandbox, "r2");
  CHECK(sandbox.read("src/later").empty());
  CHECK(sandbox.par({"rollback", "--landed", "--run", "r1", "1"}).exit_code == 0);
  CHECK(sandbox.read("src/other").empty());
  sandbox.assert_clean();
}

TEST_CASE("rollback --landed: one branch beside a stack, the top of a stack, and one that shares commits") {
  const std::string strategy = GENERATE("merge", "squash", "rebase", "single");
  INFO(strategy);
  Sandbox sandbox;
  write_project(sandbox, strategy);
  branch(sandbox, "st1", {"st1"});
  branch(sandbox, "st2", {"st2"}, "st1");
  branch(sandbox, "common", {"common"});
  branch(sandbox, "left", {"left"}, "common");
  branch(sandbox, "right", {"right"}, "common");
  branch(sandbox, "solo", {"solo"});
  land(sandbox, {"st1", "st2", "left", "right", "solo"});
  const auto landed = sandbox.git({"rev-parse", "main"});
  roll_back(sandbox, "solo");
  CHECK(changed_since(sandbox, landed) == "D\tsrc/solo");
  roll_back(sandbox, "st2");
  CHECK(changed_since(sandbox, landed) == "D\tsrc/solo\nD\tsrc/st2");
  roll_back(sandbox, "right");  // the left one still has what they share
  CHECK(changed_since(sandbox, landed) == "D\tsrc/right\nD\tsrc/solo\nD\tsrc/st2");
  sandbox.assert_clean();
}
