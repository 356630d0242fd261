#include "git/worktrees.h"

#include <filesystem>

#include "unit/git/git_test.h"

using namespace par;
using namespace par::test;
using git::Worktree;

namespace {

const RefName kBranch("refs/heads/par/r1/a/tip");

struct Fixture {
  Fixture() {
    repo.write("dir/a", "a\n");
    repo.write("b", "b\n");
    repo.write(".gitignore", "*.ign\n");
    commit = ObjectId(repo.commit("one"));
    repo.git({"branch", "par/r1/a/tip", commit.str()});
    repository = value_of(git::discover(repo.root()));
  }
  Worktree ensure() const { return value_of(git::ensure_worktree(repository, path, kBranch, commit)); }
  [[nodiscard]] std::string admin() const { return repo.git_dir() + "/worktrees/a"; }
  [[nodiscard]] std::string status() const {
    return repo.git_in(path, {"status", "--porcelain", "--untracked-files=all", "--ignored"});
  }
  // One entry, on its branch, with all files, and nothing that fsck minds.
  void check_whole() const {
    CHECK(value_of(git::list_worktrees(repository)).size() == 2);
    CHECK(repo.git_in(path, {"symbolic-ref", "HEAD"}) == kBranch.str());
    CHECK(status().empty());
    CHECK(repo.read(path + "/dir/a") == "a\n");
    CHECK_FALSE(repo.has(admin() + "/locked"));
    CHECK_FALSE(repo.has(admin() + "/index.lock"));
    CHECK(value_of(os::list_directory(repo.git_dir() + "/worktrees")).size() == 1);
    repo.git({"fsck", "--strict"});
  }

  GitRepo repo;
  ObjectId commit;
  git::Repository repository;
  std::string path = repo.directory() + "/par/r1/a";
};

}  // namespace

TEST_CASE("ensure_worktree: on its branch, with all files, no hook run and no configuration written") {
  Fixture f;
  for (const char* hook : {"post-checkout", "reference-transaction", "post-index-change"})
    f.repo.add_hook(hook);
  const std::string config = f.repo.read(".git/config");
  const Worktree made = f.ensure();
  CHECK(made.path == f.path);
  CHECK(made.git_dir == f.admin());
  CHECK(made.head == f.commit);
  CHECK(made.branch == kBranch);
  CHECK(f.repo.hooks_that_ran().empty());
  CHECK(f.repo.read(".git/config") == config);
  f.check_whole();
  const Worktree again = f.ensure();
  CHECK(again.git_dir == made.git_dir);
}

TEST_CASE("ensure_worktree: without a branch HEAD is detached at the commit") {
  Fixture f;
  const auto made = value_of(git::ensure_worktree(f.repository, f.path, RefName(), f.commit));
  CHECK(made.head == f.commit);
  CHECK_FALSE(made.branch);
  const ObjectId two(f.repo.commit("two"));
  CHECK(value_of(git::ensure_worktree(f.repository, f.path, RefName(), two)).head == two);
}

TEST_CASE("ensure_worktree: an empty directory is taken") {
  Fixture f;
  std::filesystem::create_directories(f.path);
  f.ensure();
  f.check_whole();
}

TEST_CASE("ensure_worktree: what is not ours is an error and stays") {
  Fixture f;
  SECTION("a directory with files") { f.repo.write(f.path + "/mine", "x"); }
  SECTION("a file") { f.repo.write(f.path, "x"); }
  SECTION("another repository") { f.repo.git({"init", "--quiet", f.path}); }
  const auto result = git::ensure_worktree(f.repository, f.path, kBranch, f.commit);
  REQUIRE_FALSE(result);
  CHECK(result.error().message == "'" + f.path + "' already exists");
  CHECK((f.repo.has(f.path + "/mine") || f.repo.has(f.path + "/.git/HEAD") || f.repo.read(f.path) == "x"));
}

