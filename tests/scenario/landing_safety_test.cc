// Landings that meet others, a full disk, a lock, a sudden end, or a hand in what is ours: real git, real
// commands. The cases bear the names of the scenarios of landing (tests/data/landing_scenarios.txt).
#include "base/strings.h"
#include "os/file_lock.h"
#include "support/branch_project.h"
#include "support/catch.h"

using namespace par;
using namespace par::test;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string tree_of_main(const Sandbox& sandbox) { return sandbox.git({"rev-parse", "main^{tree}"}); }

// A shell command that notes the tree of each run in ../trees, beside the repository.
std::string noting_trees(const Sandbox& sandbox) {
  return "git rev-parse \"HEAD^{tree}\" >> " + sandbox.root() + "/trees; " + kNothingBroken;
}

std::string noted_trees(const Sandbox& sandbox) { return sandbox.shell("cat ../trees 2>/dev/null").out; }

// `agents` of one file each, and a validation that notes the tree of each run.
void write_agents(const Sandbox& sandbox, const std::vector<std::string>& agents) {
  std::string config = "target = \"main\"\n[[validate]]\nname = \"unit\"\nreruns = 0\nrun = '''" +
                       noting_trees(sandbox) + "'''\n";
  for (const auto& name : agents)
    config += "[agent." + name + "]\nowns = [\"/src/" + name + "/**\"]\nrun = \"echo $PAR_RUN > src/" + name +
              "/$PAR_RUN.txt\"\n";
  sandbox.write(".gitpar.toml", config);
  for (const auto& name : agents) sandbox.write("src/" + name + "/file.txt", "as it was\n");
  sandbox.commit_all("base");
}

}  // namespace

TEST_CASE("landing: two 'git par merge' at once: of branches both land, of one run one does") {
  Sandbox sandbox;
  write_project(sandbox, "sleep 0.4; " + kNothingBroken);
  for (const std::string name : {"a", "b"}) branch(sandbox, "topic/" + name, add_file(name));
  const auto both = sandbox.shell(
      "git par merge -q --branches topic/a 2>../one.err & one=$!; sleep 0.2; "
      "git par merge -q --branches topic/b 2>../other.err; other=$?; wait $one; echo $? $other");
  INFO(sandbox.shell("cat ../*.err").out);
  CHECK(both.out == "0 0\n");
  CHECK(is_in(sandbox, "a"));
  CHECK(is_in(sandbox, "b"));
  CHECK(first_parents(sandbox) == "3");

  write_two_directories(sandbox, good_agent());
  REQUIRE(sandbox.par({"run", "-q"}).exit_code == 0);
  const auto commits = std::stoi(first_parents(sandbox));
  const auto twice = sandbox.shell(
      "git par merge -q 2>../one.err & one=$!; git par merge -q 2>../other.err; other=$?; "
      "wait $one; echo $(($? + other))");
  const auto errors = sandbox.shell("cat ../one.err ../other.err").out;
  INFO(errors);
  CHECK(twice.out == "1\n");
  CHECK((has(errors, "is being worked on by process") || has(errors, "has landed already")));
  CHECK(std::stoi(first_parents(sandbox)) == commits + 1);
  CHECK(sandbox.git({"status", "--porcelain"}).empty());
  sandbox.assert_clean();
}

TEST_CASE("landing: 'git par merge' begun in the same instant: each has a run, and all branches land") {
  Sandbox sandbox;
  write_project(sandbox);
  for (const std::string name : {"a", "b", "c", "d"}) branch(sandbox, "topic/" + name, add_file(name));
  const auto all = sandbox.shell(
      "for b in a b c d; do (git par merge -q --branches topic/$b 2>../$b.err; echo $? >../$b.code) & done; "
      "wait; cat ../*.code");
  INFO(sandbox.shell("cat ../*.err").out);
  CHECK(all.out == "0\n0\n0\n0\n");
  for (const std::string name : {"a", "b", "c", "d"}) CHECK(is_in(sandbox, name));
  CHECK(first_parents(sandbox) == "5");
  CHECK(sandbox.git({"status", "--porcelain"}).empty());
  sandbox.assert_clean();
}

TEST_CASE("landing: what another start is just making is not taken for something left") {
  Sandbox sandbox;
  write_project(sandbox);
  branch(sandbox, "topic/a", add_file("a"));
  REQUIRE(os::make_directories(sandbox.state_dir() + "/locks", 0700));
  int merge = 0;
  {
    const auto other = os::FileLock::acquire(sandbox.state_dir() + "/locks/start.lock");
    REQUIRE(other);
    sandbox.git({"update-ref", "refs/par/r1/base", "main"});
    merge = sandbox.start({"merge", "-q", "--branches", "topic/a"});
    sandbox.shell("sleep 0.5");  // long enough to come to the lock
    sandbox.git({"update-ref", "-d", "refs/par/r1/base"});
  }
  REQUIRE(merge > 0);
  for (int i = 0; i < 200 && sandbox.shell("kill -0 " + std::to_string(merge)).exit_code == 0; ++i)
    sandbox.shell("sleep 0.05");
  CHECK(is_in(sandbox, "a"));
  sandbox.assert_clean();
}

