// Landing by replaying commits: real git, real commands.
#include <algorithm>

#include "base/strings.h"
#include "support/catch.h"
#include "support/sandbox.h"

using namespace par;
using test::Sandbox;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

const std::string kGreen = "! grep -rq broken src";

void write_project(const Sandbox& sandbox, const std::string& more = "", const std::string& run = kGreen) {
  sandbox.write(".gitpar.toml",
                "target = \"main\"\nstrategy = \"rebase\"\n[[validate]]\nname = \"unit\"\n"
                "reruns = 0\nrun = '" +
                    run + "'\n" + more);
  for (const std::string name : {"a", "b", "c"})
    sandbox.write("src/" + name + "/file.txt", "1\n2\n3\n4\n5\n6\n7\n8\n9\n");
  sandbox.commit_all("base");
}

// Commits of one branch: a shell command each.
void branch(const Sandbox& sandbox, const std::string& name, const std::vector<std::string>& commits,
            const std::string& from = "main") {
  std::string script = "git checkout -q -b " + name + " " + from;
  for (const auto& commit : commits) script += " && " + commit + " && git add -A && git commit -qm \"$m\"";
  const auto made = sandbox.shell(script + "; git checkout -q main");
  INFO(made.err);
  REQUIRE(made.exit_code == 0);
}

std::string commit(const std::string& message, const std::string& command) {
  return "m='" + message + "' && " + command;
}

std::vector<std::string> log_of(const Sandbox& sandbox, const std::string& format,
                                const std::string& range = "main") {
  return split_terminated(sandbox.git({"log", "--first-parent", "--format=" + format, range}) + "\n", '\n');
}

}  // namespace

TEST_CASE("rebase: commits land one by one with their authors, dates, messages and trailers") {
  Sandbox sandbox;
  write_project(sandbox);
  branch(sandbox, "topic/a",
         {commit("first\n\nWith a body.", "echo 1 > src/a/one.txt"),
          commit("second\n\nSigned-off-by: Ann <ann@example.com>",
                 "export GIT_AUTHOR_NAME=Ann GIT_AUTHOR_EMAIL=ann@example.com "
                 "GIT_AUTHOR_DATE=2001-02-03T04:05:06+0200 && echo 2 > src/a/two.txt")});
  branch(sandbox, "topic/b", {commit("third", "echo 3 > src/b/three.txt")});
  const auto merge = sandbox.par({"merge", "--branches", "topic/*"});
  INFO(merge.out << merge.err);
  REQUIRE(merge.exit_code == 0);
  CHECK(log_of(sandbox, "%s") == std::vector<std::string>{"third", "second", "first", "base"});
  CHECK(sandbox.git({"rev-list", "--count", "--merges", "main"}) == "0");
  CHECK(sandbox.git({"log", "-1", "--format=%an <%ae> %aI", "main~1"}) ==
        "Ann <ann@example.com> 2001-02-03T04:05:06+02:00");
  CHECK(sandbox.git({"log", "-1", "--format=%B", "main~1"}) ==
        "second\n\nSigned-off-by: Ann <ann@example.com>\nPar-Run: r1\nPar-Agent: topic-a");
  CHECK(sandbox.git({"log", "-1", "--format=%B", "main~2"}) ==
        "first\n\nWith a body.\n\nPar-Run: r1\nPar-Agent: topic-a");
  CHECK(has(merge.out, "3 validation runs"));
  CHECK(sandbox.par({"clean"}).exit_code == 0);
  sandbox.assert_clean();
}

