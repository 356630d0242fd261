// Work that landed is taken off the target again: real git, real program.
#include "base/strings.h"
#include "os/files.h"
#include "support/catch.h"
#include "support/sandbox.h"

using namespace par;
using test::Sandbox;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

const std::string kHead =
    "target = \"main\"\n[[validate]]\nname = \"unit\"\nrun = \"! grep -rq broken src\"\nreruns = 0\n";

// Changes a file, adds one and removes one, all in its own directory.
std::string agent(const std::string& name, const std::string& more = "") {
  const std::string in = "src/" + name + "/";
  return "[agent." + name + "]\nowns = [\"/" + in + "**\"]\nrun = \"echo by " + name + " >> " + in +
         "file.txt; echo new > " + in + "new.txt; rm " + in + "old.txt\"\n" + more;
}

void write_project(const Sandbox& sandbox, const std::string& names, const std::string& config) {
  sandbox.write(".gitpar.toml", config);
  for (const char name : names) {
    const std::string in = std::string("src/") + name + "/";
    sandbox.write(in + "file.txt", "as it was\n");
    sandbox.write(in + "old.txt", "old\n");
  }
  sandbox.commit_all("base");
}

// Runs and lands it all.
void land(const Sandbox& sandbox, const std::string& strategy = "merge") {
  REQUIRE(sandbox.par({"run", "-q"}).exit_code == 0);
  REQUIRE(sandbox.par({"merge", "-q", "--strategy", strategy}).exit_code == 0);
}

// The tree of main with one directory as it is in another commit.
std::string tree_with(const Sandbox& sandbox, const std::string& directory, const std::string& commit) {
  const auto made =
      sandbox.shell("export GIT_INDEX_FILE=../other-index && git read-tree main && git rm -rq --cached " +
                    directory + " && git read-tree --prefix=" + directory + "/ " + commit + ":" + directory +
                    " && git write-tree && rm ../other-index");
  REQUIRE(made.exit_code == 0);
  return std::string(trim(made.out));
}

// The tree that git makes of these agents' branches, one merged after the other onto a commit.
std::string merged_by_git(const Sandbox& sandbox, const std::string& names, const std::string& onto) {
  std::string command = "commit=" + onto;
  for (const char name : names) {
    const std::string tip = std::string("par/r1/") + name + "/tip";
    command += " && tree=$(git merge-tree --write-tree $commit " + tip +
               ") && commit=$(git commit-tree -m x -p $commit -p " + tip + " $tree)";
  }
  const auto merged = sandbox.shell(command + " && echo $tree");
  REQUIRE(merged.exit_code == 0);
  return std::string(trim(merged.out));
}

std::string tree_of(const Sandbox& sandbox, const std::string& commit) {
  return sandbox.git({"rev-parse", commit + "^{tree}"});
}

// What no ref and no worktree holds is gone.
void prune(const Sandbox& sandbox) {
  sandbox.git(
      {"-c", "gc.reflogExpire=now", "-c", "gc.reflogExpireUnreachable=now", "gc", "-q", "--prune=now"});
}

// Nothing moved and nothing is different.
void check_refused(const Sandbox& sandbox, const std::vector<std::string>& command, const std::string& why) {
  const auto refs = sandbox.git({"for-each-ref"});
  const auto status = sandbox.git({"status", "--porcelain"});
  const auto done = sandbox.par(command);
  INFO(done.out << done.err);
  CHECK(done.exit_code == 1);
  CHECK(has(done.err, why));
  CHECK(sandbox.git({"for-each-ref"}) == refs);
  CHECK(sandbox.git({"status", "--porcelain"}) == status);
}

}  // namespace

