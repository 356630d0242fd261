#include "git/history.h"

#include "unit/git/git_test.h"

using namespace par;
using namespace par::test;

TEST_CASE("history: the branch that another follows, and how far they are apart") {
  GitRepo repo;
  const auto base = repo.commit("base");
  const auto repository = value_of(git::discover(repo.root()));
  const RefName main("refs/heads/main");
  CHECK_FALSE(value_of(git::read_upstream(repository, main)));
  repo.git({"branch", "other"});
  repo.git({"branch", "--quiet", "--set-upstream-to=other"});
  auto upstream = value_of(git::read_upstream(repository, main));
  REQUIRE(upstream);
  CHECK(upstream->name == "other");
  CHECK(upstream->ahead == 0);
  CHECK(upstream->behind == 0);
  repo.commit("one");
  repo.commit("two");
  repo.git(
      {"update-ref", "refs/heads/other", repo.git({"commit-tree", "-p", base, "-m", "x", base + "^{tree}"})});
  upstream = value_of(git::read_upstream(repository, main));
  CHECK(upstream->ahead == 2);
  CHECK(upstream->behind == 1);
  repo.git({"update-ref", "-d", "refs/heads/other"});
  upstream = value_of(git::read_upstream(repository, main));
  REQUIRE(upstream);
  CHECK_FALSE(upstream->exists);
}

TEST_CASE("history: what the last commits changed, whatever the paths are called") {
  GitRepo repo;
  const auto changes = [&](int count) {
    std::vector<std::vector<std::string>> commits;
    const auto repository = value_of(git::discover(repo.root()));
    for (const auto& commit : value_of(git::recent_changes(repository, ObjectId(repo.rev("HEAD")), count)))
      commits.push_back(strings(commit));
    return commits;
  };
  repo.write("a", "1");
  repo.write("\nodd\t\"\xff", "1");
  repo.commit("one");
  repo.git({"commit", "-q", "--allow-empty", "-m", "nothing"});
  repo.write("a", "2");
  repo.commit("two");
  repo.git({"mv", "a", "dir-a"});
  repo.commit("renamed");
  using Commits = std::vector<std::vector<std::string>>;
  CHECK(changes(10) == Commits{{"a", "dir-a"}, {"a"}, {"\nodd\t\"\xff", "a"}});
  CHECK(changes(2) == Commits{{"a", "dir-a"}, {"a"}});
  repo.git({"config", "diff.renames", "copies"});
  repo.git({"config", "log.showSignature", "true"});
  repo.git({"config", "diff.noprefix", "true"});
  repo.git({"config", "diff.relative", "true"});
  CHECK(changes(10).size() == 3);
  CHECK(changes(10).front().size() == 2);
  repo.git({"checkout", "-q", "-b", "side", "HEAD~1"});
  repo.write("s", "s");
  repo.commit("side");
  repo.git({"checkout", "-q", "main"});
  repo.git({"merge", "-q", "--no-ff", "-m", "merged", "side"});
  CHECK(changes(10).size() == 4);
}
