#include "git/workspace.h"

#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "unit/git/run_fixture.h"

using namespace par;
using namespace par::test;

TEST_CASE("worktree_path: placeholders are filled in, relative paths begin at the main root") {
  git::Repository repository;
  repository.main_root = "/src/{run}";
  const auto path = [&](const char* text) {
    return git::worktree_path(repository, text, RunId("r1"), AgentName("a"));
  };
  CHECK(path("../{repo}.par/{run}/{agent}") == "/src/{run}.par/r1/a");
  CHECK(path("/tmp/{agent}-{run}") == "/tmp/a-r1");
}

TEST_CASE("prepare_run: base and candidate stand, also the second time; another run's stay") {
  RunFixture f;
  succeed(f.workspace.prepare_run(f.base));
  succeed(f.workspace.prepare_run(f.base));
  CHECK(f.repo.rev("refs/par/r1/base") == f.base.str());
  CHECK(f.repo.rev("refs/par/r1/candidate") == f.base.str());
  const ObjectId other(f.repo.commit("other"));
  CHECK_FALSE(f.workspace.prepare_run(other));
}

TEST_CASE("add_worktree: a branch at the start, checked out") {
  RunFixture f;
  const std::string path = f.add(1, f.base);
  CHECK(path == f.repo.directory() + "/repo.par/r1/a");
  CHECK(f.repo.git_in(path, {"symbolic-ref", "HEAD"}) == "refs/heads/par/r1/a/tip");
  CHECK(f.repo.git_in(path, {"rev-parse", "HEAD"}) == f.base.str());
  CHECK(f.add(1, f.base) == path);
  CHECK(f.salvaged().empty());
}

TEST_CASE("add_worktree: a branch that was there before the run is an error and stays") {
  RunFixture f;
  const ObjectId other(f.repo.commit("other"));
  f.repo.git({"branch", "par/r1/a/tip", other.str()});
  const auto result = f.workspace.add_worktree(f.agent, 1, f.base);
  REQUIRE_FALSE(result);
  CHECK(result.error().message == "'par/r1/a/tip' already exists");
  CHECK(f.repo.rev("par/r1/a/tip") == other.str());
}

TEST_CASE("add_worktree: a new worktree has no files until it is filled") {
  RunFixture f;
  const auto path = *f.workspace.add_worktree(f.agent, 1, f.base);
  CHECK_FALSE(os::exists(path + "/file"));
  CHECK(f.add(1, f.base) == path);
  CHECK(f.repo.git_in(path, {"status", "--porcelain"}).empty());
}

TEST_CASE("add_worktree: another attempt starts from its start, the earlier one's work is saved") {
  RunFixture f;
  const std::string path = f.add(1, f.base);
  f.repo.write(path + "/committed", "c");
  const std::string tip = f.repo.commit("work", path);
  f.repo.write(path + "/untracked", "u");
  f.repo.write(path + "/file", "changed");
  f.repo.write(path + "/cache.ign", "kept");
  const ObjectId start(f.repo.commit("the candidate went on"));
  CHECK(f.add(2, start) == path);
  CHECK(f.repo.git_in(path, {"rev-parse", "HEAD"}) == start.str());
  CHECK(f.repo.git_in(path, {"status", "--porcelain"}).empty());
  CHECK(f.repo.read(path + "/cache.ign") == "kept");
  REQUIRE(f.salvaged() == std::vector<std::string>{"refs/par/salvage/r1/a/1"});
  CHECK(f.repo.rev("refs/par/salvage/r1/a/1^") == tip);
  CHECK(f.repo.git({"show", "refs/par/salvage/r1/a/1:untracked"}) == "u");
  CHECK(f.repo.git({"show", "refs/par/salvage/r1/a/1:file"}) == "changed");
  CHECK(f.add(2, start) == path);
  CHECK(f.salvaged().size() == 1);
}

