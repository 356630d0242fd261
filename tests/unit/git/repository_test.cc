#include "git/repository.h"

#include <cstdlib>

#include "git/command.h"
#include "unit/git/git_test.h"

using namespace par;
using namespace par::test;

namespace {

git::Repository discover(const std::string& cwd) { return value_of(git::discover(cwd)); }

}  // namespace

TEST_CASE("discover: a place below the work tree has its prefix") {
  GitRepo repo;
  repo.write("src/deep/file", "x");
  const auto found = discover(repo.root() + "/src/deep");
  CHECK(found.git_dir == repo.root() + "/.git");
  CHECK(found.common_dir == repo.root() + "/.git");
  CHECK(found.work_tree == repo.root());
  CHECK(found.main_root == repo.root());
  CHECK(found.prefix == "src/deep/");
  CHECK(found.head == RefName("refs/heads/main"));
  CHECK_FALSE(found.bare);
  CHECK_FALSE(found.ignore_case);
}

TEST_CASE("discover: knows which names the repository takes for the same") {
  GitRepo repo;
  repo.git({"config", "core.ignoreCase", "true"});
  repo.git({"config", "core.precomposeUnicode", "true"});
  CHECK(discover(repo.root()).ignore_case);
  CHECK(discover(repo.root()).precompose);
  repo.git({"config", "core.precomposeUnicode", "false"});
  CHECK_FALSE(discover(repo.root()).precompose);
}

TEST_CASE("discover: a detached HEAD names no branch") {
  GitRepo repo;
  repo.commit("one");
  repo.git({"checkout", "--quiet", "--detach"});
  CHECK_FALSE(discover(repo.root()).head);
}

TEST_CASE("discover: a linked worktree shares the common directory and the main root") {
  GitRepo repo;
  repo.commit("one");
  const std::string linked = repo.directory() + "/linked";
  repo.git({"worktree", "add", "--quiet", linked});
  const auto found = discover(linked);
  CHECK(found.common_dir == repo.root() + "/.git");
  CHECK(found.git_dir == repo.root() + "/.git/worktrees/linked");
  CHECK(found.work_tree == linked);
  CHECK(found.main_root == repo.root());
  CHECK(found.head == RefName("refs/heads/linked"));
}

TEST_CASE("discover: a bare repository has no work tree") {
  GitRepo repo(true);
  const auto found = discover(repo.root());
  CHECK(found.bare);
  CHECK(found.work_tree.empty());
  CHECK(found.main_root == repo.root());
  CHECK(found.common_dir == repo.root());
}

TEST_CASE("discover: inside the git directory the work tree is the one beside it") {
  GitRepo repo;
  const auto found = discover(repo.root() + "/.git/refs");
  CHECK(found.work_tree == repo.root());
  CHECK(found.prefix.empty());
}

TEST_CASE("discover: GIT_DIR and GIT_WORK_TREE of 'git --git-dir' are honoured") {
  GitRepo repo;
  ::setenv("GIT_DIR", (repo.root() + "/.git").c_str(), 1);
  ::setenv("GIT_WORK_TREE", repo.root().c_str(), 1);
  const auto found = discover(repo.directory());
  CHECK(found.git_dir == repo.root() + "/.git");
  CHECK(found.work_tree == repo.root());
}

TEST_CASE("discover: outside of any repository is an error with a hint") {
  GitRepo repo;
  const auto found = git::discover(repo.directory());
  REQUIRE_FALSE(found);
  CHECK(found.error().message == "not a git repository (or any of the parent directories)");
  CHECK_FALSE(found.error().hints.empty());
}

TEST_CASE("discover: a repository that git refuses is told from none") {
  GitRepo repo;
  repo.write(".git/config", "[core\n");
  const auto found = git::discover(repo.root());
  REQUIRE_FALSE(found);
  CHECK(found.error().message == "git cannot use the repository here");
  CHECK(found.error().causes.size() >= 2);
}

TEST_CASE("discover: a directory whose name holds a newline is refused") {
  const test::GitRepo repo;
  const auto inside = repo.root() + "/a\nb/c";
  REQUIRE(os::make_directories(inside));
  const auto found = git::discover(inside);
  REQUIRE_FALSE(found);
  CHECK(found.error().message == "the name of a directory that leads here holds a newline");
}

