#include <unistd.h>

#include "git/worktree_admin.h"
#include "os/file_lock.h"
#include "support/forked.h"
#include "unit/git/run_fixture.h"

using namespace par;
using namespace par::test;
using core::TargetMove;

namespace {

const RefName kMain("refs/heads/main");

// A target with one commit to land: `file` changes, `new/file` comes.
struct Fixture : RunFixture {
  explicit Fixture(bool bare = false) : RunFixture(bare) {
    to = ObjectId(branch_commit("landing", {{"file", "two\n"}, {"new/file", "new\n"}}));
  }
  core::TargetMoveResult move() { return value_of(workspace.move_target(kMain, base, to)); }
  [[nodiscard]] std::string main() const { return repo.rev("refs/heads/main"); }
  [[nodiscard]] std::string status() const {
    return repo.git({"status", "--porcelain", "--untracked-files=all"});
  }
  void check_landed() const {
    CHECK(main() == to.str());
    CHECK(status().empty());
    CHECK(repo.read("file") == "two\n");
    CHECK_FALSE(repo.has(".git/par-landing"));
    CHECK_FALSE(repo.has(".git/index.lock"));
  }
  void check_refused(const std::string& reason) {
    const std::string before = status();
    const auto result = move();
    CHECK(result.outcome == TargetMove::refused);
    CHECK(result.reason == reason);
    CHECK(status() == before);
    CHECK(main() == base.str());
    CHECK_FALSE(repo.has(".git/par-landing"));
  }

  ObjectId to;
};

}  // namespace

TEST_CASE("read_target: commit and tree, or an error with a hint") {
  RunFixture f;
  const auto tip = value_of(f.workspace.read_target(kMain));
  CHECK(tip.commit == f.base);
  CHECK(tip.tree.str() == f.repo.rev("main^{tree}"));
  const auto none = f.workspace.read_target(RefName("refs/heads/none"));
  REQUIRE_FALSE(none);
  CHECK(none.error().message == "the target branch 'none' does not exist");
  CHECK_FALSE(none.error().hints.empty());
}

TEST_CASE("move_target: checked out and clean, index and files move with the ref") {
  Fixture f;
  f.repo.write("untracked", "mine");
  CHECK(f.move().outcome == TargetMove::moved);
  CHECK(f.main() == f.to.str());
  CHECK(f.status() == "?? untracked");
  CHECK(f.repo.read("new/file") == "new\n");
  CHECK(f.repo.git({"reflog", "-1", "--format=%gs", "main"}) == "par: land r1");
  CHECK(f.move().outcome == TargetMove::moved);
}

TEST_CASE("move_target: checked out nowhere, only the ref moves") {
  SECTION("another branch is checked out") {
    Fixture f;
    f.repo.git({"checkout", "--quiet", "-b", "other"});
    CHECK(f.move().outcome == TargetMove::moved);
    CHECK(f.main() == f.to.str());
    CHECK(f.repo.read("file") == "one\n");
    CHECK(f.status().empty());
  }
  SECTION("a bare repository") {
    Fixture f(true);
    CHECK(f.move().outcome == TargetMove::moved);
    CHECK(f.main() == f.to.str());
  }
}

TEST_CASE("move_target: in a linked worktree of a bare repository the files move, too") {
  Fixture f(true);
  const std::string linked = f.repo.directory() + "/linked";
  f.repo.git({"worktree", "add", "--quiet", linked, "main"});
  CHECK(f.move().outcome == TargetMove::moved);
  CHECK(f.repo.git_in(linked, {"status", "--porcelain"}).empty());
  CHECK(f.repo.read(linked + "/file") == "two\n");
}

TEST_CASE("move_target: a symbolic target moves the branch behind it") {
  Fixture f;
  f.repo.git({"symbolic-ref", "refs/heads/alias", "refs/heads/main"});
  CHECK(value_of(f.workspace.move_target(RefName("refs/heads/alias"), f.base, f.to)).outcome ==
        TargetMove::moved);
  f.check_landed();
  CHECK(f.repo.git({"symbolic-ref", "refs/heads/alias"}) == "refs/heads/main");
}