TEST_CASE("rollback --landed: one of ten leaves exactly the tree without it, validated, in one command") {
  const std::string strategy = GENERATE("merge", "squash", "rebase", "single");
  INFO(strategy);
  Sandbox sandbox;
  const std::string names = "abcdefghij";
  std::string config = kHead + "[policy]\njobs = 10\n";
  for (const char name : names) config += agent(std::string(1, name));
  write_project(sandbox, names, config);
  const auto base = sandbox.git({"rev-parse", "main"});
  land(sandbox, strategy);
  const auto landed = sandbox.git({"rev-parse", "main"});
  const auto wanted = tree_with(sandbox, "src/e", base);
  CHECK(wanted == merged_by_git(sandbox, "abcdfghij", base));

  const auto done = sandbox.par({"rollback", "--landed", "e"});
  INFO(done.out << done.err);
  REQUIRE(done.exit_code == 0);
  CHECK(tree_of(sandbox, "main") == wanted);
  CHECK(has(done.out, "  rolled back  e (3 files)\n1 validation run\n"));
  CHECK(has(sandbox.par({"validate", "--json"}).out, R"("result":"pass","cached":true)"));
  CHECK(sandbox.git({"rev-parse", "main^"}) == landed);
  CHECK(sandbox.git({"status", "--porcelain"}).empty());
  CHECK(sandbox.read("src/e/file.txt") == "as it was\n");
  CHECK(sandbox.read("src/f/file.txt") == "as it was\nby f\n");
  const auto message = sandbox.git({"log", "-1", "--format=%B", "main"});
  CHECK(has(message, "Revert 'e' of run r1\n\nThis reverts "));
  const bool each = strategy == "squash" || strategy == "rebase";
  CHECK(has(message, each ? "This reverts commit " : "This reverts a part of commit " + landed));
  CHECK(has(message, "\n\nPar-Run: r1\nPar-Agent: e"));
  const auto status = sandbox.par({"status"}).out;
  CHECK(has(status, "run r1: landed, 9 of 10 agents landed"));
  CHECK(has(status, "taken off 'main' by " + sandbox.git({"rev-parse", "--short=7", "main"}).substr(0, 7)));
  CHECK(sandbox.git({"for-each-ref", "refs/par/r1/revert/"}).empty());
  check_refused(sandbox, {"rollback", "--landed", "e"}, "error: nothing of 'e' is on 'main'");

  REQUIRE(sandbox.par({"rollback", "-q", "--landed", "f", "g"}).exit_code == 0);
  CHECK(has(sandbox.git({"log", "-1", "--format=%B", "main"}), "Revert 2 agents of run r1\n"));
  REQUIRE(sandbox.par({"rollback", "-q", "--landed", "r1"}).exit_code == 0);
  CHECK(tree_of(sandbox, "main") == tree_of(sandbox, base));
  sandbox.assert_clean();
}

TEST_CASE("rollback --landed: also when the run was cleaned away, as far as git still knows who did what") {
  Sandbox sandbox;
  write_project(sandbox, "ab", kHead + agent("a") + agent("b"));
  const auto base = sandbox.git({"rev-parse", "main"});
  const std::string strategy = GENERATE("merge", "squash", "rebase", "single");
  land(sandbox, strategy);
  REQUIRE(sandbox.par({"clean"}).exit_code == 0);
  prune(sandbox);
  if (strategy == "single") {
    check_refused(sandbox, {"rollback", "--landed", "a"}, "error: the branch of agent 'b' is gone");
    CHECK(sandbox.par({"rollback", "--landed", "r1"}).exit_code == 0);
    CHECK(tree_of(sandbox, "main") == tree_of(sandbox, base));
  } else {
    const auto wanted = tree_with(sandbox, "src/a", base);
    const auto done = sandbox.par({"rollback", "--landed", "a"});
    INFO(done.err);
    CHECK(done.exit_code == 0);
    CHECK(tree_of(sandbox, "main") == wanted);
  }
  sandbox.assert_clean();
}