TEST_CASE("ensure_worktree: one that was cut off while it was made is made whole") {
  Fixture f;
  // What `git worktree add` has written, step by step.
  SECTION("nothing but the entry's directory, announced") {
    f.repo.write(f.repo.git_dir() + "/par/locks/worktrees.adding", f.path);
    f.repo.write(f.admin() + "/locked", "initializing\n");
  }
  SECTION("the entry says its path") {
    f.repo.write(f.admin() + "/locked", "initializing\n");
    f.repo.write(f.admin() + "/gitdir", f.path + "/.git\n");
  }
  SECTION("the directory stands") {
    f.repo.write(f.admin() + "/locked", "initializing\n");
    f.repo.write(f.admin() + "/gitdir", f.path + "/.git\n");
    f.repo.write(f.path + "/.git", "gitdir: " + f.admin() + "\n");
  }
  SECTION("HEAD is not set yet") {
    f.repo.write(f.admin() + "/locked", "initializing\n");
    f.repo.write(f.admin() + "/gitdir", f.path + "/.git\n");
    f.repo.write(f.path + "/.git", "gitdir: " + f.admin() + "\n");
    f.repo.write(f.admin() + "/HEAD", std::string(40, '0') + "\n");
    f.repo.write(f.admin() + "/commondir", "../..\n");
  }
  SECTION("complete, but still locked") {
    f.ensure();
    f.repo.write(f.admin() + "/locked", "initializing\n");
  }
  SECTION("complete, the files half written") {
    f.ensure();
    f.repo.remove(f.admin() + "/index");
    f.repo.write(f.admin() + "/index.lock", "");
    f.repo.remove(f.path + "/b");
    f.repo.write(f.path + "/dir/a", "");
  }
  SECTION("complete, on no branch yet") {
    f.ensure();
    f.repo.git_in(f.path, {"checkout", "--quiet", "--detach"});
  }
  SECTION("the entry is gone, the directory is not") {
    f.repo.write(f.path + "/.git", "gitdir: " + f.admin() + "\n");
  }
  SECTION("the directory is gone, the entry is not") {
    f.ensure();
    f.repo.remove(f.path);
  }
  f.ensure();
  f.check_whole();
  f.ensure();
  f.check_whole();
}

TEST_CASE("ensure_worktree: a damaged worktree with files in it is an error and stays") {
  Fixture f;
  f.ensure();
  f.repo.write(f.path + "/work", "x");
  f.repo.remove(f.admin() + "/HEAD");
  CHECK_FALSE(git::ensure_worktree(f.repository, f.path, kBranch, f.commit));
  CHECK(f.repo.read(f.path + "/work") == "x");
}

TEST_CASE("list_worktrees: the main one first, linked ones with their git directories") {
  Fixture f;
  f.ensure();
  const std::string odd = f.repo.directory() + "/odd\nname";
  f.repo.git({"worktree", "add", "--quiet", "--detach", odd});
  const auto all = value_of(git::list_worktrees(f.repository));
  REQUIRE(all.size() == 3);
  CHECK(all[0].path == f.repo.root());
  CHECK(all[0].git_dir == f.repo.git_dir());
  CHECK(all[0].branch == RefName("refs/heads/main"));
  CHECK(value_of(git::find_worktree(f.repository, odd)).has_value());
  CHECK(value_of(git::find_worktree(f.repository, f.path))->git_dir == f.admin());
  CHECK_FALSE(value_of(git::find_worktree(f.repository, f.repo.directory())));
}

TEST_CASE("list_worktrees: a bare repository's own place is bare") {
  GitRepo repo(true);
  const auto all = value_of(git::list_worktrees(value_of(git::discover(repo.root()))));
  REQUIRE(all.size() == 1);
  CHECK(all[0].bare);
}

TEST_CASE("reset_worktree: exactly the commit; ignored files stay unless asked") {
  Fixture f;
  const Worktree worktree = f.ensure();
  f.repo.write(f.path + "/b", "changed");
  f.repo.write(f.path + "/new/file", "x");
  f.repo.write(f.path + "/keep.ign", "x");
  f.repo.write(f.path + "/staged", "x");
  f.repo.git_in(f.path, {"add", "staged"});
  f.repo.git_in(f.path, {"rm", "--quiet", "dir/a"});
  f.repo.git({"init", "--quiet", f.path + "/nested"});
  f.repo.write(f.admin() + "/MERGE_HEAD", f.commit.str() + "\n");
  f.repo.write(f.admin() + "/index.lock", "");
  succeed(git::reset_worktree(worktree, f.commit, {}));
  CHECK(f.status() == "!! keep.ign");
  CHECK_FALSE(f.repo.has(f.admin() + "/MERGE_HEAD"));
  CHECK(f.repo.git_in(f.path, {"symbolic-ref", "HEAD"}) == kBranch.str());
  succeed(git::reset_worktree(worktree, f.commit, {.detach = true, .ignored = true}));
  CHECK(f.status().empty());
  CHECK(f.repo.git_in(f.path, {"rev-parse", "--abbrev-ref", "HEAD"}) == "HEAD");
}

