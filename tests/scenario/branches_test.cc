// Existing branches land: real git, real commands. The cases bear the names of the scenarios of landing.
#include "support/branch_project.h"
#include "support/catch.h"

using namespace par;
using namespace par::test;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("merge --branches: all pass in order: one validation, one commit, and the branches stay") {
  Sandbox sandbox;
  write_project(sandbox);
  for (const std::string name : {"a", "b", "c"}) branch(sandbox, "topic/" + name, add_file(name));
  branch(sandbox, "other", add_file("d"));
  const auto before = sandbox.git({"for-each-ref", "refs/heads/topic"});
  const auto merge = sandbox.par({"merge", "--branches", "topic/*"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 0);
  CHECK(has(merge.out, "  landed    topic/a (1 file)\n"));
  CHECK(has(merge.out, "1 validation run, 2 saved by testing together\n"));
  CHECK(first_parents(sandbox) == "2");
  CHECK(sandbox.git({"log", "-1", "--format=%s"}) == "Merge 3 branches of run r1");
  for (const std::string name : {"a", "b", "c"}) {
    CHECK(sandbox.read("src/" + name + "/new.txt") == "x\n");
    sandbox.git({"merge-base", "--is-ancestor", "topic/" + name, "main"});
  }
  CHECK(sandbox.read("src/d/new.txt").empty());
  CHECK(sandbox.git({"for-each-ref", "refs/heads/topic"}) == before);
  CHECK(has(sandbox.par({"status"}).out, "run r1: landed, 3 of 3 agents landed"));
  CHECK(has(sandbox.par({"status", "--json"}).out, R"("branch":"topic/b","worktree":"")"));
  CHECK(sandbox.par({"clean"}).exit_code == 0);
  CHECK(sandbox.git({"for-each-ref", "refs/heads/topic"}) == before);
  CHECK(sandbox.git({"for-each-ref", "refs/par/"}).empty());
  sandbox.assert_clean();
}

TEST_CASE("merge --branches: head fails, middle fails: who breaks is left out and named, the rest lands") {
  Sandbox sandbox;
  write_project(sandbox);
  const std::string bad = GENERATE("a", "c");
  for (const std::string name : {"a", "b", "c", "d"})
    branch(sandbox, "topic/" + name, add_file(name, name == bad ? "broken" : "x"));
  const auto merge = sandbox.par({"merge", "--branches", "topic/*", "--json"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 1);
  CHECK(has(merge.out,
            R"("rejected":[{"branch":"topic/)" + bad + R"(","with":[],"tests":["unit"],"reason":")"));
  CHECK_FALSE(has(merge.out, R"({"branch":"topic/)" + bad + R"(","commit")"));
  CHECK(has(merge.out, R"({"branch":"topic/b","commit":")" + sandbox.git({"rev-parse", "topic/b"})));
  for (const std::string name : {"a", "b", "c", "d"})
    CHECK(sandbox.read("src/" + name + "/new.txt").empty() == (name == bad));
  CHECK(first_parents(sandbox) == "2");
  sandbox.assert_clean();
}

TEST_CASE("merge --branches: pair: one of two that break only together lands, the other names its branch") {
  Sandbox sandbox;
  write_project(sandbox, "test $(ls src/a/new.txt src/c/new.txt 2>/dev/null | wc -l) != 2");
  for (const std::string name : {"a", "b", "c", "d"}) branch(sandbox, "topic/" + name, add_file(name));
  const auto merge = sandbox.par({"merge", "--branches", "topic/*", "--json"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 1);
  const bool a_is_in = !sandbox.read("src/a/new.txt").empty();
  CHECK(sandbox.read("src/c/new.txt").empty() == a_is_in);
  CHECK(has(merge.out, std::string(R"("with":["topic/)") + (a_is_in ? "a" : "c") + R"("])"));
  const std::string said = "branches failed together, and who is to blame was looked for";
  CHECK(has(sandbox.par({"status"}).out, "red-batch: " + said + "; the others go on\n"));
  CHECK(has(sandbox.par({"status", "--json"}).out,
            R"({"trigger":"red-batch","sequence":false,"reason":")" + said));
  CHECK(sandbox.read("src/d/new.txt") == "x\n");
  sandbox.assert_clean();
}

TEST_CASE("merge --branches: conflict at enqueue, with another branch and with the target") {
  Sandbox sandbox;
  write_project(sandbox);
  branch(sandbox, "topic/old", "sed -i s/9/nine/ src/a/file.txt");
  branch(sandbox, "topic/one", "sed -i s/1/one/ src/b/file.txt");
  branch(sandbox, "topic/uno", "sed -i s/1/uno/ src/b/file.txt");
  sandbox.shell("sed -i s/9/neuf/ src/a/file.txt");
  sandbox.commit_all("the target goes on");
  const auto merge = sandbox.par({"merge", "--branches", "topic/*"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 1);
  CHECK(has(merge.out, "left out  topic/old: rejected: conflicts with 'main' in 'src/a/file.txt'\n"));
  CHECK(has(merge.out, "left out  topic/uno: rejected: conflicts with the candidate in 'src/b/file.txt'\n"));
  CHECK(has(merge.out, "landed    topic/one"));
  CHECK(has(sandbox.par({"merge", "--branches", "topic/uno", "--json"}).out, R"("with":[],"tests":[])"));
  sandbox.assert_clean();
}

TEST_CASE("merge --branches: of many that are on the target some are named, and the others counted") {
  Sandbox sandbox;
  write_project(sandbox);
  for (int i = 10; i < 32; ++i) sandbox.git({"branch", "topic/" + std::to_string(i)});
  const auto merge = sandbox.par({"merge", "--branches", "topic/*"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 0);
  CHECK(has(merge.out,
            "  in it     topic/29: 'main' has its work\n  in it     2 more: 'main' has their work\n"));
  CHECK_FALSE(has(merge.out, "topic/30"));
  CHECK(has(sandbox.par({"merge", "--branches", "topic/*", "--json"}).out, R"("topic/30","topic/31"])"));
}

TEST_CASE("merge --branches: already landed, empty, partially landed, empty batch") {
  Sandbox sandbox;
  write_project(sandbox);
  branch(sandbox, "topic/merged", add_file("a"));
  branch(sandbox, "topic/squashed", add_file("b"));
  branch(sandbox, "topic/part", add_file("c"));
  sandbox.git({"branch", "topic/empty"});
  sandbox.git({"merge", "-q", "--no-ff", "-m", "by hand", "topic/merged"});
  sandbox.git({"merge", "-q", "--squash", "topic/squashed"});
  sandbox.git({"commit", "-qm", "by hand, too"});
  sandbox.git({"merge", "-q", "--no-ff", "-m", "a part of it", "topic/part"});
  const auto main = sandbox.git({"rev-parse", "main"});
  const auto nothing = sandbox.par({"merge", "--branches", "topic/*"});
  INFO(nothing.out << nothing.err);
  CHECK(nothing.exit_code == 0);
  CHECK(has(nothing.out, "'main' stays at"));
  CHECK(has(nothing.out, "  in it     topic/squashed: 'main' has its work\n"));
  CHECK(has(nothing.out, "  in it     topic/empty: "));
  CHECK(has(sandbox.par({"merge", "--branches", "topic/*", "--json"}).out,
            "\"after\":\"" + main + "\",\"landed\":[],\"rejected\":[]"));
  CHECK(sandbox.par({"status"}).exit_code == 128);  // no run was made for that

  REQUIRE(sandbox
              .shell("git checkout -q topic/part && echo more > src/c/more.txt && git add -A && "
                     "git commit -qm more && git checkout -q main")
              .exit_code == 0);
  const auto merge = sandbox.par({"merge", "--branches", "topic/*"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 0);
  CHECK(has(merge.out, "  landed    topic/part (1 file)\n"));
  CHECK(has(merge.out, "  in it     topic/merged: "));
  CHECK(sandbox.par({"merge", "--branches", "nothing/*"}).exit_code == 128);
  sandbox.assert_clean();
}

TEST_CASE("merge --branches: branches and target may be named in full, as git's commands take them") {
  Sandbox sandbox;
  write_project(sandbox);
  branch(sandbox, "topic/a", add_file("a"));
  branch(sandbox, "par/r7/b/tip", add_file("b"));
  const auto merge = sandbox.par({"merge", "--target", "refs/heads/main", "--branches", "refs/heads/topic/*",
                                  "--branches", "refs/heads/par/r7/b/tip"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 0);
  CHECK(is_in(sandbox, "a"));
  CHECK(is_in(sandbox, "b"));
  sandbox.assert_clean();
}

TEST_CASE("merge --branches: what a shallow clone does not show is said to be its doing") {
  Sandbox sandbox;
  write_project(sandbox);
  branch(sandbox, "topic/old", add_file("a"));
  sandbox.write("later", "x\n");
  sandbox.commit_all("later");
  const auto merge = sandbox.shell(
      "git clone -q --depth 1 --no-single-branch \"file://$PWD\" ../shallow && cd ../shallow && "
      "git branch -q topic/old origin/topic/old && git par merge --branches topic/old");
  INFO(merge.err);
  CHECK(merge.exit_code == 1);
  CHECK(has(merge.out,
            "  left out  topic/old: has no commit in common with 'main' in this shallow clone: 'git fetch "
            "--unshallow' gets the rest\n"));
}

TEST_CASE("merge --branches: an empty pattern, agents' branches and unrelated ones are not what was meant") {
  Sandbox sandbox;
  write_project(sandbox);
  branch(sandbox, "topic/a", add_file("a"));
  branch(sandbox, "par/r7/b/tip", add_file("b"));
  sandbox.git({"update-ref", "refs/heads/pages", sandbox.git({"commit-tree", "-m", "alone", "main^{tree}"})});
  const auto empty = sandbox.par({"merge", "--branches", ""});
  CHECK(empty.exit_code == 129);
  CHECK(has(empty.err, "error: an empty pattern names no branch\nhint: "));
  CHECK(sandbox.par({"merge", "--branches", "par"}).exit_code == 128);
  CHECK(has(sandbox.par({"merge", "--branches", "par/**", "-n"}).out, "  par/r7/b/tip\n"));
  const auto plan = sandbox.par({"plan", "--branches", "**", "--json"});
  CHECK(plan.exit_code == 0);
  CHECK_FALSE(has(plan.out, "par/r7"));
  CHECK(has(plan.err, "warning: branch 'pages' is left out: it has no commit in common with 'main'\n"));

  const auto merge = sandbox.par({"merge", "--branches", "**", "--json"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 1);
  CHECK(has(merge.out, R"("landed":[{"branch":"topic/a","commit":)"));
  CHECK(has(merge.out, R"("rejected":[{"branch":"pages","with":[],"tests":[],"reason":"has no commit)"));
  CHECK(sandbox.read("src/a/new.txt") == "x\n");
  CHECK(sandbox.read("src/b/new.txt").empty());
  const auto again = sandbox.par({"merge", "--branches", "**"});
  CHECK(again.exit_code == 1);
  CHECK(has(again.out, "  left out  pages: has no commit in common with 'main'\n"));
  sandbox.assert_clean();
}

TEST_CASE("merge --branches: depends on a failing one: a stack lands as far as it holds") {
  Sandbox sandbox;
  write_project(sandbox);
  branch(sandbox, "stack/1", add_file("a"));
  branch(sandbox, "stack/2", "sed -i s/x/broken/ src/a/new.txt", "stack/1");
  branch(sandbox, "stack/3", add_file("c"), "stack/2");
  branch(sandbox, "alone", add_file("d"));
  const auto merge = sandbox.par({"merge", "--branches", "stack/*", "--branches", "alone"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 1);
  CHECK(sandbox.read("src/a/new.txt") == "x\n");
  CHECK(sandbox.read("src/c/new.txt").empty());
  CHECK(sandbox.read("src/d/new.txt") == "x\n");
  CHECK(has(merge.out, "left out  stack/2: rejected: breaks 'unit'"));
  CHECK(has(merge.out, "left out  stack/3: held: needs 'stack-2', which is rejected"));
  const auto json = sandbox.par({"merge", "--branches", "stack/*", "--json"});
  CHECK(has(json.out, R"({"branch":"stack/2","with":[],"tests":["unit"],"reason":"breaks 'unit')"));
  CHECK(has(json.out, R"({"branch":"stack/3","with":[],"tests":[],"reason":"needs 'stack-2', which is)"));
  sandbox.assert_clean();
}

TEST_CASE("merge --branches: a branch that undoes the one below it lands with it") {
  Sandbox sandbox;
  write_project(sandbox);
  branch(sandbox, "below", add_file("a"));
  branch(sandbox, "above", "git rm -q src/a/new.txt", "below");
  const auto merge = sandbox.par(
      {"merge", "--branches", "below", "--branches", "above", "--strategy", GENERATE("merge", "squash")});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 0);
  CHECK(has(merge.out, "  landed    below "));
  CHECK(has(merge.out, "  landed    above "));
  CHECK(sandbox.read("src/a/new.txt").empty());
  sandbox.assert_clean();
}

TEST_CASE("merge --branches: branches that share commits, or crossed with the target, merge as git does") {
  Sandbox sandbox;
  write_project(sandbox);
  branch(sandbox, "shared", "sed -i s/1/one/ src/a/file.txt");
  sandbox.git({"branch", "left", "shared"});
  REQUIRE(sandbox
              .shell("git checkout -q left && sed -i s/one/ONE/ src/a/file.txt && git commit -qam left && "
                     "git checkout -q main")
              .exit_code == 0);
  branch(sandbox, "right", "sed -i s/9/nine/ src/a/file.txt", "shared");
  // Both merged each other's first commit.
  branch(sandbox, "crossed", "sed -i s/1/uno/ src/b/file.txt");
  sandbox.shell("sed -i s/9/neun/ src/b/file.txt");
  sandbox.commit_all("main's own");
  REQUIRE(sandbox
              .shell("c=$(git rev-parse crossed) && git checkout -q crossed && git merge -q -m x main && "
                     "echo y > src/b/more.txt && git add -A && git commit -qm more && git checkout -q main "
                     "&& git merge -q --no-ff -m z $c")
              .exit_code == 0);
  REQUIRE(sandbox
              .shell("git branch -q reference && git checkout -q reference && for b in crossed left right; "
                     "do git merge -q -m $b $b || exit 1; done; git checkout -q main")
              .exit_code == 0);
  const auto merge =
      sandbox.par({"merge", "--branches", "left", "--branches", "right", "--branches", "crossed"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 0);
  CHECK(sandbox.git({"rev-parse", "main^{tree}"}) == sandbox.git({"rev-parse", "reference^{tree}"}));
  sandbox.assert_clean();
}

TEST_CASE("merge --branches: new commit on a queued branch: what was tested lands, the rest is said") {
  Sandbox sandbox;
  write_project(sandbox);
  branch(sandbox, "topic/a", add_file("a"));
  branch(sandbox, "later", "echo untested > src/a/late.txt", "topic/a");
  write_project(sandbox, once_with(sandbox, "src/a/new.txt", "git update-ref refs/heads/topic/a later"));
  const auto merge = sandbox.par({"merge", "--branches", "topic/a"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 0);
  CHECK(sandbox.read("src/a/new.txt") == "x\n");
  CHECK(sandbox.read("src/a/late.txt").empty());
  CHECK(has(merge.err, "warning: branch 'topic/a' was taken at"));
  CHECK(has(merge.err, "and has moved since"));
  CHECK(sandbox.git({"rev-parse", "topic/a"}) == sandbox.git({"rev-parse", "later"}));
  CHECK(sandbox.par({"merge", "--branches", "topic/a"}).exit_code == 0);
  CHECK(sandbox.read("src/a/late.txt") == "untested\n");
  sandbox.assert_clean();
}

TEST_CASE("merge --branches: branch deleted while testing: what was tested lands, even after a gc") {
  Sandbox sandbox;
  write_project(sandbox);
  branch(sandbox, "topic/a", add_file("a"));
  write_project(sandbox, once_with(sandbox, "src/a/new.txt",
                                   "git branch -q -D topic/a && git reflog expire --expire=now --all && "
                                   "git -c gc.worktreePruneExpire=never gc -q --prune=now"));
  const auto tip = sandbox.git({"rev-parse", "topic/a"});
  const auto merge = sandbox.par({"merge", "--branches", "topic/a"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 0);
  CHECK(has(merge.err, "and is deleted since"));
  CHECK(sandbox.git({"rev-parse", "main^2"}) == tip);
  sandbox.assert_clean();
}

TEST_CASE("merge --branches: target moved by someone else: validated again on top of it") {
  Sandbox sandbox;
  write_project(sandbox);
  branch(sandbox, "topic/a", add_file("a"));
  branch(sandbox, "topic/b", add_file("b"));
  branch(sandbox, "foreign", add_file("d"));
  // Checked out nowhere, so that somebody else can move it.
  sandbox.git({"checkout", "-q", "--detach"});
  write_project(sandbox, once_with(sandbox, "src/a/new.txt", "git update-ref refs/heads/main foreign"));
  sandbox.git({"branch", "-f", "main"});
  sandbox.git({"branch", "-f", "foreign"});
  REQUIRE(sandbox
              .shell("git checkout -q foreign && mkdir -p src/d && echo f > src/d/new.txt && git add -A && "
                     "git commit -qm foreign && git checkout -q --detach")
              .exit_code == 0);
  const auto merge = sandbox.par({"merge", "--branches", "topic/*", "--json"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 0);
  CHECK(sandbox.git({"rev-parse", "main^1"}) == sandbox.git({"rev-parse", "foreign"}));
  CHECK(has(sandbox.git({"ls-tree", "-r", "--name-only", "main"}), "src/a/new.txt"));
  CHECK(has(merge.out, R"("validation_runs":2,)"));
  CHECK(has(merge.out, R"("before":")" + sandbox.git({"rev-parse", "foreign"})));
  sandbox.assert_clean();
}

TEST_CASE("merge --branches: red on the baseline too: known failures count against nobody") {
  Sandbox sandbox;
  write_project(sandbox, "false");
  branch(sandbox, "topic/a", add_file("a"));
  branch(sandbox, "topic/b", add_file("b"));
  const auto merge = sandbox.par({"merge", "--branches", "topic/*"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 0);
  CHECK(sandbox.read("src/b/new.txt") == "x\n");
  sandbox.assert_clean();
}

TEST_CASE("merge --branches: a dirty target is refused before anything is tested") {
  Sandbox sandbox;
  write_project(sandbox);
  branch(sandbox, "topic/a", add_file("a"));
  sandbox.write("src/a/file.txt", "mine\n");
  const auto merge = sandbox.par({"merge", "--branches", "topic/a"});
  CHECK(merge.exit_code == 1);
  CHECK(has(merge.err, "has changes that are not committed"));
  CHECK(sandbox.read("src/a/file.txt") == "mine\n");
  CHECK(sandbox.par({"status"}).exit_code == 128);
}

TEST_CASE("merge --branches: -n says what would land, and nothing happens") {
  Sandbox sandbox;
  write_project(sandbox);
  branch(sandbox, "topic/a", add_file("a"));
  const auto merge = sandbox.par({"merge", "--branches", "topic/*", "-n"});
  CHECK(merge.exit_code == 0);
  CHECK(merge.out == "would land on 'main':\n  topic/a\n");
  CHECK(first_parents(sandbox) == "1");
  CHECK(sandbox.par({"merge", "--branches", "topic/*", "--all"}).exit_code == 129);
}

TEST_CASE("merge --branches: names that agents cannot have, and names that come to the same") {
  Sandbox sandbox;
  write_project(sandbox);
  branch(sandbox, "Fix/Login", add_file("a"));
  branch(sandbox, "fix-login", add_file("b"));
  branch(sandbox,
         "gr\xc3\xb6\xc3\x9f"
         "e\xe2\x80\xae",
         add_file("c"));
  const auto merge = sandbox.par({"merge", "--branches", "Fix/*", "--branches", "fix-login", "--branches",
                                  "gr*", "--strategy", "squash"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 0);
  CHECK(has(merge.out, "landed    Fix/Login"));
  CHECK_FALSE(has(merge.out + merge.err, "\xe2\x80\xae"));
  const auto log =
      sandbox.git({"log", "--format=%s|%(trailers:key=Par-Agent,valueonly,separator=%x2C)", "-3"});
  CHECK(has(log, "work of Fix/Login|fix-login"));
  CHECK(has(log, "work of fix-login|fix-login-2"));
  sandbox.assert_clean();
}

TEST_CASE("merge --branches: retry and rollback know that a branch is not an agent's") {
  Sandbox sandbox;
  write_project(sandbox);
  branch(sandbox, "topic/a", add_file("a", "broken"));
  const auto merge = sandbox.par({"merge", "--branches", "topic/a"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 1);
  CHECK(has(merge.out, "'main' stays at"));
  const auto retry = sandbox.par({"retry", "topic-a"});
  CHECK(retry.exit_code == 1);
  CHECK(has(retry.err, "hint: 'git par merge --branches topic/a' takes the branch as it is now"));
  CHECK(sandbox.par({"clean", "r1"}).exit_code == 0);
  CHECK(has(sandbox.git({"branch", "--list"}), "topic/a"));
  sandbox.assert_clean();
}

TEST_CASE("merge --branches: a hundred branches are one validation") {
  Sandbox sandbox;
  write_project(sandbox);
  const auto made = sandbox.shell(
      "base=$(git rev-parse main) && for i in $(seq 100); do printf 'commit refs/heads/many/%s\\n"
      "committer A <a@example.com> 1700000000 +0000\\ndata 1\\nx\\nfrom %s\\nM 100644 inline "
      "src/many/%s.txt\\n"
      "data 2\\n%s\\n\\n' $i $base $i $((i % 10)); done | git fast-import --quiet");
  INFO(made.err);
  REQUIRE(made.exit_code == 0);
  const auto merge = sandbox.par({"merge", "-q", "--branches", "many/*", "--json"});
  INFO(merge.err);
  CHECK(merge.exit_code == 0);
  CHECK(has(merge.out, R"("rejected":[],"validation_runs":1,)"));
  CHECK(sandbox.shell("ls src/many | wc -l").out == "100\n");
  CHECK(first_parents(sandbox) == "2");
  sandbox.assert_clean();
}