TEST_CASE("rollback --landed: whoever came after it is named, and goes with it when asked for") {
  Sandbox sandbox;
  write_project(sandbox, "abc", kHead + agent("a") + agent("b", "after = [\"a\"]\n") + agent("c"));
  const auto base = sandbox.git({"rev-parse", "main"});
  land(sandbox);
  check_refused(sandbox, {"rollback", "--landed", "a"},
                "error: 'b' came after 'a' and landed with it\n"
                "hint: 'git par rollback --landed --run r1 a b' takes all of them out\n");
  const auto dry = sandbox.par({"rollback", "--landed", "-n", "b", "a"});
  CHECK(dry.exit_code == 0);
  CHECK(dry.out == "would roll back:\n  a\n  b\n");
  REQUIRE(sandbox.par({"rollback", "--landed", "--run", "r1", "a", "b"}).exit_code == 0);
  CHECK(sandbox.git({"diff", "--name-only", base, "main"}) == "src/c/file.txt\nsrc/c/new.txt\nsrc/c/old.txt");
  sandbox.assert_clean();
}

TEST_CASE("rollback --landed: a phase, and what others did since stays") {
  Sandbox sandbox;
  write_project(sandbox, "abc",
                kHead + agent("a") + agent("b", "after = [\"a\"]\n") + agent("c", "after = [\"a\"]\n"));
  const auto base = sandbox.git({"rev-parse", "main"});
  land(sandbox);
  sandbox.write("src/b/file.txt", "a colleague's line\n\n\n\n" + sandbox.read("src/b/file.txt"));
  sandbox.write("docs/new", "x\n");
  sandbox.commit_all("a colleague's");
  const auto done = sandbox.par({"rollback", "--landed", "2"});
  INFO(done.out << done.err);
  REQUIRE(done.exit_code == 0);
  CHECK(sandbox.read("src/b/file.txt") == "a colleague's line\n\n\n\nas it was\n");
  CHECK(sandbox.read("docs/new") == "x\n");
  CHECK(sandbox.git({"diff", "--name-only", base, "main", "--", "src/b", "src/c"}) == "src/b/file.txt");
  CHECK(sandbox.read("src/a/file.txt") == "as it was\nby a\n");
  sandbox.assert_clean();
}

TEST_CASE("rollback --landed: agents in one file leave one by one, in any order") {
  Sandbox sandbox;
  std::string config = kHead;
  std::string lines;
  for (const std::string name : {"a", "b", "c"}) {
    config += "[agent." + name + "]\nowns = [\"/src/**\"]\nrun = \"sed -i s/^" + name + "$/" + name + name +
              "/ src/all.txt\"\n";
    lines += name + "\n1\n2\n3\n4\n";
  }
  sandbox.write(".gitpar.toml", config);
  sandbox.write("src/all.txt", lines);
  sandbox.commit_all("base");
  land(sandbox, GENERATE("merge", "squash", "rebase", "single"));
  const auto has_done = [&] {
    return std::string(
        trim(sandbox.shell("git show main:src/all.txt | grep -x '[a-c]*' | tr '\\n' ' '").out));
  };
  CHECK(has_done() == "aa bb cc");
  REQUIRE(sandbox.par({"rollback", "-q", "--landed", "b"}).exit_code == 0);
  CHECK(has_done() == "aa b cc");
  REQUIRE(sandbox.par({"rollback", "-q", "--landed", "a"}).exit_code == 0);
  CHECK(has_done() == "a b cc");
  REQUIRE(sandbox.par({"rollback", "-q", "--landed", "c"}).exit_code == 0);
  CHECK(has_done() == "a b c");
  sandbox.assert_clean();
}

TEST_CASE("rollback --landed: revert conflicts: what later work is built on is refused with its paths") {
  Sandbox sandbox;
  write_project(sandbox, "ab", kHead + agent("a") + agent("b"));
  land(sandbox);
  sandbox.write("src/a/file.txt", "as it was\nby a, and mended\n");
  sandbox.commit_all("mend it");
  check_refused(sandbox, {"rollback", "--landed", "a"},
                "error: not rolled back: what came later on 'main' builds on it: src/a/file.txt\n");
  CHECK(has(sandbox.par({"status"}).out, "2 of 2 agents landed"));
  REQUIRE(sandbox.par({"rollback", "-q", "--landed", "b"}).exit_code == 0);
  sandbox.assert_clean();
}

