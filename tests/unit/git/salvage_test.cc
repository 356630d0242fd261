#include "unit/git/run_fixture.h"

using namespace par;
using namespace par::test;

namespace {

struct Fixture : RunFixture {
  Fixture() { path = add(1, base); }
  [[nodiscard]] std::string show(const std::string& file) const {
    return repo.git({"show", "refs/par/salvage/r1/a/1:" + file});
  }
  [[nodiscard]] bool holds(const std::string& commit) const {
    return repo.try_git({"merge-base", "--is-ancestor", commit, "refs/par/salvage/r1/a/1"}).exit_code == 0;
  }
  std::string path;
};

// A worktree with the submodules vendor/one and vendor/two, filled.
struct SubmoduleFixture : RunFixture {
  SubmoduleFixture() {
    const std::string lib = repo.directory() + "/lib";
    repo.git({"init", "--quiet", lib});
    repo.write(lib + "/x", "one\n");
    repo.write(lib + "/.gitignore", "*.ign\n");
    repo.commit("one", lib);
    submodule(repo.root(), {"add", lib, "vendor/one"});
    submodule(repo.root(), {"add", lib, "vendor/two"});
    start = ObjectId(repo.commit("submodules"));
    path = add(1, start);
    submodule(path, {"update"});
    REQUIRE(repo.has(admin() + "/modules/vendor/one"));
  }
  void submodule(const std::string& place, std::vector<std::string> args) const {
    args.insert(args.begin(),
                {"-c", "protocol.file.allow=always", "-c", "submodule.active=.", "submodule", "--quiet"});
    repo.git_in(place, args);
  }
  [[nodiscard]] std::string one() const { return path + "/vendor/one"; }
  [[nodiscard]] std::string admin() const { return repo.git_dir() + "/worktrees/a"; }
  [[nodiscard]] std::string salvage_dir() const { return repository.state_dir() + "/salvage"; }

  ObjectId start;
  std::string path;
};

}  // namespace

TEST_CASE("salvage: an untouched worktree has nothing to save") {
  Fixture f;
  CHECK_FALSE(value_of(f.workspace.salvage(f.agent, f.base)));
  f.repo.write(f.path + "/build.ign", "x");
  CHECK_FALSE(value_of(f.workspace.salvage(f.agent, f.base)));
  CHECK(f.salvaged().empty());
}

TEST_CASE("salvage: commits, changes, staged, untracked and removed files, detached and dropped commits") {
  Fixture f;
  f.repo.write(f.path + "/dropped", "d");
  const std::string dropped = f.repo.commit("dropped", f.path);
  f.repo.git_in(f.path, {"reset", "--quiet", "--hard", f.base.str()});
  f.repo.write(f.path + "/committed", "c");
  const std::string tip = f.repo.commit("work", f.path);
  f.repo.git_in(f.path, {"checkout", "--quiet", "--detach"});
  f.repo.write(f.path + "/detached", "d");
  const std::string detached = f.repo.commit("detached", f.path);
  f.repo.write(f.path + "/file", "staged\n");
  f.repo.git_in(f.path, {"add", "file"});
  f.repo.write(f.path + "/file", "changed\n");
  f.repo.write(f.path + "/odd\nname", "untracked");
  f.repo.remove(f.path + "/committed");
  const auto saved = value_of(f.workspace.salvage(f.agent, f.base));
  REQUIRE(saved);
  CHECK(saved->ref == RefName("refs/par/salvage/r1/a/1"));
  CHECK(f.repo.rev("refs/par/salvage/r1/a/1^1") == detached);
  CHECK(f.holds(dropped));
  CHECK(f.holds(tip));
  CHECK(f.show("file") == "changed");
  CHECK(f.show("odd\nname") == "untracked");
  CHECK_THROWS(f.show("committed"));
  const std::string staged =
      f.repo.git({"log", "-1", "--format=%H", "--grep=a: staged", "refs/par/salvage/r1/a/1"});
  CHECK(f.repo.git({"show", staged + ":file"}) == "staged");
  CHECK(value_of(f.workspace.salvage(f.agent, f.base))->ref == saved->ref);
  CHECK(f.salvaged().size() == 1);
}

TEST_CASE("salvage: committed work alone is saved as it is; new work gets a number of its own") {
  Fixture f;
  f.repo.write(f.path + "/work", "1");
  const std::string tip = f.repo.commit("work", f.path);
  CHECK(value_of(f.workspace.salvage(f.agent, f.base))->commit.str() == tip);
  CHECK_FALSE(value_of(f.workspace.salvage(f.agent, ObjectId(tip))));
  f.repo.write(f.path + "/work", "2");
  CHECK(value_of(f.workspace.salvage(f.agent, f.base))->ref == RefName("refs/par/salvage/r1/a/2"));
  CHECK(value_of(f.workspace.salvage(f.agent, f.base))->ref == RefName("refs/par/salvage/r1/a/2"));
}