TEST_CASE("move_target: changes of the user's are refused and stay untouched") {
  Fixture f;
  SECTION("in a file that lands") { f.repo.write("file", "mine"); }
  SECTION("in another file") { f.repo.write(".gitignore", "mine"); }
  SECTION("staged") {
    f.repo.write("mine", "mine");
    f.repo.git({"add", "mine"});
  }
  SECTION("in the middle of a cherry-pick") { f.repo.write(".git/CHERRY_PICK_HEAD", f.base.str() + "\n"); }
  f.check_refused("'main' is checked out in '" + f.repo.root() + "' and has changes that are not committed");
}

TEST_CASE("move_target: an untracked file in the way is refused and stays untouched") {
  Fixture f;
  SECTION("untracked") { f.repo.write("new/file", "mine"); }
  SECTION("ignored") {
    f.repo.write(".git/info/exclude", "new\n");
    f.repo.write("new/file", "mine");
  }
  f.check_refused("'main' is checked out in '" + f.repo.root() +
                  "', where files that git does not track are in the way");
  CHECK(f.repo.read("new/file") == "mine");
}

TEST_CASE("move_target: where another git process holds the index, that is said and nothing is touched") {
  Fixture f;
  f.repo.write(".git/index.lock", "");
  f.check_refused("'main' is checked out in '" + f.repo.root() +
                  "', where another git process works, or left '" + f.repo.root() + "/.git/index.lock'");
  f.repo.remove(".git/index.lock");
  CHECK(f.move().outcome == TargetMove::moved);
  f.check_landed();
}

TEST_CASE("move_target: a ref that cannot be moved is an error, and index and files stay where they were") {
  Fixture f;
  f.repo.write(".git/refs/heads/main.lock", "");
  const auto moved = f.workspace.move_target(kMain, f.base, f.to);
  REQUIRE_FALSE(moved);
  CHECK(moved.error().message == "cannot move 'refs/heads/main'");
  CHECK(f.status().empty());
  CHECK_FALSE(f.repo.has("new/file"));
  CHECK_FALSE(f.repo.has(".git/par-landing"));
  f.repo.remove(".git/refs/heads/main.lock");
  CHECK(f.move().outcome == TargetMove::moved);
  f.check_landed();
}

TEST_CASE("move_target: a target that is being rebased or is checked out twice is refused") {
  Fixture f;
  SECTION("rebase") {
    f.repo.commit("two");
    f.repo.git({"-c", "sequence.editor=sed -i s/^pick/edit/", "rebase", "--quiet", "-i", "HEAD^"});
    f.base = ObjectId(f.main());
    f.check_refused("'main' is being rebased in '" + f.repo.root() + "'");
  }
  SECTION("twice") {
    const std::string linked = f.repo.directory() + "/linked";
    f.repo.git({"worktree", "add", "--quiet", "--force", linked, "main"});
    f.check_refused("'main' is checked out in '" + f.repo.root() + "' and in '" + linked + "'");
  }
}

TEST_CASE("move_target: a worktree that was deleted holds nothing back") {
  Fixture f;
  f.repo.git({"checkout", "--quiet", "-b", "other"});
  const std::string linked = f.repo.directory() + "/linked";
  f.repo.git({"worktree", "add", "--quiet", linked, "main"});
  f.repo.remove(linked);
  CHECK(f.move().outcome == TargetMove::moved);
}

TEST_CASE("move_target: a target that moved away is lost, and nothing is touched") {
  Fixture f;
  const std::string now = f.repo.commit("somebody else's");
  CHECK(f.move().outcome == TargetMove::lost);
  CHECK(f.main() == now);
  CHECK(f.status().empty());
}