TEST_CASE("uncommitted_paths: tracked, staged and untracked changes, whatever their names") {
  Fixture f;
  const Worktree worktree = f.ensure();
  CHECK(value_of(git::uncommitted_paths(worktree)).all.empty());
  f.repo.write(f.path + "/new\nline", "x");
  f.repo.write(f.path + "/new dir/b\xff", "x");
  f.repo.write(f.path + "/\"q\"", "x");
  f.repo.write(f.path + "/no.ign", "x");
  f.repo.git({"init", "--quiet", f.path + "/nested"});
  f.repo.git_in(f.path, {"mv", "b", "c"});
  f.repo.remove(f.path + "/dir/a");
  const std::vector<std::string> expected{"\"q\"", "b", "c", "dir/a", "nested", "new\nline", "new dir/b\xff"};
  CHECK(strings(value_of(git::uncommitted_paths(worktree)).all) == expected);
}

TEST_CASE("write_worktree_tree: everything that is there, and the index is left alone") {
  Fixture f;
  const Worktree worktree = f.ensure();
  f.repo.git_in(f.path, {"update-index", "--assume-unchanged", "b"});
  f.repo.write(f.path + "/b", "hidden");
  f.repo.write(f.path + "/new", "x");
  f.repo.write(f.path + "/no.ign", "x");
  f.repo.remove(f.path + "/dir/a");
  SECTION("a readable index") {}
  SECTION("a broken index") { f.repo.write(f.admin() + "/index", "nonsense"); }
  const std::string before = f.repo.read(f.admin() + "/index");
  const auto tree = value_of(git::write_worktree_tree(worktree));
  CHECK(f.repo.git({"ls-tree", "-r", "--name-only", tree.str()}) == ".gitignore\nb\nnew");
  CHECK(f.repo.git({"show", tree.str() + ":b"}) == "hidden");
  CHECK(f.repo.read(f.admin() + "/index") == before);
  CHECK_FALSE(f.repo.has(f.admin() + "/par-saved-index"));
}

TEST_CASE("write_worktree_tree: a nested repository without a commit does not stand in the way") {
  Fixture f;
  const Worktree worktree = f.ensure();
  f.repo.git({"init", "--quiet", f.path + "/nested"});
  f.repo.write(f.path + "/new", "x");
  const auto tree = value_of(git::write_worktree_tree(worktree));
  CHECK(f.repo.git({"ls-tree", "--name-only", tree.str()}) == ".gitignore\nb\ndir\nnew");
}

TEST_CASE("is_clean: changed, staged or in the middle of a merge is not clean; untracked and touched is") {
  Fixture f;
  const Worktree worktree = f.ensure();
  f.repo.write(f.path + "/untracked", "x");
  std::filesystem::last_write_time(f.path + "/b", std::filesystem::file_time_type::clock::now());
  CHECK(value_of(git::is_clean(worktree)));
  SECTION("changed") { f.repo.write(f.path + "/b", "x"); }
  SECTION("staged") { f.repo.git_in(f.path, {"add", "untracked"}); }
  SECTION("removed") { f.repo.remove(f.path + "/b"); }
  SECTION("merging") { f.repo.write(f.admin() + "/MERGE_HEAD", f.commit.str()); }
  CHECK_FALSE(value_of(git::is_clean(worktree)));
}

TEST_CASE("move_files: index and files follow, HEAD stays") {
  Fixture f;
  f.repo.write("b", "two\n");
  f.repo.write("new/file", "n");
  f.repo.remove("dir");
  const ObjectId two(f.repo.commit("two"));
  const Worktree worktree = f.ensure();
  f.repo.write(f.path + "/untracked", "mine");
  REQUIRE(value_of(git::move_files(worktree, f.commit, two)));
  CHECK(f.repo.read(f.path + "/b") == "two\n");
  CHECK(f.repo.read(f.path + "/untracked") == "mine");
  CHECK_FALSE(f.repo.has(f.path + "/dir"));
  CHECK(f.repo.git_in(f.path, {"rev-parse", "HEAD"}) == f.commit.str());
  CHECK(f.repo.git_in(f.path, {"diff", "--cached", "--name-only", two.str()}).empty());
  REQUIRE(value_of(git::move_files(worktree, two, f.commit)));
  CHECK(f.status() == "?? untracked");
}