TEST_CASE("landing: target moved by us: a run that landed first is merged with, and tested, by the next") {
  Sandbox sandbox;
  write_agents(sandbox, {"a", "b"});
  REQUIRE(sandbox.par({"run", "-q"}).exit_code == 0);
  REQUIRE(sandbox.par({"run", "-q"}).exit_code == 0);
  REQUIRE(sandbox.par({"merge", "-q", "--run", "r1"}).exit_code == 0);
  const auto merge = sandbox.par({"merge", "--run", "r2"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 0);
  CHECK(has(merge.out, "1 validation run"));
  for (const std::string name : {"a", "b"})
    for (const std::string run : {"r1", "r2"})
      CHECK(sandbox.read("src/" + name + "/" + run + ".txt") == run + "\n");
  CHECK(has(noted_trees(sandbox), tree_of_main(sandbox)));
  sandbox.assert_clean();
}

TEST_CASE("landing: tested and landing OID differ: never, whatever is done to the refs of the run") {
  const std::string strategy = GENERATE("merge", "squash", "rebase", "single");
  INFO(strategy);
  Sandbox sandbox;
  write_agents(sandbox, {"a", "b"});
  REQUIRE(sandbox.par({"run", "-q"}).exit_code == 0);
  // A candidate, a branch and a validation's worktree that hold what nobody tested.
  const auto evil = sandbox.shell(
      "git read-tree --index-output=../evil-index refs/par/r1/candidate && export "
      "GIT_INDEX_FILE=../evil-index "
      "&& git update-index --add --cacheinfo 100644,$(echo x | git hash-object -w --stdin),src/evil && "
      "git commit-tree -p refs/par/r1/candidate -m evil $(git write-tree)");
  REQUIRE(evil.exit_code == 0);
  const std::string commit(trim(evil.out));
  sandbox.git({"update-ref", "refs/par/r1/candidate", commit});
  sandbox.git({"update-ref", "refs/heads/par/r1/a/tip", commit});
  sandbox.shell(
      "for w in ../repo.par/r1/@validation*; do echo x > $w/src/evil; git -C $w add src/evil; done");
  const auto merge = sandbox.par({"merge", "--strategy", strategy});
  INFO(merge.out << merge.err);
  if (merge.exit_code == 0) {
    CHECK(has(noted_trees(sandbox), tree_of_main(sandbox)));
    CHECK(sandbox.read("src/b/r1.txt") == "r1\n");
  } else {  // it needs the candidate, and says that somebody moved it
    CHECK(has(merge.err, "the candidate of run 'r1' is not where it was left"));
    CHECK(first_parents(sandbox) == "1");
  }
  CHECK(sandbox.shell("git cat-file -e main:src/evil").exit_code != 0);
  sandbox.assert_clean();
}

TEST_CASE("landing: lock busy: where git works in the target's files, or on its ref, nothing moves") {
  Sandbox sandbox;
  write_project(sandbox);
  branch(sandbox, "topic/a", add_file("a"));
  const auto before = sandbox.git({"rev-parse", "main"});
  const std::string lock = GENERATE("index.lock", "refs/heads/main.lock");
  INFO(lock);
  sandbox.write(".git/" + lock, "");
  const auto busy = sandbox.par({"merge", "--branches", "topic/a"});
  INFO(busy.out << busy.err);
  CHECK(busy.exit_code != 0);
  CHECK(has(busy.err, lock == "index.lock" ? "another git process" : "cannot move 'refs/heads/main'"));
  CHECK(sandbox.git({"rev-parse", "main"}) == before);
  CHECK(sandbox.shell("rm .git/" + lock).exit_code == 0);
  CHECK(sandbox.git({"status", "--porcelain"}).empty());
  const auto again = sandbox.par({"merge"});
  INFO(again.out << again.err);
  CHECK(again.exit_code == 0);
  CHECK(has(again.out, "0 validation runs"));
  CHECK(sandbox.read("src/a/new.txt") == "x\n");
  sandbox.assert_clean();
}

TEST_CASE("landing: disk full: wherever it strikes, what is there stays, and resume lands all of it") {
  const std::string point =
      GENERATE("journal.before.branchestaken", "trial.built", "journal.before.trialvalidated",
               "candidate.moved", "journal.before.landingbuilt", "land.files", "land.moved");
  INFO(point);
  Sandbox sandbox;
  write_project(sandbox);
  for (const std::string name : {"a", "b"})
    branch(sandbox, "topic/" + name, add_file(name, name == "b" ? "broken" : "x"));
  const auto before = tips(sandbox);
  sandbox.set("PAR_CRASH", point + "=enospc");
  const auto full = sandbox.par({"merge", "--branches", "topic/*"});
  sandbox.unset("PAR_CRASH");
  INFO(full.out << full.err);
  CHECK(full.exit_code == 128);
  CHECK(has(full.err, "No space left on device"));
  if (point != "land.moved") CHECK(tips(sandbox) == before);
  const auto resume = sandbox.par({"resume"});
  INFO(resume.out << resume.err);
  CHECK(resume.exit_code == 1);  // b is not in
  CHECK(is_in(sandbox, "a"));
  CHECK_FALSE(is_in(sandbox, "b"));
  CHECK(first_parents(sandbox) == "2");
  CHECK(sandbox.git({"status", "--porcelain"}).empty());
  sandbox.assert_clean();
}

TEST_CASE("landing: crash between store and dispatch: what was decided is done, and once") {
  const std::string point =
      GENERATE("journal.after.branchesarrived", "journal.after.trialsplanned", "journal.after.trialbuilt",
               "journal.after.accepting", "journal.after.landingbuilt");
  INFO(point);
  Sandbox sandbox;
  write_project(sandbox, noting_trees(sandbox));
  for (const std::string name : {"a", "b"}) branch(sandbox, "topic/" + name, add_file(name));
  sandbox.set("PAR_CRASH", point + "=kill");
  CHECK(sandbox.par({"merge", "-q", "--branches", "topic/*"}).exit_code != 0);
  sandbox.unset("PAR_CRASH");
  CHECK(first_parents(sandbox) == "1");
  const auto resume = sandbox.par({"resume"});
  INFO(resume.out << resume.err);
  CHECK(resume.exit_code == 0);
  CHECK(noted_trees(sandbox) == tree_of_main(sandbox) + "\n");
  CHECK(first_parents(sandbox) == "2");
  sandbox.assert_clean();
}

TEST_CASE("landing: killed mid-landing, decided from the ref: where it moved, it has landed") {
  const std::string point = GENERATE("land.written", "land.files", "land.moved");
  INFO(point);
  Sandbox sandbox;
  write_project(sandbox);
  branch(sandbox, "topic/a", add_file("a"));
  const auto before = sandbox.git({"rev-parse", "main"});
  sandbox.set("PAR_CRASH", point + "=kill");
  CHECK(sandbox.par({"merge", "-q", "--branches", "topic/a"}).exit_code != 0);
  sandbox.unset("PAR_CRASH");
  const auto killed = sandbox.git({"rev-parse", "main"});
  CHECK((killed != before) == (point == "land.moved"));
  const auto resume = sandbox.par({"resume"});
  INFO(resume.out << resume.err);
  CHECK(resume.exit_code == 0);
  CHECK(first_parents(sandbox) == "2");
  if (point == "land.moved") CHECK(sandbox.git({"rev-parse", "main"}) == killed);
  CHECK(has(sandbox.par({"status"}).out, "run r1: landed"));
  CHECK(sandbox.git({"status", "--porcelain"}).empty());
  sandbox.assert_clean();
}

TEST_CASE("landing: cancel running, late result after cancel: nothing moves, and resume lands") {
  Sandbox sandbox;
  const std::string at = sandbox.root() + "/";
  write_project(sandbox, "touch " + at + "begun; i=0; until test -e " + at +
                             "go -o $i = 600; do sleep 0.05; i=$((i + 1)); done; " + kNothingBroken);
  branch(sandbox, "topic/a", add_file("a"));
  const auto before = tips(sandbox);
  const int worker = sandbox.start({"merge", "-q", "--branches", "topic/a"});
  sandbox.shell("i=0; until test -e ../begun -o $i = 600; do sleep 0.05; i=$((i + 1)); done");
  CHECK(sandbox.par({"stop", "-q", "--now"}).exit_code == 0);
  sandbox.shell("i=0; while kill -0 " + std::to_string(worker) +
                " 2>/dev/null && test $i != 600; do sleep 0.05; i=$((i + 1)); done; touch ../go");
  CHECK(tips(sandbox) == before);
  CHECK_FALSE(has(sandbox.par({"status"}).out, "rejected"));
  sandbox.assert_clean();
  const auto resume = sandbox.par({"resume"});
  INFO(resume.out << resume.err);
  CHECK(resume.exit_code == 0);
  CHECK(is_in(sandbox, "a"));
  sandbox.assert_clean();
}

TEST_CASE(
    "landing: cancel waiting; rollback without dependents: the candidate is as if it had never been there") {
  Sandbox sandbox;
  write_agents(sandbox, {"a", "b", "c"});
  REQUIRE(sandbox.par({"run", "-q"}).exit_code == 0);
  const auto rollback = sandbox.par({"rollback", "b"});
  INFO(rollback.out << rollback.err);
  CHECK(rollback.exit_code == 0);
  CHECK(sandbox.git({"diff", "--name-only", "main", "refs/par/r1/candidate"}) ==
        "src/a/r1.txt\nsrc/c/r1.txt");
  const auto merge = sandbox.par({"merge"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 0);
  CHECK(has(merge.out, "left out  b: rolled-back: rolled back with 'b'\n"));
  CHECK(sandbox.git({"diff", "--name-only", "main^", "main"}) == "src/a/r1.txt\nsrc/c/r1.txt");
  CHECK(has(noted_trees(sandbox), tree_of_main(sandbox)));
  sandbox.assert_clean();
}