TEST_CASE("salvage: without a worktree, what the branch holds") {
  Fixture f;
  f.repo.write(f.path + "/work", "1");
  const std::string tip = f.repo.commit("work", f.path);
  SECTION("directory deleted") { f.repo.remove(f.path); }
  SECTION("entry deleted, too") { f.repo.git({"worktree", "remove", "--force", f.path}); }
  CHECK(value_of(f.workspace.salvage(f.agent, f.base))->commit.str() == tip);
}

TEST_CASE("salvage: commits and files are saved, whatever HEAD and the branch name") {
  Fixture f;
  const std::string admin = f.repo.git_dir() + "/worktrees/a";
  const std::string nothing = std::string(40, '1') + "\n";
  f.repo.write(f.path + "/work", "1");
  const std::string commit = f.repo.commit("work", f.path);
  f.repo.write(f.path + "/new", "untracked");
  SECTION("a branch without a commit") {
    f.repo.git_in(f.path, {"checkout", "--quiet", "--orphan", "fresh"});
  }
  SECTION("the branch deleted") { f.repo.git({"update-ref", "-d", "refs/heads/par/r1/a/tip"}); }
  SECTION("HEAD deleted") { f.repo.remove(admin + "/HEAD"); }
  SECTION("HEAD is nonsense") { f.repo.write(admin + "/HEAD", "nonsense"); }
  SECTION("HEAD at nothing") { f.repo.write(admin + "/HEAD", nothing); }
  SECTION("the branch at nothing") { f.repo.write(f.repo.git_dir() + "/refs/heads/par/r1/a/tip", nothing); }
  const auto saved = value_of(f.workspace.salvage(f.agent, f.base));
  REQUIRE(saved);
  CHECK(f.holds(commit));
  CHECK(f.show("work") == "1");
  CHECK(f.show("new") == "untracked");
  CHECK(value_of(f.workspace.salvage(f.agent, f.base))->ref == saved->ref);
  f.add(2, f.base);
  CHECK(f.repo.git_in(f.path, {"status", "--porcelain"}).empty());
  CHECK(f.repo.git_in(f.path, {"symbolic-ref", "HEAD"}) == "refs/heads/par/r1/a/tip");
  CHECK(f.salvaged().size() == 1);
}

TEST_CASE("salvage: files are saved without an index, but not those of a worktree that is not filled yet") {
  Fixture f;
  const std::string index = f.repo.git_dir() + "/worktrees/a/index";
  f.repo.remove(index);
  SECTION("cut off while it was filled") {
    f.repo.write(index + ".lock", "");
    f.repo.remove(f.path + "/file");
    CHECK_FALSE(value_of(f.workspace.salvage(f.agent, f.base)));
  }
  SECTION("nothing in it yet") {
    f.repo.remove(f.path + "/file");
    f.repo.remove(f.path + "/.gitignore");
    CHECK_FALSE(value_of(f.workspace.salvage(f.agent, f.base)));
  }
  SECTION("worked in") {
    f.repo.write(f.path + "/new", "untracked");
    REQUIRE(value_of(f.workspace.salvage(f.agent, f.base)));
    CHECK(f.show("new") == "untracked");
    CHECK(f.show("file") == "one");
    CHECK(f.repo.rev("refs/par/salvage/r1/a/1^@") == f.base.str());
    f.add(2, f.base);
    CHECK(f.salvaged().size() == 1);
  }
  f.add(2, f.base);
  CHECK(f.repo.git_in(f.path, {"status", "--porcelain"}).empty());
}

TEST_CASE("remove_agent: the work is saved, worktree, branch and empty directories are gone") {
  Fixture f;
  f.repo.write(f.path + "/work", "1");
  const std::string kept = f.repo.directory() + "/repo.par/r2/other";
  f.repo.write(kept, "x");
  for (const char* point : {"clean.salvaged", "clean.removed", "clean.removed@2"}) {
    f.cut_off_at(point);
    CHECK_FALSE(f.workspace.remove_agent(f.agent, f.base));
    f.cut_off_at("");
    CHECK(f.show("work") == "1");
  }
  value_of(f.workspace.remove_agent(f.agent, f.base));
  CHECK_FALSE(f.repo.has(f.repo.directory() + "/repo.par/r1"));
  CHECK(f.repo.has(kept));
  CHECK(f.repo.git({"for-each-ref", "refs/heads/par/"}).empty());
  CHECK(f.repo.git({"worktree", "list"}).find(f.path) == std::string::npos);
  CHECK(f.salvaged().size() == 1);
}

