// Existing branches land while the target goes on, or while the program is killed: real git, real commands.
#include <csignal>

#include "base/strings.h"
#include "support/catch.h"
#include "support/sandbox.h"

using namespace par;
using test::Sandbox;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

const std::string kGreen = "! grep -rq broken src";

void write_project(const Sandbox& sandbox, const std::string& validation = kGreen) {
  sandbox.write(".gitpar.toml",
                "target = \"main\"\n[[validate]]\nname = \"unit\"\nreruns = 0\nrun = '" + validation + "'\n");
  sandbox.write("src/file.txt", "as it was\n");
  sandbox.commit_all("base");
}

// A branch of main with a commit for each of these files.
void branch(const Sandbox& sandbox, const std::string& name, const std::vector<std::string>& files,
            const std::string& content = "x") {
  sandbox.git({"checkout", "-q", "-b", name, "main"});
  for (const auto& file : files) {
    sandbox.write("src/" + file, content + "\n");
    sandbox.commit_all(file + " of " + name);
  }
  sandbox.git({"checkout", "-q", "main"});
}

// A validation during which that is done in the repository, once, when a tree with this file is validated.
std::string once_with(const Sandbox& sandbox, const std::string& file, const std::string& command) {
  const std::string mark = sandbox.root() + "/done";
  return "if test -e " + file + " -a ! -e " + mark + "; then touch " + mark + "; cd " + sandbox.repo() +
         " && " + command + "; fi";
}

std::string count(const Sandbox& sandbox, const std::string& range) {
  return sandbox.git({"rev-list", "--count", "--first-parent", range});
}

}  // namespace

TEST_CASE("merge --branches: two at once, both of one branch: it lands once") {
  Sandbox sandbox;
  const std::string strategy = GENERATE("merge", "squash", "single", "rebase");
  INFO(strategy);
  write_project(sandbox);
  const std::string other = "git par merge -q --strategy " + strategy + " --branches topic/a";
  write_project(sandbox, once_with(sandbox, "src/a", other));
  branch(sandbox, "topic/a", {"a"});
  branch(sandbox, "topic/b", {"b"});
  const bool alone = GENERATE(true, false);
  const auto merge = sandbox.par({"merge", "--strategy", strategy, "--json", "--branches",
                                  alone ? std::string("topic/a") : std::string("topic/*")});
  INFO(merge.out << merge.err << sandbox.git({"log", "--graph", "--oneline", "main"}));
  CHECK(merge.exit_code == 0);
  CHECK(has(sandbox.par({"status", "r2"}).out, "run r2: landed"));
  CHECK(sandbox.read("src/a") == "x\n");
  CHECK(count(sandbox, "main") == (alone ? "3" : "4"));
  if (alone) CHECK(has(merge.out, R"("after":")" + sandbox.git({"rev-parse", "main"})));
  if (strategy == "merge")
    CHECK(sandbox.git({"rev-list", "--count", "--merges", "main"}) == (alone ? "1" : "2"));
  if (strategy != "squash" || alone) return sandbox.assert_clean();

  // What has no commit of its own does not pass for another's.
  const auto nothing = sandbox.par({"rollback", "--landed", "--run", "r1", "topic-a"});
  CHECK(nothing.exit_code == 1);
  REQUIRE(sandbox.par({"rollback", "-q", "--landed", "--run", "r1", "topic-b"}).exit_code == 0);
  CHECK(sandbox.read("src/a") == "x\n");
  CHECK(sandbox.read("src/b").empty());
  sandbox.assert_clean();
}

TEST_CASE(
    "merge --branches: what the target took of a branch and gave back meanwhile stays out, as for git") {
  Sandbox sandbox;
  write_project(sandbox);
  const std::string take_back =
      "git merge -q --no-ff -m part topic~1 && git revert --no-edit -m 1 HEAD && git branch reference";
  write_project(sandbox, once_with(sandbox, "src/second", take_back));
  branch(sandbox, "topic", {"first", "second"});
  const auto merge = sandbox.par({"merge", "--branches", "topic"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 0);
  sandbox.git({"checkout", "-q", "reference"});
  sandbox.git({"merge", "-q", "-m", "by git", "topic"});
  CHECK(sandbox.git({"rev-parse", "main^{tree}"}) == sandbox.git({"rev-parse", "reference^{tree}"}));
  CHECK(sandbox.git({"ls-tree", "--name-only", "main", "src/"}) == "src/file.txt\nsrc/second");
  sandbox.assert_clean();
}

TEST_CASE("merge --branches: killed anywhere, resume lands the same") {
  const auto prepare = [](const Sandbox& sandbox) {
    write_project(sandbox);
    for (const std::string name : {"a", "b", "c"})
      branch(sandbox, "topic/" + name, {name}, name == "b" ? "broken" : "x");
  };
  const std::string strategy = GENERATE("merge", "rebase");
  const std::vector<std::string> command{"merge", "--branches", "topic/*", "--strategy", strategy};
  std::vector<std::string> points;
  {
    Sandbox sandbox;
    prepare(sandbox);
    sandbox.set("PAR_CRASH_LIST", sandbox.root() + "/points");
    CHECK(sandbox.par(command).exit_code == 1);  // b is not in
    // At those of jobs a keeper dies, and not the program (tests/crash).
    points = split_terminated(sandbox.shell("sort -u ../points | grep -v '^job[.]'").out, '\n');
  }
  CHECK(points.size() > 30);
  for (const auto& point : points) {
    INFO("killed at " << point << ", " << strategy);
    Sandbox sandbox;
    prepare(sandbox);
    const auto tips = sandbox.git({"for-each-ref", "refs/heads/topic"});
    sandbox.set("PAR_CRASH", point + "=kill");
    REQUIRE(sandbox.par(command).exit_code == 128 + SIGKILL);
    sandbox.unset("PAR_CRASH");
    const bool is_known = sandbox.par({"status"}).exit_code == 0;
    const auto end = sandbox.par(is_known ? std::vector<std::string>{"resume"} : command);
    INFO(end.out << end.err);
    CHECK(end.exit_code == 1);
    CHECK(sandbox.read("src/a") == "x\n");
    CHECK(sandbox.read("src/b").empty());
    CHECK(sandbox.read("src/c") == "x\n");
    CHECK(has(sandbox.par({"status"}).out, "run r1: landed, 2 of 3"));
    CHECK(sandbox.git({"for-each-ref", "refs/heads/topic"}) == tips);
    sandbox.assert_clean();
  }
}