TEST_CASE("add_worktree: an agent that left its branch or broke its worktree's HEAD is put back") {
  RunFixture f;
  const std::string path = f.add(1, f.base);
  SECTION("another branch") { f.repo.git_in(path, {"checkout", "--quiet", "-b", "elsewhere"}); }
  SECTION("detached") { f.repo.git_in(path, {"checkout", "--quiet", "--detach"}); }
  SECTION("branch deleted") {
    f.repo.git_in(path, {"checkout", "--quiet", "--detach"});
    f.repo.git({"branch", "-D", "par/r1/a/tip"});
  }
  SECTION("worktree deleted") { f.repo.remove(path); }
  SECTION("in the middle of a rebase") {
    f.repo.write(path + "/file", "x");
    f.repo.commit("x", path);
    f.repo.git_in(path, {"-c", "sequence.editor=sed -i s/^pick/edit/", "rebase", "--quiet", "-i", "HEAD^"});
  }
  CHECK(f.add(2, f.base) == path);
  CHECK(f.repo.git_in(path, {"symbolic-ref", "HEAD"}) == "refs/heads/par/r1/a/tip");
  CHECK(f.repo.git_in(path, {"rev-parse", "HEAD"}) == f.base.str());
  CHECK(f.repo.git_in(path, {"status", "--porcelain=v2", "--branch"}).find("rebas") == std::string::npos);
}

TEST_CASE("inspect_branch: what was committed, and what was not") {
  RunFixture f;
  const std::string path = f.add(1, f.base);
  auto facts = value_of(f.workspace.inspect_branch(f.agent, f.base));
  CHECK((facts.on_branch && facts.descends && facts.commits == 0));
  CHECK((facts.committed.empty() && facts.uncommitted.empty()));
  f.repo.git_in(path, {"mv", "file", "renamed"});
  f.repo.commit("rename", path);
  f.repo.write(path + "/new", "x");
  facts = value_of(f.workspace.inspect_branch(f.agent, f.base));
  CHECK(facts.commits == 1);
  CHECK(facts.tip.str() == f.repo.rev("par/r1/a/tip"));
  CHECK(strings(facts.committed) == std::vector<std::string>{"file", "renamed"});
  CHECK(strings(facts.uncommitted) == std::vector<std::string>{"new"});
}

TEST_CASE("inspect_branch: what a merge left unresolved is told, of whatever kind it is") {
  RunFixture f;
  f.repo.write("gone", "one\n");
  const ObjectId start(f.repo.commit("another file"));
  const std::string path = f.add(1, start);
  const auto commit = [&](const std::string& content) {
    f.repo.write(path + "/file", content);
    f.repo.write(path + "/new", content);
    return f.repo.commit(content, path);
  };
  f.repo.git_in(path, {"rm", "--quiet", "gone"});
  const std::string theirs = commit("theirs\n");
  f.repo.git_in(path, {"reset", "--quiet", "--hard", start.str()});
  f.repo.write(path + "/gone", "two\n");
  commit("ours\n");
  f.repo.write(path + "/beside", "x");
  std::vector<std::string> unmerged{"file", "gone", "new"};
  SECTION("nothing") { unmerged.clear(); }
  SECTION("merge") { CHECK_THROWS(f.repo.git_in(path, {"merge", "--quiet", theirs})); }
  SECTION("cherry-pick") { CHECK_THROWS(f.repo.git_in(path, {"cherry-pick", theirs})); }
  SECTION("stash") {
    f.repo.write(path + "/file", "stashed\n");
    f.repo.git_in(path, {"stash", "--quiet"});
    commit("further\n");
    CHECK_THROWS(f.repo.git_in(path, {"stash", "pop", "--quiet"}));
    unmerged = {"file"};
  }
  const auto facts = value_of(f.workspace.inspect_branch(f.agent, start));
  CHECK(facts.on_branch);
  CHECK(strings(facts.unmerged) == unmerged);
}

TEST_CASE("inspect_branch: a submodule at another commit is a change, committed or not") {
  RunFixture f;
  f.repo.git({"update-index", "--add", "--cacheinfo", "160000," + f.base.str() + ",lib"});
  f.repo.git({"commit", "-qm", "submodule"});
  const ObjectId start(f.repo.rev("HEAD"));
  const std::string path = f.add(1, start);
  CHECK(value_of(f.workspace.inspect_branch(f.agent, start)).uncommitted.empty());
  std::vector<std::string> committed;
  std::vector<std::string> uncommitted;
  SECTION("staged") {
    f.repo.git_in(path, {"update-index", "--cacheinfo", "160000," + start.str() + ",lib"});
    uncommitted = {"lib"};
  }
  SECTION("committed") {
    f.repo.git_in(path, {"update-index", "--cacheinfo", "160000," + start.str() + ",lib"});
    f.repo.git_in(path, {"commit", "-qm", "moved"});
    committed = {"lib"};
  }
  SECTION("checked out") {
    f.repo.git({"clone", "--quiet", f.repo.root(), path + "/lib"});
    uncommitted = {"lib"};
  }
  const auto facts = value_of(f.workspace.inspect_branch(f.agent, start));
  CHECK(strings(facts.committed) == committed);
  CHECK(strings(facts.uncommitted) == uncommitted);
  CHECK(facts.repositories.empty());
}