TEST_CASE("remove_agent: works on what an agent broke") {
  Fixture f;
  f.repo.write(f.path + "/work", "1");
  const std::string admin = f.repo.git_dir() + "/worktrees/a";
  SECTION("index") { f.repo.write(admin + "/index", "nonsense"); }
  SECTION("no index") { f.repo.remove(admin + "/index"); }
  SECTION("no index, but its lock, as where filling was cut off") {
    f.repo.remove(admin + "/index");
    f.repo.write(admin + "/index.lock", "");
  }
  SECTION("no HEAD") { f.repo.remove(admin + "/HEAD"); }
  SECTION("HEAD at nothing") { f.repo.write(admin + "/HEAD", std::string(40, '1') + "\n"); }
  SECTION("the branch at nothing") {
    f.repo.write(f.repo.git_dir() + "/refs/heads/par/r1/a/tip", std::string(40, '1') + "\n");
  }
  SECTION("in the middle of a merge") {
    f.repo.write(admin + "/MERGE_HEAD", f.base.str() + "\n");
    f.repo.write(admin + "/index.lock", "");
  }
  SECTION("the .git file") { f.repo.remove(f.path + "/.git"); }
  SECTION("the .git file leads elsewhere") { f.repo.write(f.path + "/.git", "gitdir: /nowhere\n"); }
  REQUIRE(value_of(f.workspace.remove_agent(f.agent, f.base)));
  CHECK(f.show("work") == "1");
  CHECK_FALSE(f.repo.has(f.path));
  CHECK_FALSE(f.repo.has(admin));
}

TEST_CASE("remove_agent: of a worktree that was filled in part, only what was written there is saved") {
  RunFixture f;
  for (const auto* path : {"in/a", "in/b", "in/c", "in/d"}) f.repo.write(path, "one\ntwo\n");
  const ObjectId start(f.repo.commit("more"));
  const std::string path = f.add(1, start);
  const std::string admin = f.repo.git_dir() + "/worktrees/a";
  f.repo.remove(admin + "/index");
  f.repo.write(admin + "/index.lock", "");
  f.repo.remove(path + "/in/b");
  f.repo.remove(path + "/file");
  // As where a checkout is killed between making a file and writing it, and in the middle of it.
  f.repo.write(path + "/in/c", "");
  f.repo.write(path + "/in/d", "one\n");
  SECTION("nothing was") { CHECK_FALSE(value_of(f.workspace.remove_agent(f.agent, start))); }
  SECTION("files were") {
    f.repo.write(path + "/in/a", "one\nthree\n");
    f.repo.write(path + "/in/new \n", "mine\n");
    const auto saved = value_of(f.workspace.remove_agent(f.agent, start));
    REQUIRE(saved);
    CHECK(f.repo.git({"diff", "--name-status", start.str(), saved->commit.str()}) ==
          "M\tin/a\nA\t\"in/new \\n\"");
    f.repo.git({"fsck", "--strict"});
  }
  SECTION("a file took the place of a directory") {
    f.repo.remove(path + "/in");
    f.repo.write(path + "/in", "mine\n");
    const auto saved = value_of(f.workspace.remove_agent(f.agent, start));
    REQUIRE(saved);
    CHECK(f.repo.git({"ls-tree", "-r", "--name-only", saved->commit.str()}) == ".gitignore\nfile\nin");
  }
  CHECK_FALSE(f.repo.has(path));
}

TEST_CASE("remove_run: the validation worktrees and the run's refs go, saved work stays") {
  Fixture f;
  succeed(f.workspace.prepare_run(f.base));
  const auto path = value_of(f.workspace.checkout_validation(f.base, {}));
  const auto other = value_of(f.workspace.checkout_validation(f.base, {2, true}));
  CHECK(other != path);
  f.repo.write(f.path + "/work", "1");
  value_of(f.workspace.remove_agent(f.agent, f.base));
  f.repo.git({"update-ref", "refs/par/r10/base", f.base.str()});
  succeed(f.workspace.remove_run());
  CHECK_FALSE(f.repo.has(path));
  CHECK_FALSE(f.repo.has(other));
  CHECK_FALSE(f.repo.has(f.repo.directory() + "/repo.par"));
  CHECK(f.repo.git({"for-each-ref", "--format=%(refname)", "refs/par/"}) ==
        "refs/par/r10/base\nrefs/par/salvage/r1/a/1");
  succeed(f.workspace.remove_run());
  f.repo.git({"fsck", "--strict"});
}