TEST_CASE("rollback --landed: an agent that built on it without coming after it is named") {
  Sandbox sandbox;
  sandbox.write(".gitpar.toml", kHead +
                                    "[agent.a]\nowns = [\"/src/**\"]\nrun = \"echo a > src/x\"\n"
                                    "[agent.b]\nowns = [\"/src/**\"]\nrun = \"echo ab > src/x\"\n");
  sandbox.write("src/x", "x\n");
  sandbox.commit_all("base");
  land(sandbox);
  check_refused(sandbox, {"rollback", "--landed", "a"}, "error: what agent 'b' did is built on it: src/x\n");
  REQUIRE(sandbox.par({"rollback", "-q", "--landed", "a", "b"}).exit_code == 0);
  CHECK(sandbox.read("src/x") == "x\n");
  sandbox.assert_clean();
}

TEST_CASE("rollback --landed: red without it is refused, with the tests and the log") {
  Sandbox sandbox;
  write_project(
      sandbox, "ab",
      "target = \"main\"\n[[validate]]\nname = \"needs\"\nreruns = 0\nrun = \"test ! -e src/user -o -e "
      "src/a/new.txt\"\n[[validate]]\nname = \"old\"\nreruns = 0\nrun = \"test ! -e src/user\"\n" +
          agent("a") + agent("b"));
  land(sandbox);
  sandbox.write("src/user", "uses what a made\n");
  sandbox.commit_all("use it");
  check_refused(sandbox, {"rollback", "--landed", "a"},
                "error: not rolled back: without it 'main' breaks 'needs'\nhint: see " + sandbox.state_dir() +
                    "/logs/r1/validate.needs.");
  // The target fails 'old' as it is: that is nobody's fault now.
  const auto done = sandbox.par({"rollback", "--landed", "b"});
  INFO(done.err);
  CHECK(done.exit_code == 0);
  // The refusal was no end: with the user gone, it goes.
  sandbox.git({"rm", "-q", "src/user"});
  sandbox.commit_all("unused");
  CHECK(sandbox.par({"rollback", "--landed", "a"}).exit_code == 0);
  sandbox.assert_clean();
}

TEST_CASE("rollback --landed: the validations of what goes are not asked any more, those of the others are") {
  Sandbox sandbox;
  write_project(sandbox, "ab",
                kHead + agent("a", "validate = [\"test -e src/a/new.txt\"]\n") +
                    agent("b", "validate = [\"test -e src/b/new.txt\"]\n"));
  land(sandbox);
  const auto done = sandbox.par({"rollback", "--landed", "a"});
  INFO(done.err);
  REQUIRE(done.exit_code == 0);
  CHECK(has(done.out, "2 validation runs"));  // 'unit' and b's
  REQUIRE(sandbox.par({"rollback", "--landed", "b"}).exit_code == 0);
  sandbox.assert_clean();
}

TEST_CASE("rollback --landed: where the target is checked out and not clean, nothing is touched") {
  Sandbox sandbox;
  write_project(sandbox, "a", kHead + agent("a"));
  land(sandbox);
  sandbox.write("src/a/file.txt", "changed by hand\n");
  check_refused(sandbox, {"rollback", "--landed", "a"}, "has changes that are not committed\nhint: ");
  CHECK(sandbox.read("src/a/file.txt") == "changed by hand\n");
  sandbox.git({"checkout", "-q", "."});
  sandbox.git({"reset", "-q", "--hard", "main^"});
  check_refused(sandbox, {"rollback", "--landed", "a"}, "error: 'main' does not hold ");
  check_refused(sandbox, {"rollback", "a"}, "hint: 'git par rollback --landed a' takes it off 'main' again");
}

TEST_CASE("rollback --landed: what was reverted by hand is not there any more") {
  Sandbox sandbox;
  write_project(sandbox, "a", kHead + agent("a"));
  REQUIRE(sandbox.par({"run", "-q"}).exit_code == 0);
  check_refused(sandbox, {"rollback", "--landed", "a"}, "error: no run has landed\n");
  check_refused(sandbox, {"rollback", "--landed", "--run", "r1", "a"}, "error: run 'r1' has not landed\n");
  REQUIRE(sandbox.par({"merge", "-q"}).exit_code == 0);
  sandbox.git({"revert", "--no-edit", "-m", "1", "HEAD"});
  check_refused(sandbox, {"rollback", "--landed", "a"},
                "error: not rolled back: nothing of it is on 'main' any more\n");
}