TEST_CASE("inspect_branch: a repository that was made is told, a submodule that .gitmodules names is none") {
  RunFixture f;
  const std::string path = f.add(1, f.base);
  const std::string own = path + "/dir/ow\"n";
  f.repo.git({"init", "--quiet", own});
  f.repo.write(own + "/x", "x");
  std::vector<std::string> repositories{"dir/ow\"n"};
  SECTION("without a commit") {}
  SECTION("untracked") { f.repo.commit("mine", own); }
  SECTION("committed") {
    f.repo.commit("mine", own);
    f.repo.commit("nested", path);
  }
  SECTION("left uncommitted") {
    f.repo.commit("mine", own);
    f.repo.git_in(path, {"add", "."});
    value_of(f.workspace.commit_leftovers(f.agent));
  }
  SECTION("named, beside one that is not") {
    f.repo.commit("mine", own);
    f.repo.git({"clone", "--quiet", own, path + "/other"});
    f.repo.git_in(path, {"config", "--file", ".gitmodules", "submodule.a.b.path", "dir/ow\"n"});
    f.repo.commit("nested", path);
    repositories = {"other"};
  }
  SECTION("ignored") {
    f.repo.write(path + "/.gitignore", "/dir\n");
    repositories.clear();
  }
  const auto facts = value_of(f.workspace.inspect_branch(f.agent, f.base));
  CHECK(facts.on_branch);
  CHECK(strings(facts.repositories) == repositories);
}

TEST_CASE(
    "commit_leftovers: the commit that a submodule is at is taken, and nothing that it configures is run") {
  RunFixture f;
  for (const std::string name : {"li[b]", "away"})
    f.repo.git({"update-index", "--add", "--cacheinfo", "160000," + f.base.str() + "," + name});
  f.repo.git({"commit", "-qm", "submodule"});
  const ObjectId start(f.repo.rev("HEAD"));
  const std::string path = f.add(1, start);
  const std::string lib = path + "/li[b]";
  f.repo.remove(path + "/away");
  f.repo.git_in(path, {"update-index", "--skip-worktree", "away"});
  const std::string ran = f.repo.directory() + "/ran";
  f.repo.git({"clone", "--quiet", "--no-checkout", f.repo.root(), lib});
  f.repo.git_in(lib, {"reset", "--quiet", "--hard", f.base.str()});
  f.repo.git_in(lib, {"config", "filter.own.clean", "touch '" + ran + "'; cat"});
  f.repo.write(lib + "/.gitattributes", "* filter=own\n");
  f.repo.write(lib + "/file", "changed\n");
  CHECK(value_of(f.workspace.commit_leftovers(f.agent)) == start);
  CHECK_FALSE(f.repo.has(ran));

  f.repo.git_in(lib, {"update-ref", "--no-deref", "HEAD", start.str()});
  f.repo.write(path + "/new", "beside it\n");
  const auto tip = value_of(f.workspace.commit_leftovers(f.agent)).str();
  CHECK(f.repo.rev(tip + ":li[b]") == start.str());
  CHECK(f.repo.git({"show", tip + ":new"}) == "beside it");
  CHECK_FALSE(f.repo.has(ran));

  f.repo.remove(lib);
  const auto gone = value_of(f.workspace.commit_leftovers(f.agent)).str();
  CHECK(f.repo.git({"ls-tree", "--name-only", gone}) == ".gitignore\naway\nfile\nnew");
}