TEST_CASE("salvage: a submodule that was worked in is kept as a repository of its own, another goes") {
  SubmoduleFixture f;
  CHECK_FALSE(value_of(f.workspace.salvage(f.agent, f.start)));
  CHECK(f.repo.has(f.admin() + "/modules/vendor/one"));
  CHECK_FALSE(f.repo.has(f.salvage_dir()));

  f.repo.write(f.one() + "/x", "two\n");
  const std::string commit = f.repo.commit("two", f.one());
  f.repo.write(f.one() + "/x", "three\n");
  std::string cut_off;
  SECTION("at once") {}
  SECTION("cut off while its objects move") { cut_off = "salvage.moving_in"; }
  SECTION("cut off when they have moved") { cut_off = "salvage.moved_in"; }
  if (!cut_off.empty()) {
    f.cut_off_at(cut_off);
    CHECK_FALSE(f.workspace.salvage(f.agent, f.start));
    f.cut_off_at("");
  }
  value_of(f.workspace.salvage(f.agent, f.start));
  const std::string saved = f.salvage_dir() + "/r1/a/1/vendor/one";
  CHECK(f.repo.git_in(saved, {"rev-parse", "HEAD"}) == commit);
  CHECK(f.repo.git_in(saved, {"rev-parse", "--show-toplevel"}) == saved);
  CHECK(f.repo.git_in(saved, {"diff", "--name-only"}) == "x");
  CHECK(f.repo.has(f.admin() + "/modules/vendor/two"));
  f.add(2, f.start);
  CHECK(f.repo.git_in(f.path, {"status", "--porcelain"}).empty());
  value_of(f.workspace.remove_agent(f.agent, f.start));
  CHECK_FALSE(f.repo.has(f.admin()));
  CHECK(value_of(os::list_directory(f.salvage_dir() + "/r1/a")).size() == 1);
}

TEST_CASE("salvage: a submodule whose files were changed, and nothing committed, is kept as well") {
  SubmoduleFixture f;
  std::string status;
  SECTION("a file") {
    f.repo.write(f.one() + "/x", "two\n");
    status = " M x";
  }
  SECTION("a new file") {
    f.repo.write(f.one() + "/new", "two\n");
    status = "?? new";
  }
  SECTION("staged alone") {
    f.repo.write(f.one() + "/x", "two\n");
    f.repo.git_in(f.one(), {"add", "x"});
    f.repo.write(f.one() + "/x", "one\n");
    status = "MM x";
  }
  SECTION("all that git notes of it is gone") { f.repo.remove(f.admin() + "/modules/vendor/one/logs"); }
  SECTION("what git cannot tell") { f.repo.write(f.admin() + "/modules/vendor/one/index", "nonsense"); }
  value_of(f.workspace.salvage(f.agent, f.start));
  const std::string saved = f.salvage_dir() + "/r1/a/1/vendor/one";
  REQUIRE(f.repo.has(saved + "/.git/HEAD"));
  if (!status.empty()) CHECK(f.repo.git_in(saved, {"status", "--porcelain"}) == status);
  CHECK_FALSE(f.repo.has(f.salvage_dir() + "/r1/a/1/vendor/two"));
  CHECK(value_of(os::list_directory(f.one())).empty());
}

TEST_CASE("salvage: what only says to be a submodule takes nothing away from elsewhere") {
  SubmoduleFixture f;
  const std::string other = f.repo.directory() + "/other";
  f.repo.git({"init", "--quiet", other});
  f.repo.write(other + "/x", "one\n");
  f.repo.commit("one", other);
  f.repo.write(f.path + "/odd/.git", "gitdir: ../../../../other/.git\n");
  f.repo.write(f.path + "/odd/x", "two\n");
  value_of(f.workspace.salvage(f.agent, f.start));
  CHECK(f.repo.has(other + "/.git/HEAD"));
  CHECK(f.repo.has(f.path + "/odd/x"));
}

TEST_CASE("salvage: ignored files in a submodule are not kept, and nothing that it configures is run") {
  SubmoduleFixture f;
  f.repo.write(f.one() + "/build.ign", "x");
  CHECK_FALSE(value_of(f.workspace.salvage(f.agent, f.start)));
  CHECK_FALSE(f.repo.has(f.salvage_dir()));
  const std::string ran = f.repo.directory() + "/ran";
  f.repo.git_in(f.one(), {"config", "filter.own.clean", "touch '" + ran + "'; cat"});
  f.repo.write(f.one() + "/.gitattributes", "* filter=own\n");
  f.repo.write(f.one() + "/x", "two\n");
  value_of(f.workspace.salvage(f.agent, f.start));
  CHECK(f.repo.has(f.salvage_dir() + "/r1/a/1/vendor/one/.gitattributes"));
  CHECK_FALSE(f.repo.has(ran));
}
