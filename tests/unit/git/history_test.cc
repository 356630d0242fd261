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