TEST_CASE("discover: SHA-256 repositories are refused by name") {
  GitRepo repo;
  const std::string place = repo.directory() + "/sha256";
  repo.git({"init", "--quiet", "--object-format=sha256", place});
  const auto found = git::discover(place);
  REQUIRE_FALSE(found);
  CHECK(found.error().message == "SHA-256 repositories are not supported yet");
}

TEST_CASE("repository: sparse, worktreeConfig and partial-clone repositories are discovered and read") {
  GitRepo repo;
  repo.write("src/a", "a");
  repo.write("docs/b", "b");
  const ObjectId commit(repo.commit("one"));
  SECTION("sparse") { repo.git({"sparse-checkout", "set", "--cone", "src"}); }
  SECTION("worktreeConfig") {
    repo.git({"config", "core.repositoryFormatVersion", "1"});
    repo.git({"config", "extensions.worktreeConfig", "true"});
  }
  SECTION("partial clone") {
    repo.git({"config", "core.repositoryFormatVersion", "1"});
    repo.git({"config", "extensions.partialClone", "origin"});
    repo.git({"config", "remote.origin.url", repo.directory() + "/nowhere"});
    repo.git({"config", "remote.origin.promisor", "true"});
  }
  SECTION("precious objects") {
    repo.git({"config", "core.repositoryFormatVersion", "1"});
    repo.git({"config", "extensions.preciousObjects", "true"});
  }
  const auto found = discover(repo.root());
  const auto objects = value_of(git::Objects::open(found.common_dir));
  CHECK(strings(value_of(objects.paths(commit))) == std::vector<std::string>{"docs/b", "src/a"});
  const auto worktree = value_of(git::ensure_worktree(found, repo.directory() + "/tree", RefName(), commit));
  CHECK(value_of(git::uncommitted_paths(worktree)).all.empty());
}

TEST_CASE("settings: values of 'git -c' come last, a key alone is true, keys are lower case") {
  GitRepo repo;
  repo.write(".git/config", repo.read(".git/config") + "[par]\n\tjobs = 2\n\tcanary\n\tlong = \"a\\nb\"\n");
  ::setenv("GIT_CONFIG_PARAMETERS", "'par.jobs'='4'", 1);
  const std::vector<git::Setting> expected{
      {"par.jobs", "2"}, {"par.canary", "true"}, {"par.long", "a\nb"}, {"par.jobs", "4"}};
  CHECK(discover(repo.root()).settings == expected);
}

TEST_CASE("run_git: the repository's own calls do not see the caller's git variables") {
  GitRepo repo;
  for (const char* name : {"GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_CONFIG_PARAMETERS",
                           "GIT_SSH_COMMAND", "LD_PRELOAD_NOT", "GIT_CONFIG_COUNT", "BASH_ENV"})
    ::setenv(name, "bad", 1);
  git::CommandOptions options;
  options.git_dir = repo.git_dir();
  const auto seen = value_of(git::git_output({"-c", "alias.env=!env", "env"}, options));
  CHECK(seen.find("=bad\n") == std::string::npos);
  CHECK(seen.find("GIT_CONFIG_GLOBAL=/dev/null\n") != std::string::npos);
}

TEST_CASE("git_output: a failure carries git's words as causes") {
  GitRepo repo;
  git::CommandOptions options;
  options.git_dir = repo.git_dir();
  const auto result = git::git_output({"cat-file", "-e", "nothing"}, options);
  REQUIRE_FALSE(result);
  CHECK(result.error().message == "git cat-file failed");
  CHECK(result.error().causes.size() == 1);
}

TEST_CASE("committer: what git var says, or an error that says how to configure it") {
  GitRepo repo;
  const auto who = value_of(git::committer(discover(repo.root())));
  CHECK(who == git::Signature{"C O Mitter", "committer@example.com", 1700000000, 60});
  ::unsetenv("GIT_COMMITTER_NAME");
  ::unsetenv("GIT_COMMITTER_EMAIL");
  repo.git({"config", "user.useConfigOnly", "true"});
  const auto none = git::committer(discover(repo.root()));
  REQUIRE_FALSE(none);
  CHECK(none.error().message == "git does not know who you are");
  CHECK(none.error().hints.size() == 2);
}