TEST_CASE("move_files: what is in the way is left as it is, and nothing is touched") {
  Fixture f;
  f.repo.write("new/file", "n");
  f.repo.write("forced.ign", "n");
  f.repo.git({"add", "-f", "forced.ign"});
  f.repo.write("b", "two\n");
  const ObjectId two(f.repo.commit("two"));
  const Worktree worktree = f.ensure();
  std::string path = "new/file";
  SECTION("an untracked file") {}
  SECTION("an untracked file in a directory's place") { path = "new"; }
  SECTION("an untracked directory in a file's place") { path = "new/file/below"; }
  SECTION("an ignored file") { path = "forced.ign"; }
  SECTION("a change") { path = "b"; }
  f.repo.write(f.path + "/" + path, "mine");
  CHECK_FALSE(value_of(git::move_files(worktree, f.commit, two)));
  CHECK(f.repo.read(f.path + "/" + path) == "mine");
  f.repo.remove(f.path + "/" + path);
  f.repo.git_in(f.path, {"checkout", "--", "."});
  CHECK(f.status().empty());
}

TEST_CASE("move_files: a locked index is in the way, too") {
  Fixture f;
  f.repo.write("b", "two\n");
  f.repo.write("new", "n");
  const ObjectId two(f.repo.commit("two"));
  const Worktree worktree = f.ensure();
  f.repo.write(f.admin() + "/index.lock", "");
  CHECK_FALSE(value_of(git::move_files(worktree, f.commit, two)));
  f.repo.remove(f.admin() + "/index.lock");
  CHECK(f.status().empty());
}

TEST_CASE("remove_worktree: exactly this one, and fine when it is gone") {
  Fixture f;
  f.ensure();
  f.repo.write(f.path + "/untracked", "x");
  const std::string other = f.repo.directory() + "/par/r1/b";
  f.repo.git({"worktree", "add", "--quiet", "--detach", other});
  succeed(git::remove_worktree(f.repository, f.path));
  CHECK_FALSE(f.repo.has(f.path));
  CHECK_FALSE(f.repo.has(f.admin()));
  CHECK(f.repo.has(other + "/b"));
  succeed(git::remove_worktree(f.repository, f.path));
  CHECK(value_of(git::list_worktrees(f.repository)).size() == 2);
}

TEST_CASE("remove_worktree: what has become something else stays, only the entry goes") {
  Fixture f;
  f.ensure();
  f.repo.remove(f.path);
  f.repo.git({"init", "--quiet", f.path});
  f.repo.write(f.path + "/mine", "x");
  succeed(git::remove_worktree(f.repository, f.path));
  CHECK(f.repo.has(f.path + "/mine"));
  CHECK_FALSE(f.repo.has(f.admin()));
}

TEST_CASE("remove_worktree: never the main one, never a locked one") {
  Fixture f;
  f.ensure();
  CHECK_FALSE(git::remove_worktree(f.repository, f.repo.root()));
  f.repo.git({"worktree", "lock", f.path});
  CHECK_FALSE(git::remove_worktree(f.repository, f.path));
  CHECK(f.repo.has("b"));
  CHECK(f.repo.has(f.path + "/b"));
}

TEST_CASE("ensure_worktree: has all files, also where the user's own worktree is sparse") {
  Fixture f;
  f.repo.git({"sparse-checkout", "set", "--cone", "elsewhere"});
  const Worktree worktree = f.ensure();
  f.check_whole();
  CHECK_FALSE(f.repo.has("dir"));
  f.repo.write(f.path + "/other/file", "x");
  const auto tree = value_of(git::write_worktree_tree(worktree));
  CHECK(f.repo.git({"ls-tree", "-r", "--name-only", tree.str()}) == ".gitignore\nb\ndir/a\nother/file");
}

TEST_CASE("worktrees: in a sparse worktree, files that are not checked out are no changes") {
  Fixture f;
  f.repo.git({"sparse-checkout", "set", "--cone", "elsewhere"});
  f.repo.write("elsewhere/new", "x");
  f.repo.write("outside/new", "x");
  const auto main = value_of(git::list_worktrees(f.repository)).front();
  CHECK(value_of(git::is_clean(main)));
  CHECK(strings(value_of(git::uncommitted_paths(main)).all) ==
        std::vector<std::string>{"elsewhere/new", "outside/new"});
  const auto tree = value_of(git::write_worktree_tree(main));
  CHECK(f.repo.git({"ls-tree", "-r", "--name-only", tree.str()}) ==
        ".gitignore\nb\ndir/a\nelsewhere/new\noutside/new");
}
