// Branches that meet in more than the lines of a file: real git, real commands. The cases bear the names of
// the scenarios of landing (tests/data/landing_scenarios.txt).
#include "base/strings.h"
#include "support/branch_project.h"
#include "support/catch.h"

using namespace par;
using namespace par::test;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// What `git merge` makes of these branches, one after the other.
std::string merged_by_git(const Sandbox& sandbox, const std::string& branches) {
  const auto merged =
      sandbox.shell("git checkout -q -B reference main && for b in " + branches +
                    "; do git merge -q -m $b $b >/dev/null || exit 1; done; git rev-parse \"HEAD^{tree}\"; "
                    "git checkout -q main");
  REQUIRE(merged.exit_code == 0);
  return std::string(trim(merged.out));
}

std::string files_of_main(const Sandbox& sandbox) {
  return sandbox.git({"ls-tree", "-r", "--name-only", "main", "src"});
}

}  // namespace

TEST_CASE("landing: rename: who edits a file that another one renamed lands in its new place") {
  Sandbox sandbox;
  write_project(sandbox);
  branch(sandbox, "topic/edit", "sed -i s/9/nine/ src/a/file.txt");
  branch(sandbox, "topic/rename",
         "git mv src/a/file.txt src/a/renamed.txt && sed -i s/1/one/ src/a/renamed.txt");
  const auto wanted = merged_by_git(sandbox, "topic/edit topic/rename");
  const auto merge = sandbox.par({"merge", "--branches", "topic/*"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 0);
  CHECK(sandbox.git({"rev-parse", "main^{tree}"}) == wanted);
  CHECK(sandbox.read("src/a/renamed.txt") == "one\n2\n3\n4\n5\n6\n7\n8\nnine\n");
  sandbox.assert_clean();
}

TEST_CASE(
    "landing: rename of a directory: a file that is added below its old name is a conflict, as for git") {
  Sandbox sandbox;
  write_project(sandbox);
  branch(sandbox, "topic/add", add_file("b"));
  branch(sandbox, "topic/move", "git mv src/b src/moved");
  branch(sandbox, "topic/other", add_file("c"));
  const auto merge = sandbox.par({"merge", "--branches", "topic/*"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 1);
  CHECK(has(merge.out,
            "left out  topic/move: rejected: conflicts with the candidate in 'src/moved/new.txt'\n"));
  CHECK(has(merge.out, "\ntopic/move does not go together with topic/add\n"));
  CHECK(is_in(sandbox, "b"));
  CHECK(is_in(sandbox, "c"));
  CHECK_FALSE(has(files_of_main(sandbox), "src/moved"));
  sandbox.assert_clean();
}

TEST_CASE(
    "landing: rename of a directory: who adds below its old name is told whose rename it is, and where") {
  Sandbox sandbox;
  write_project(sandbox);
  branch(sandbox, "topic/change", "echo x > src/c/file.txt");
  branch(sandbox, "topic/move", "git mv src/b src/moved");
  branch(sandbox, "topic/new", add_file("b"));
  const auto merge = sandbox.par({"merge", "--branches", "topic/*"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 1);
  CHECK(
      has(merge.out,
          "left out  topic/new: rejected: conflicts with the candidate in 'src/moved/new.txt', which is its "
          "'src/b/new.txt'\n"));
  CHECK(has(merge.out, "\ntopic/new does not go together with topic/move\n"));

  // Now the target has renamed it.
  const auto late = sandbox.par({"merge", "--branches", "topic/new"});
  CHECK(has(late.out, "left out  topic/new: rejected: conflicts with 'main' in 'src/moved/new.txt'\n"));
  sandbox.assert_clean();
}

TEST_CASE("landing: case: a name that changes its case is a rename, and two in one place are two files") {
  Sandbox sandbox;
  write_project(sandbox);
  branch(sandbox, "topic/edit", "sed -i s/9/nine/ src/a/file.txt");
  branch(sandbox, "topic/upper", "git mv src/a/file.txt src/a/File.txt");
  branch(sandbox, "topic/new", "echo x > src/c/new.txt");
  branch(sandbox, "topic/new2", "echo y > src/c/New.txt");
  const auto wanted = merged_by_git(sandbox, "topic/edit topic/new topic/new2 topic/upper");
  const auto merge = sandbox.par({"merge", "--branches", "topic/*"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 0);
  CHECK(sandbox.git({"rev-parse", "main^{tree}"}) == wanted);
  CHECK(sandbox.read("src/a/File.txt") == "1\n2\n3\n4\n5\n6\n7\n8\nnine\n");
  sandbox.assert_clean();
}

TEST_CASE("landing: submodule: one branch moves it, two that move it apart are a conflict") {
  Sandbox sandbox;
  const auto commit = [&](const std::string& text) {
    return sandbox.git(
        {"commit-tree", "-m", text, sandbox.git({"hash-object", "-t", "tree", "-w", "/dev/null"})});
  };
  const auto move_to = [&](const std::string& to) {
    return "git update-index --add --cacheinfo 160000," + to + ",src/lib && mkdir -p src/lib";
  };
  write_project(sandbox);
  REQUIRE(sandbox.shell(move_to(commit("first")) + " && git commit -qm submodule").exit_code == 0);
  branch(sandbox, "topic/a", move_to(commit("second")) + " && " + add_file("a"));
  branch(sandbox, "topic/b", move_to(commit("third")));
  branch(sandbox, "topic/c", add_file("c"));
  sandbox.git({"checkout", "-q", "--detach"});  // what a user would see as changed in it is not looked at
  const auto merge = sandbox.par({"merge", "--branches", "topic/*", "--target", "main"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 1);
  CHECK(has(merge.out, "left out  topic/b: rejected: conflicts with the candidate in 'src/lib'\n"));
  CHECK(sandbox.git({"rev-parse", "main:src/lib"}) == commit("second"));
  CHECK(is_in(sandbox, "c"));
  sandbox.assert_clean();
}

TEST_CASE("landing: lockfile; shared file touches everything: its items are one worker's, alone") {
  Sandbox sandbox;
  std::string items;
  for (const std::string name : {"a", "b", "c", "d"})
    items += "[[item]]\nid = \"" + name + "\"\nfiles = [\"" + name + ".txt\"" +
             (name > "b" ? ", \"package-lock.json\"" : "") + "]\n";
  sandbox.write(".gitpar.toml",
                "target = \"main\"\n[policy]\nmin_speedup = 0\nmin_sequential = \"0s\"\n"
                "shared = [\"package-lock.json\"]\n[[validate]]\nname = \"unit\"\nrun = \"true\"\n"
                "[agent.fix]\nowns = [\"**\"]\ncount = 2\nrun = '''grep -oE \"[a-z-]+[.](txt|json)\" "
                "\"$PAR_ITEMS_FILE\" | while read -r f; do echo \"$PAR_AGENT\" >> \"$f\"; done'''\n" +
                    items);
  for (const std::string name : {"a.txt", "b.txt", "c.txt", "d.txt", "package-lock.json"})
    sandbox.write(name, "as it was\n");
  sandbox.commit_all("base");
  const auto run = sandbox.par({"run", "--land"});
  INFO(sandbox.par({"plan"}).out << run.out << run.err);
  CHECK(run.exit_code == 0);
  CHECK(sandbox.read("package-lock.json") == "as it was\nfix-shared\nfix-shared\n");
  CHECK(sandbox.read("c.txt") == "as it was\nfix-shared\n");
  CHECK(has(sandbox.read("a.txt"), "as it was\nfix-"));
  CHECK_FALSE(has(sandbox.read("a.txt"), "shared"));
  sandbox.assert_clean();
}