TEST_CASE("move_target: a commit of which a power cut left an empty file is lost, not an error for ever") {
  Fixture f;
  const std::string file = ".git/objects/" + f.to.str().substr(0, 2) + "/" + f.to.str().substr(2);
  f.repo.remove(file);
  f.repo.write(file, "");
  CHECK(f.move().outcome == TargetMove::lost);
  CHECK(f.main() == f.base.str());
  CHECK(f.status().empty());
}

TEST_CASE("move_target: cut off between its steps and called again, it ends the same") {
  Fixture f;
  for (const char* point : {"land.files", "land.moved"}) {
    f.cut_off_at(point);
    CHECK_FALSE(f.workspace.move_target(kMain, f.base, f.to));
    f.cut_off_at("");
  }
  CHECK(f.move().outcome == TargetMove::moved);
  f.check_landed();
}

TEST_CASE("move_target: files that were cut off half way are finished, whatever was written") {
  Fixture f;
  f.repo.write(".git/par-landing", f.base.str() + " " + f.to.str());
  SECTION("one file written, one torn, the index locked") {
    f.repo.write("file", "two\n");
    f.repo.write("new/file", "n");
    f.repo.write(".git/index.lock", "");
  }
  SECTION("a file empty") { f.repo.write("file", ""); }
  SECTION("a file taken away") { f.repo.remove("file"); }
  SECTION("everything done") { f.repo.git({"read-tree", "-m", "-u", f.base.str(), f.to.str()}); }
  SECTION("the ref moved, the files did not") { f.repo.git({"update-ref", "refs/heads/main", f.to.str()}); }
  CHECK(f.move().outcome == TargetMove::moved);
  f.check_landed();
}

TEST_CASE("move_target: what the user changed after a cut off move is not taken for ours") {
  Fixture f;
  f.repo.write(".git/par-landing", f.base.str() + " " + f.to.str());
  f.repo.write("new/file", "new\n");
  SECTION("a file that lands") { f.repo.write("file", "mine"); }
  SECTION("another file") { f.repo.write(".gitignore", "mine"); }
  SECTION("staged") {
    f.repo.write(".gitignore", "mine");
    f.repo.git({"add", ".gitignore"});
  }
  const std::string before = f.status();
  CHECK(f.move().outcome == TargetMove::refused);
  CHECK(f.status() == before);
}

TEST_CASE("target: the files of a landing that is under way do not stand against the next") {
  Fixture f;
  const auto repository = value_of(git::discover(f.repo.root()));
  const std::string locks = repository.state_dir() + "/locks";
  REQUIRE(os::make_directories(locks, 0700));
  test::Forked landing([&](int pipe) {
    const auto lock = os::FileLock::acquire(locks + "/landing.lock");
    f.repo.write("file", "half in place\n");
    if (!lock || ::write(pipe, "x", 1) != 1) return 1;
    ::usleep(300000);  // long enough for a look at the files
    f.repo.git({"checkout", "-q", "--", "file"});
    return 0;
  });
  REQUIRE(landing.read_at_least(1) == "x");
  CHECK(value_of(git::target_obstacle(repository, kMain)).empty());
  CHECK(landing.wait() == 0);
}

TEST_CASE("target: what stands against moving it is known before") {
  Fixture f;
  const auto repository = value_of(git::discover(f.repo.root()));
  CHECK(value_of(git::target_obstacle(repository, kMain)).empty());
  f.repo.write("untracked", "x");
  CHECK(value_of(git::target_obstacle(repository, kMain)).empty());
  f.repo.write("file", "mine\n");
  CHECK(value_of(git::target_obstacle(repository, kMain)) ==
        "'main' is checked out in '" + f.repo.root() + "' and has changes that are not committed");
  f.repo.git({"checkout", "-q", "--detach"});
  CHECK(value_of(git::target_obstacle(repository, kMain)).empty());
}
