#include "git/refs.h"

#include "support/forked.h"
#include "unit/git/git_test.h"

using namespace par;
using namespace par::test;
using git::Swap;

namespace {

const RefName kBranch("refs/heads/topic");

struct Fixture {
  GitRepo repo;
  ObjectId one{repo.commit("one")};
  ObjectId two{repo.commit("two")};
  git::Repository repository = value_of(git::discover(repo.root()));
};

}  // namespace

TEST_CASE("swap_ref: creates only what is not there") {
  Fixture f;
  CHECK(value_of(git::swap_ref(f.repository, kBranch, ObjectId(), f.one, "made")) == Swap::moved);
  CHECK(value_of(git::read_ref(f.repository, kBranch)) == f.one);
  CHECK(value_of(git::swap_ref(f.repository, kBranch, ObjectId(), f.two, "made")) == Swap::lost);
  CHECK(value_of(git::read_ref(f.repository, kBranch)) == f.one);
}

TEST_CASE("swap_ref: moves only from the expected value, and is content when it is there already") {
  Fixture f;
  f.repo.git({"branch", "topic", f.one.str()});
  CHECK(value_of(git::swap_ref(f.repository, kBranch, f.two, f.one, "x")) == Swap::moved);
  CHECK(value_of(git::swap_ref(f.repository, kBranch, f.one, f.two, "par: why")) == Swap::moved);
  CHECK(f.repo.git({"reflog", "-1", "--format=%gs", "topic"}) == "par: why");
  const ObjectId three(f.repo.commit("three"));
  CHECK(value_of(git::swap_ref(f.repository, kBranch, f.one, three, "x")) == Swap::lost);
}

TEST_CASE("swap_ref: a ref that cannot be written is an error, not a lost race") {
  Fixture f;
  f.repo.git({"branch", "topic", f.one.str()});
  const RefName below("refs/heads/topic/below");
  const auto result = git::swap_ref(f.repository, below, ObjectId(), f.one, "x");
  REQUIRE_FALSE(result);
  CHECK(result.error().message == "cannot move 'refs/heads/topic/below'");
}

TEST_CASE("swap_ref: a ref of ours that was made symbolic does not lead to another branch") {
  Fixture f;
  const RefName ours("refs/heads/par/r1/a/tip");
  f.repo.git({"symbolic-ref", ours.str(), "refs/heads/main"});
  CHECK(value_of(git::swap_ref(f.repository, ours, f.two, f.one, "x")) == Swap::moved);
  CHECK(f.repo.rev("main") == f.two.str());
  CHECK(f.repo.rev(ours.str()) == f.one.str());
}

TEST_CASE("delete_ref: deletes only the expected value; a missing ref is fine") {
  Fixture f;
  f.repo.git({"branch", "topic", f.one.str()});
  CHECK(value_of(git::delete_ref(f.repository, kBranch, f.two)) == Swap::lost);
  CHECK(value_of(git::read_ref(f.repository, kBranch)) == f.one);
  CHECK(value_of(git::delete_ref(f.repository, kBranch, f.one)) == Swap::moved);
  CHECK_FALSE(value_of(git::read_ref(f.repository, kBranch)));
  CHECK(value_of(git::delete_ref(f.repository, kBranch, f.one)) == Swap::moved);
}

TEST_CASE("list_refs: sorted, below the prefix only") {
  Fixture f;
  for (const char* name : {"refs/par/r1/base", "refs/par/r1/checkpoint/2", "refs/par/r10/base"})
    f.repo.git({"update-ref", name, f.one.str()});
  const auto refs = value_of(git::list_refs(f.repository, "refs/par/r1/"));
  REQUIRE(refs.size() == 2);
  CHECK(refs[0].first == RefName("refs/par/r1/base"));
  CHECK(refs[1].first == RefName("refs/par/r1/checkpoint/2"));
  succeed(git::delete_refs(f.repository, "refs/par/r1/"));
  CHECK(value_of(git::list_refs(f.repository, "refs/par/")).size() == 1);
}

TEST_CASE("read_ref: takes a name as it is, without git's guesses") {
  Fixture f;
  f.repo.git({"update-ref", "refs/heads/refs/heads/topic", f.one.str()});
  f.repo.git({"update-ref", "refs/heads/topic2/x", f.one.str()});
  CHECK_FALSE(value_of(git::read_ref(f.repository, kBranch)));
  CHECK_FALSE(value_of(git::read_ref(f.repository, RefName("refs/heads/topic2"))));
}

TEST_CASE("resolve_commit: revisions, tags and nonsense") {
  Fixture f;
  f.repo.git({"tag", "-a", "-m", "x", "v1", f.one.str()});
  CHECK(value_of(git::resolve_commit(f.repository, "v1")) == f.one);
  CHECK(value_of(git::resolve_commit(f.repository, "HEAD~1")) == f.one);
  CHECK(value_of(git::resolve_commit(f.repository, f.two.str())) == f.two);
  for (const char* none : {"nothing", "", "--all", "HEAD^{tree}", "main..HEAD", "HEAD@{99999}"})
    CHECK_FALSE(value_of(git::resolve_commit(f.repository, none)));
}

TEST_CASE("swap_ref: eight movers at once lose nothing") {
  Fixture f;
  constexpr int kMovers = 8;
  constexpr int kMoves = 3;
  const auto mover = [&](int) -> int {
    auto objects = git::Objects::open(f.repository.common_dir);
    if (!objects) return 1;
    const git::Signature who{"m", "m@example.com", 1, 0};
    for (int done = 0; done < kMoves;) {
      const auto now = git::read_ref(f.repository, RefName("refs/heads/main"));
      if (!now || !*now) return 2;
      const auto tree = objects->commit(**now);
      if (!tree) return 3;
      const auto mine = std::to_string(::getpid()) + "." + std::to_string(done);
      const auto next = objects->write_commit({tree->tree, {**now}, mine, who, who});
      if (!next) return 4;
      const auto swap = git::swap_ref(f.repository, RefName("refs/heads/main"), **now, *next, "race");
      if (!swap) return 5;
      if (*swap == Swap::moved) ++done;
    }
    return 0;
  };
  std::vector<Forked> movers;
  for (int i = 0; i < kMovers; ++i) movers.emplace_back(mover);
  for (auto& m : movers) CHECK(m.wait() == 0);
  CHECK(f.repo.git({"rev-list", "--count", f.two.str() + "..main"}) == std::to_string(kMovers * kMoves));
}