TEST_CASE("inspect_branch: whatever an agent broke is a fact, not an error") {
  RunFixture f;
  const std::string path = f.add(1, f.base);
  const std::string admin = f.repo.git_dir() + "/worktrees/a";
  SECTION("another branch") { f.repo.git_in(path, {"checkout", "--quiet", "-b", "elsewhere"}); }
  SECTION("branch deleted") { f.repo.git({"update-ref", "-d", "refs/heads/par/r1/a/tip"}); }
  SECTION("branch at nothing") {
    f.repo.write(f.repo.git_dir() + "/refs/heads/par/r1/a/tip", std::string(40, '1') + "\n");
  }
  SECTION("worktree deleted") { f.repo.remove(path); }
  SECTION("index deleted") { f.repo.remove(admin + "/index"); }
  SECTION("index broken") { f.repo.write(admin + "/index", "nonsense"); }
  SECTION("HEAD broken") { f.repo.write(admin + "/HEAD", "nonsense"); }
  SECTION("git directory deleted") { f.repo.remove(admin); }
  CHECK_FALSE(value_of(f.workspace.inspect_branch(f.agent, f.base)).on_branch);
}

TEST_CASE("inspect_branch: a rewritten history does not descend") {
  RunFixture f;
  const std::string path = f.add(1, f.base);
  f.repo.git_in(path, {"commit", "--quiet", "--amend", "-m", "other"});
  CHECK_FALSE(value_of(f.workspace.inspect_branch(f.agent, f.base)).descends);
}

TEST_CASE("commit_leftovers: everything, with odd names, and the worktree is clean then") {
  RunFixture f;
  const std::string path = f.add(1, f.base);
  for (const char* name : {"new\nline", "quo\"te", "by\xff\xfete", "dir/sp ace", "-dash"})
    f.repo.write(path + "/" + name, "x");
  f.repo.remove(path + "/file");
  f.repo.write(path + "/ignored.ign", "x");
  f.repo.write(f.repo.git_dir() + "/worktrees/a/index.lock", "");
  const auto tip = value_of(f.workspace.commit_leftovers(f.agent));
  CHECK(f.repo.rev("par/r1/a/tip") == tip.str());
  CHECK(f.repo.rev("par/r1/a/tip^") == f.base.str());
  CHECK(f.repo.git({"log", "-1", "--format=%an %cn%n%B", "par/r1/a/tip"}) ==
        "C O Mitter C O Mitter\na: work left uncommitted\n\nPar-Commit: orchestrator\n");
  CHECK(f.repo.git_in(path, {"status", "--porcelain"}).empty());
  const auto facts = value_of(f.workspace.inspect_branch(f.agent, f.base));
  CHECK(strings(facts.committed) ==
        std::vector<std::string>{"-dash", "by\xff\xfete", "dir/sp ace", "file", "new\nline", "quo\"te"});
  CHECK(facts.uncommitted.empty());
  CHECK(value_of(f.workspace.commit_leftovers(f.agent)) == tip);
}

TEST_CASE("commit_leftovers: a change of the same size in the second of the checkout is seen") {
  RunFixture f;
  const std::string path = f.add(1, f.base);
  const std::string index =
      f.repo.git_in(path, {"rev-parse", "--path-format=absolute", "--git-path", "index"});
  const auto second = std::filesystem::last_write_time(index) - std::chrono::hours(1);
  f.repo.git({"config", "core.trustctime", "false"});
  std::filesystem::last_write_time(path + "/file", second);
  f.repo.git_in(path, {"update-index", "--refresh"});
  f.repo.write(path + "/file", "two\n");
  std::filesystem::last_write_time(path + "/file", second);
  std::filesystem::last_write_time(index, second);
  const auto tip = value_of(f.workspace.commit_leftovers(f.agent));
  CHECK(f.repo.git({"show", tip.str() + ":file"}) == "two");
}

TEST_CASE("commit_leftovers: cut off at any step and done again, it is one commit") {
  RunFixture f;
  const std::string path = f.add(1, f.base);
  f.repo.write(path + "/new", "x");
  for (const char* point : {"collect.staged", "collect.committed", "collect.moved"}) {
    INFO(point);
    f.cut_off_at(point);
    CHECK_FALSE(f.workspace.commit_leftovers(f.agent));
    f.cut_off_at("");
  }
  const auto tip = value_of(f.workspace.commit_leftovers(f.agent));
  CHECK(f.repo.git({"rev-list", "--count", f.base.str() + ".." + tip.str()}) == "1");
  CHECK(f.repo.git_in(path, {"status", "--porcelain"}).empty());
}