TEST_CASE("rebase: every commit that lands was tested, and a branch with one that fails stays out") {
  Sandbox sandbox;
  const std::string seen = sandbox.root() + "/seen";
  write_project(sandbox, "", "git rev-parse HEAD^{tree} >> " + seen + "; " + kGreen);
  branch(sandbox, "topic/a", {commit("a1", "echo 1 > src/a/1"), commit("a2", "echo 2 > src/a/2")});
  branch(sandbox, "topic/b", {commit("b1", "echo broken > src/b/1"), commit("b2", "echo 2 > src/b/1")});
  branch(sandbox, "topic/c", {commit("c1", "echo 1 > src/c/1")});
  const auto merge = sandbox.par({"merge", "--branches", "topic/*"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 1);
  CHECK(log_of(sandbox, "%s") == std::vector<std::string>{"c1", "a2", "a1", "base"});
  CHECK(has(merge.out, "left out  topic/b: rejected: breaks 'unit' on top of the candidate, at its commit " +
                           sandbox.git({"rev-parse", "topic/b~1"}).substr(0, 10)));
  const std::string trees = sandbox.shell("cat " + seen).out;
  for (const auto& tree : log_of(sandbox, "%T", "main~3..main")) CHECK(has(trees, tree));
  CHECK(sandbox.par({"merge", "--branches", "topic/b", "--strategy", "merge"}).exit_code == 0);
  CHECK(sandbox.read("src/b/1") == "2\n");
  sandbox.assert_clean();
}

TEST_CASE("rebase: a commit that does not apply keeps its branch out, and is named") {
  Sandbox sandbox;
  write_project(sandbox);
  branch(sandbox, "topic/a", {commit("a1", "sed -i s/1/one/ src/a/file.txt")});
  // Merged as a whole it would not conflict.
  branch(sandbox, "topic/b",
         {commit("b1", "sed -i s/1/uno/ src/a/file.txt"),
          commit("b2", "sed -i s/uno/1/ src/a/file.txt && echo b > src/b/new.txt")});
  const auto merge = sandbox.par({"merge", "--branches", "topic/*"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 1);
  CHECK(has(merge.out,
            "left out  topic/b: rejected: conflicts with the candidate in 'src/a/file.txt', at its commit " +
                sandbox.git({"rev-parse", "topic/b~1"}).substr(0, 10)));
  CHECK(log_of(sandbox, "%s") == std::vector<std::string>{"a1", "base"});
  sandbox.assert_clean();
}

TEST_CASE("rebase: merges are flattened, what is there already is left out, a stack is replayed once") {
  Sandbox sandbox;
  write_project(sandbox);
  branch(
      sandbox, "topic/1",
      {commit("one", "sed -i s/1/one/ src/a/file.txt"), commit("two", "sed -i s/one/two/ src/a/file.txt")});
  branch(sandbox, "topic/2", {commit("three", "echo 3 > src/b/3")}, "topic/1");
  branch(sandbox, "topic/3", {commit("fix", "echo fix > src/c/fix"), commit("four", "echo 4 > src/c/4")});
  REQUIRE(sandbox
              .shell("git cherry-pick topic/3~1 >/dev/null && git checkout -q topic/3 && "
                     "git merge -q -m merged main && git checkout -q main")
              .exit_code == 0);
  const auto merge = sandbox.par({"merge", "--branches", "topic/*"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 0);
  auto subjects = log_of(sandbox, "%s", "main~4..main");
  std::sort(subjects.begin(), subjects.end());
  CHECK(subjects == std::vector<std::string>{"four", "one", "three", "two"});
  CHECK(sandbox.git({"rev-list", "--count", "main"}) == "6");
  CHECK(sandbox.read("src/a/file.txt").starts_with("two\n"));
  sandbox.assert_clean();
}

TEST_CASE("rebase: agents' commits are replayed, also when the run had merged them") {
  Sandbox sandbox;
  const std::string config = GENERATE("rebase", "merge");
  sandbox.write(".gitpar.toml", "target = \"main\"\nstrategy = \"" + config +
                                    "\"\n[[validate]]\nname = \"unit\"\nrun = '" + kGreen +
                                    "'\n[agent.a]\nowns = [\"/src/a/**\"]\nrun = '''for i in 1 2; do echo $i "
                                    "> src/a/$i && git add -A && git commit -qm \"a $i\"; done'''\n"
                                    "[agent.b]\nowns = [\"/src/b/**\"]\nrun = \"echo b > src/b/new\"\n");
  for (const std::string name : {"a", "b"}) sandbox.write("src/" + name + "/file.txt", "x\n");
  sandbox.commit_all("base");
  REQUIRE(sandbox.par({"run", "-q"}).exit_code == 0);
  sandbox.write("elsewhere", "meanwhile\n");
  sandbox.commit_all("meanwhile");
  const auto merge = sandbox.par({"merge", "--strategy", "rebase"});
  INFO(merge.out << merge.err);
  REQUIRE(merge.exit_code == 0);
  auto subjects = log_of(sandbox, "%s", "main~3..main");
  std::sort(subjects.begin(), subjects.end());
  CHECK(subjects == std::vector<std::string>{"a 1", "a 2", "b: work left uncommitted"});
  CHECK(sandbox.git({"log", "-1", "--format=%s", "main~3"}) == "meanwhile");
  CHECK(sandbox.git({"status", "--porcelain"}).empty());
  CHECK(sandbox.par({"clean"}).exit_code == 0);
  sandbox.assert_clean();
}

TEST_CASE(
    "rebase: a commit that changes what its agent does not own stays out, though a later one undoes it") {
  Sandbox sandbox;
  const std::string config = GENERATE("rebase", "merge");
  INFO(config);
  sandbox.write(
      ".gitpar.toml",
      "target = \"main\"\nstrategy = \"" + config + "\"\n[[validate]]\nname = \"unit\"\nrun = '" + kGreen +
          "'\n[agent.a]\nowns = [\"/src/a/**\"]\nrun = \"echo x > evil && echo 1 > src/a/1 && git add "
          "-A && git commit -qm one && git rm -q evil && echo 2 > src/a/2 && git add -A && git commit "
          "-qm two\"\n[agent.b]\nowns = [\"/src/b/**\"]\nrun = \"echo b > src/b/new\"\n");
  for (const std::string name : {"a", "b"}) sandbox.write("src/" + name + "/file.txt", "x\n");
  sandbox.commit_all("base");
  CHECK(sandbox.par({"run", "-q"}).exit_code == (config == "rebase" ? 1 : 0));
  const auto merge = sandbox.par({"merge", "--strategy", "rebase"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 0);
  CHECK(has(merge.out, "left out  a: rejected: changed 'evil', which it does not own, at its commit " +
                           sandbox.git({"rev-parse", "par/r1/a/tip~1"}).substr(0, 10)));
  CHECK(log_of(sandbox, "%s") == std::vector<std::string>{"b: work left uncommitted", "base"});
  sandbox.assert_clean();
}