TEST_CASE("rollback --landed: onto a target that moves meanwhile, and nobody's commit is lost") {
  Sandbox sandbox;
  // While the rollback is validated, somebody commits to the target.
  const std::string repo = sandbox.repo();
  const std::string push = "if test -e " + sandbox.root() + "/push; then rm " + sandbox.root() +
                           "/push; git -C " + repo + " update-ref refs/heads/main $(git -C " + repo +
                           " commit-tree -p main -m theirs theirs^{tree}); fi";
  write_project(sandbox, "ab",
                "target = \"main\"\n[[validate]]\nname = \"unit\"\nreruns = 0\nrun = \"" + push + "\"\n" +
                    agent("a") + agent("b"));
  const auto base = sandbox.git({"rev-parse", "main"});
  land(sandbox);
  sandbox.git({"checkout", "-q", "-b", "theirs"});
  sandbox.write("docs/theirs", "x\n");
  sandbox.commit_all("theirs");
  sandbox.shell("touch ../push");
  const auto done = sandbox.par({"rollback", "--landed", "a"});
  INFO(done.out << done.err);
  REQUIRE(done.exit_code == 0);
  CHECK(has(done.err, "'main' moved: rolling back on its new tip"));
  CHECK(has(done.out, "2 validation runs"));
  CHECK(sandbox.git({"diff", "--name-only", base, "main"}) ==
        "docs/theirs\nsrc/b/file.txt\nsrc/b/new.txt\nsrc/b/old.txt");
  CHECK(sandbox.git({"log", "-1", "--format=%s", "main^"}) == "theirs");
  sandbox.assert_clean();
}

TEST_CASE(
    "rollback --landed: killed at any point, resume reaches the same end, also in a pruned repository") {
  std::vector<std::string> points;
  std::string wanted;
  {
    Sandbox sandbox;
    write_project(sandbox, "ab", kHead + agent("a") + agent("b"));
    land(sandbox);
    sandbox.set("PAR_CRASH_LIST", sandbox.root() + "/points");
    REQUIRE(sandbox.par({"rollback", "--landed", "a"}).exit_code == 0);
    points = split_terminated(sandbox.shell("sort -u ../points").out, '\n');
    wanted = tree_of(sandbox, "main");
  }
  CHECK(points.size() > 10);
  for (const auto& point : points) {
    INFO("killed at " << point);
    Sandbox sandbox;
    write_project(sandbox, "ab", kHead + agent("a") + agent("b"));
    land(sandbox);
    const auto landed = sandbox.git({"rev-parse", "main"});
    sandbox.set("PAR_CRASH", point + "=kill");
    sandbox.par({"rollback", "--landed", "a"});
    sandbox.unset("PAR_CRASH");
    if (has(sandbox.par({"status"}).out, "a rollback was cut off: 'git par resume r1' finishes it")) {
      CHECK(sandbox.par({"rollback", "--landed", "b"}).exit_code == 1);
      CHECK(has(sandbox.par({"clean", "r1"}).err, "error: the rollback of run 'r1' was cut off\n"));
      prune(sandbox);
      const auto resumed = sandbox.par({"resume"});
      INFO(resumed.out << resumed.err);
      CHECK(resumed.exit_code == 0);
    } else if (!has(sandbox.par({"status"}).out, "taken off 'main'")) {  // before it was recorded
      CHECK(sandbox.par({"rollback", "--landed", "a"}).exit_code == 0);
    }
    CHECK(tree_of(sandbox, "main") == wanted);
    CHECK(sandbox.git({"rev-parse", "main^"}) == landed);
    CHECK(sandbox.git({"status", "--porcelain"}).empty());
    sandbox.assert_clean();
  }
}