TEST_CASE("a lock that a killed git left on an agent's branch is in nobody's way") {
  RunFixture f;
  const auto leave_lock = [&] { f.repo.write(f.repo.git_dir() + "/refs/heads/par/r1/a/tip.lock", ""); };
  f.repo.write(f.add(1, f.base) + "/new", "x");
  leave_lock();
  const auto tip = value_of(f.workspace.commit_leftovers(f.agent));
  CHECK(f.repo.rev("par/r1/a/tip") == tip.str());
  leave_lock();
  f.add(2, f.base);
  CHECK(f.repo.rev("par/r1/a/tip") == f.base.str());
  leave_lock();
  CHECK(f.workspace.remove_agent(f.agent, f.base));
  CHECK(f.repo.git({"for-each-ref", "refs/heads/par"}).empty());
}

TEST_CASE("commit_leftovers: off its branch, nothing is committed") {
  RunFixture f;
  const std::string path = f.add(1, f.base);
  f.repo.git_in(path, {"checkout", "--quiet", "--detach"});
  f.repo.write(path + "/new", "x");
  CHECK(value_of(f.workspace.commit_leftovers(f.agent)) == f.base);
}

TEST_CASE("build_trial: each branch's own work on the one before, up to the first conflict") {
  RunFixture f;
  const ObjectId a(f.branch_commit("a", {{"one", "1"}}));
  const ObjectId b(f.branch_commit("b", {{"two", "2"}}));
  const ObjectId same(f.branch_commit("same", {{"one", "1"}}));
  const ObjectId clash(f.branch_commit("clash", {{"one", "other"}}));
  const ObjectId unseen(f.branch_commit("unseen", {{"three", "3"}}));
  const auto ref = [&](const char* name, const ObjectId& tip) {
    return core::BranchRef{AgentName(name), f.base, tip};
  };
  const auto built = value_of(f.workspace.build_trial(
      f.base, {ref("a", a), ref("b", b), ref("same", same), ref("clash", clash), ref("unseen", unseen)},
      core::Strategy::merge));
  REQUIRE(built.steps.size() == 3);
  CHECK(built.onto == f.base);
  CHECK(built.conflict == AgentName("clash"));
  CHECK(built.paths == std::vector<std::string>{"one"});
  CHECK(f.repo.git({"ls-tree", "--name-only", built.steps[1].tree.str()}) == ".gitignore\nfile\none\ntwo");
  CHECK(built.steps[2].tree == built.steps[1].tree);
  CHECK(f.repo.git({"log", "-1", "--format=%P %s", built.steps[1].commit.str()}) ==
        built.steps[0].commit.str() + " " + b.str() + " candidate: b");
}

TEST_CASE("build_trial: what git has to merge is merged with what was built just before") {
  RunFixture f;
  const ObjectId edited(f.branch_commit("edited", {{"file", "one\ntwo\n"}}));
  const std::string place = f.repo.directory() + "/moving";
  f.repo.git({"worktree", "add", "--quiet", "--detach", place, f.base.str()});
  f.repo.git_in(place, {"mv", "file", "moved"});
  const ObjectId moved(f.repo.commit("moved", place));
  f.repo.git({"worktree", "remove", "--force", place});
  const auto built = value_of(f.workspace.build_trial(
      f.base, {{AgentName("edited"), f.base, edited}, {AgentName("moved"), f.base, moved}},
      core::Strategy::merge));
  REQUIRE(built.steps.size() == 2);
  CHECK(f.repo.git({"show", built.steps[1].commit.str() + ":moved"}) == "one\ntwo");
  CHECK(f.repo.git({"ls-tree", "--name-only", built.steps[1].tree.str()}) == ".gitignore\nmoved");
}