TEST_CASE("rollback --landed: one that was cut off and cannot go on is over, and can be asked for again") {
  Sandbox sandbox;
  write_project(sandbox, "ab", kHead + agent("a") + agent("b"));
  const auto base = sandbox.git({"rev-parse", "main"});
  land(sandbox);
  const auto cut_off = [&] {
    sandbox.set("PAR_CRASH", "journal.after.revertrequested=kill");
    sandbox.par({"rollback", "--landed", "a"});
    sandbox.unset("PAR_CRASH");
  };
  const auto check_over = [&](const std::string& why) {
    const auto resumed = sandbox.par({"resume"});
    INFO(resumed.out << resumed.err);
    CHECK(resumed.exit_code == 1);
    CHECK(has(resumed.err, why));
    CHECK(sandbox.git({"for-each-ref", "refs/par/r1/revert/"}).empty());
  };
  cut_off();
  sandbox.git({"branch", "-m", "main", "trunk"});
  check_over("error: not rolled back: the target branch 'main' does not exist\n");
  sandbox.git({"branch", "-m", "trunk", "main"});
  cut_off();
  sandbox.shell("git for-each-ref --format='delete %(refname)' refs/par/r1/revert | git update-ref --stdin");
  prune(sandbox);
  check_over("error: not rolled back: the commits that say what to take off are gone\n");
  REQUIRE(sandbox.par({"rollback", "-q", "--landed", "a"}).exit_code == 0);
  CHECK(sandbox.git({"diff", "--name-only", base, "main"}) == "src/b/file.txt\nsrc/b/new.txt\nsrc/b/old.txt");
  sandbox.assert_clean();
}

TEST_CASE("rollback --landed: the items of whoever was rolled back are planned again") {
  Sandbox sandbox;
  std::string items;
  for (const std::string name : {"a", "b"})
    items += "[[item]]\nid = \"I-" + name + "\"\ntitle = \"work\"\nfiles = [\"src/" + name + "/file.txt\"]\n";
  write_project(sandbox, "ab", kHead + agent("a") + agent("b") + items);
  land(sandbox);
  CHECK(sandbox.par({"plan"}).exit_code == 1);  // nothing is left to do
  REQUIRE(sandbox.par({"rollback", "-q", "--landed", "a"}).exit_code == 0);
  const auto plan = sandbox.par({"plan", "--json"});
  INFO(plan.out << plan.err);
  CHECK(has(plan.out, "I-a"));
  CHECK_FALSE(has(plan.out, "I-b"));
  sandbox.git({"reset", "-q", "--hard", "main^"});  // the rollback is taken back
  CHECK(sandbox.par({"plan"}).exit_code == 1);
}

TEST_CASE(
    "rollback: before landing, a whole run leaves every ref as it was, and what it had in checkpoints") {
  Sandbox sandbox;
  write_project(sandbox, "abc", kHead + agent("a") + agent("b") + agent("c", "after = [\"b\"]\n"));
  sandbox.git({"branch", "other"});
  sandbox.git({"tag", "mark"});
  const auto not_ours = [&] {
    return sandbox.shell("git for-each-ref | grep -v refs/par/ | grep -v refs/heads/par/").out;
  };
  const auto before = not_ours();
  const auto base = sandbox.git({"rev-parse", "main"});
  REQUIRE(sandbox.par({"run", "-q"}).exit_code == 0);
  const auto candidate = sandbox.git({"rev-parse", "refs/par/r1/candidate"});
  const auto branches = sandbox.git({"for-each-ref", "refs/heads/par", "refs/par/r1/base"});
  const auto done = sandbox.par({"rollback", "r1"});
  INFO(done.out << done.err);
  CHECK(done.exit_code == 0);
  CHECK(not_ours() == before);
  CHECK(sandbox.git({"rev-parse", "refs/par/r1/candidate"}) == base);
  CHECK(sandbox.git({"for-each-ref", "refs/heads/par", "refs/par/r1/base"}) == branches);
  CHECK(has(sandbox.git({"for-each-ref", "--format=%(objectname)", "refs/par/r1/checkpoint"}), candidate));
  CHECK(sandbox.git({"status", "--porcelain"}).empty());
  sandbox.assert_clean();
}