TEST_CASE("move_candidate: by compare-and-swap, with a checkpoint of where it was") {
  RunFixture f;
  succeed(f.workspace.prepare_run(f.base));
  const ObjectId one(f.branch_commit("one", {{"one", "1"}}));
  const ObjectId two(f.branch_commit("two", {{"two", "2"}}));
  for (const char* point : {"candidate.checkpoint", "candidate.moved"}) {
    f.cut_off_at(point);
    CHECK_FALSE(f.workspace.move_candidate(f.base, one));
    f.cut_off_at("");
  }
  succeed(f.workspace.move_candidate(f.base, one));
  succeed(f.workspace.move_candidate(one, two));
  CHECK(f.repo.rev("refs/par/r1/candidate") == two.str());
  CHECK(f.repo.rev("refs/par/r1/checkpoint/1") == f.base.str());
  CHECK(f.repo.rev("refs/par/r1/checkpoint/2") == one.str());
  CHECK(f.repo.git({"for-each-ref", "--format=%(refname)", "refs/par/r1/checkpoint/3"}).empty());
  const auto lost = f.workspace.move_candidate(f.base, one);
  REQUIRE_FALSE(lost);
  CHECK_FALSE(lost.error().hints.empty());
}

TEST_CASE("checkout_validation: exactly the tree of each commit, ignored files stay") {
  RunFixture f;
  const ObjectId one(f.branch_commit("one", {{"one", "1"}}));
  const auto path = value_of(f.workspace.checkout_validation(one, {}));
  CHECK(f.repo.read(path + "/one") == "1");
  f.repo.write(path + "/build.ign", "kept");
  f.repo.write(path + "/litter", "x");
  f.repo.write(path + "/file", "changed by a test");
  CHECK(value_of(f.workspace.checkout_validation(f.base, {})) == path);
  CHECK(f.repo.git_in(path, {"status", "--porcelain", "--ignored"}) == "!! build.ign");
  CHECK(f.repo.git_in(path, {"rev-parse", "HEAD"}) == f.base.str());
  CHECK_FALSE(f.repo.has(path + "/one"));
}

TEST_CASE("checkout_validation: a clean place holds the files of the commit alone, and is no other's") {
  RunFixture f;
  const auto warm = value_of(f.workspace.checkout_validation(f.base, {0, false}));
  f.repo.write(warm + "/build.ign", "kept");
  const auto clean = value_of(f.workspace.checkout_validation(f.base, {0, true}));
  CHECK(clean != warm);
  f.repo.write(clean + "/build.ign", "dropped");
  CHECK(value_of(f.workspace.checkout_validation(f.base, {0, true})) == clean);
  CHECK(f.repo.git_in(clean, {"status", "--porcelain", "--ignored"}).empty());
  CHECK(f.repo.has(warm + "/build.ign"));
}

TEST_CASE("write_commits: a chain with its authors, further parents and messages") {
  RunFixture f;
  const ObjectId a(f.branch_commit("a", {{"one", "1"}}));
  const ObjectId tree(f.repo.rev(a.str() + "^{tree}"));
  const std::vector<core::CommitSpec> specs{{tree, {a}, "first\n", ObjectId()}, {tree, {}, "second\n", a}};
  const auto last = value_of(f.workspace.write_commits(f.base, specs));
  CHECK(f.repo.git({"log", "-1", "--format=%an|%cn|%s", last.str()}) == "A U Thor|C O Mitter|second");
  CHECK(f.repo.git({"log", "-1", "--format=%an|%s|%P", last.str() + "^"}) ==
        "C O Mitter|first|" + f.base.str() + " " + a.str());
}

TEST_CASE("workspace: no hook of the repository ever runs") {
  RunFixture f;
  for (const char* hook :
       {"post-checkout", "reference-transaction", "pre-commit", "post-commit", "post-merge",
        "post-index-change", "post-rewrite", "prepare-commit-msg", "commit-msg"})
    f.repo.add_hook(hook);
  const std::string path = f.repo.directory() + "/repo.par/r1/a";
  succeed(f.workspace.prepare_run(f.base));
  f.add(1, f.base);
  f.repo.write(path + "/new", "x");
  const auto tip = value_of(f.workspace.commit_leftovers(f.agent));
  const auto built =
      value_of(f.workspace.build_trial(f.base, {{f.agent, f.base, tip}}, core::Strategy::merge));
  const auto& to = built.steps.back().commit;
  succeed(f.workspace.move_candidate(f.base, to));
  value_of(f.workspace.checkout_validation(to, {}));
  CHECK(value_of(f.workspace.move_target(RefName("refs/heads/main"), f.base, to)).outcome ==
        core::TargetMove::moved);
  value_of(f.workspace.remove_agent(f.agent, to));
  succeed(f.workspace.remove_run());
  CHECK(f.repo.hooks_that_ran().empty());
  CHECK(f.repo.read("new") == "x");
}
