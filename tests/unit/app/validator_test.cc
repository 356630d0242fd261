// The pool of validations, over a world in memory.
#include "app/validator.h"

#include <algorithm>

#include "fake_world.h"
#include "os/files.h"
#include "support/catch.h"

using namespace par;
using namespace par::core;
using par::test::FakeWorld;

namespace {

struct Room {
  FakeWorld world;
  Plan plan = test::plan_of({{"a"}}, world.refs.at("target"));
  os::TemporaryDirectory directory = *os::TemporaryDirectory::create("par-validator");
  app::Validator validator{plan.validations, world, world, world, settings()};

  [[nodiscard]] app::ValidatorSettings settings() const {
    auto made = test::engine_settings(directory.path()).validator;
    made.slots = 2;
    made.context.restrict_tree = [](const ObjectId&, const std::vector<std::string>&) {
      return Result<ObjectId>(ObjectId("what the inputs leave of any tree"));
    };
    return made;
  }
  AwaitValidation await(const FakeWorld::Tree& tree) {
    return {world.add_commit(tree), FakeWorld::tree_id(tree), {"unit"}};
  }
  void begin(const AwaitValidation& what) {
    const auto begun = validator.begin(what);
    if (!begun) FAIL(begun.error().message);
  }
  // Until nothing is under way; what was done, in order.
  std::vector<TrialValidated> finish() {
    std::vector<TrialValidated> done;
    while (validator.busy()) {
      while (auto one = validator.take()) done.push_back(std::move(*one));
      const auto exits = world.wait(-1);
      if (exits) {
        for (const auto& exit : *exits) REQUIRE(validator.on_exit(exit));
      }
    }
    return done;
  }
};

}  // namespace

TEST_CASE("validator: as many trees at once as there are slots") {
  Room room;
  room.begin(room.await({"base"}));
  CHECK(room.validator.has_room());
  room.begin(room.await({"base", "a"}));
  CHECK_FALSE(room.validator.has_room());
  CHECK(room.world.most_validations == 2);
  CHECK(room.finish().size() == 2);
  CHECK(room.validator.runs() == 2);
}

TEST_CASE("validator: what is under way elsewhere is waited for, not run again") {
  Room room;
  room.begin(room.await({"base", "a"}));
  room.begin(room.await({"base", "a"}));  // another commit, the same tree
  const auto done = room.finish();
  REQUIRE(done.size() == 2);
  CHECK(done[0].results.front().result == Outcome::pass);
  CHECK(done[1].results.front().result == Outcome::pass);
  CHECK(room.validator.runs() == 1);
  CHECK(room.validator.hits() == 1);
}

TEST_CASE("validator: of two trees that differ only outside the inputs one is run, both under way at once") {
  Room room;
  room.plan.validations.front().inputs = {"src/**"};
  const auto one = room.await({"base", "a"});
  const auto other = room.await({"base", "b"});
  room.begin(one);
  room.begin(other);
  CHECK(room.world.most_validations == 1);
  SECTION("both are wanted") {}
  SECTION("the one that runs it is not wanted any more") { REQUIRE(room.validator.keep_only({other.tree})); }
  const auto done = room.finish();
  CHECK(std::any_of(done.begin(), done.end(), [&](const auto& d) { return d.tree == other.tree; }));
  for (const auto& validated : done) {
    CHECK(validated.results.front().result == Outcome::pass);
    CHECK(validated.results.front().cached == (validated.tree == other.tree));
  }
  CHECK(room.validator.runs() == 1);
  CHECK(room.validator.hits() == 1);
  // Nor is anything run by whoever comes later.
  app::Validator anew(room.plan.validations, room.world, room.world, room.world, room.settings());
  REQUIRE(app::validate_all(anew, room.world, {room.await({"base", "c"})}, [] { return 0; }));
  CHECK(anew.runs() == 0);
  CHECK(anew.hits() == 1);
}

TEST_CASE("validator: when nobody wants it any more, what others wait for is ended, too") {
  Room room;
  room.plan.validations.front().inputs = {"src/**"};
  room.begin(room.await({"base", "a"}));
  room.begin(room.await({"base", "b"}));
  REQUIRE(room.validator.keep_only({}));
  CHECK(room.finish().empty());
  CHECK(room.world.cache.empty());
}

TEST_CASE("validator: what could not run is not kept, and is tried for each tree") {
  Room room;
  room.plan.validations.front().inputs = {"src/**"};
  room.world.absent = {"base"};
  room.begin(room.await({"base", "a"}));
  room.begin(room.await({"base", "b"}));
  const auto done = room.finish();
  REQUIRE(done.size() == 2);
  CHECK(done[1].results.front().result == Outcome::error);
  CHECK(room.validator.runs() == 2);
  CHECK(room.world.cache.empty());
}

TEST_CASE("validator: what is not wanted any more is ended, and nothing comes of it") {
  Room room;
  const auto kept = room.await({"base"});
  const auto dropped = room.await({"base", "a"});
  room.begin(kept);
  room.begin(dropped);
  REQUIRE(room.validator.keep_only({kept.tree}));
  REQUIRE(room.validator.keep_only({kept.tree}));
  const auto done = room.finish();
  REQUIRE(done.size() == 1);
  CHECK(done.front().tree == kept.tree);
  CHECK_FALSE(room.validator.has(dropped.tree));
  CHECK(room.world.cache.size() == 1);
}

TEST_CASE(
    "validator: what is to be seen anew is run again, and neither taken from the cache nor kept there") {
  Room room;
  const auto what = room.await({"base", "a"});
  const auto nobody = [] { return 0; };
  const auto first = app::validate_all(room.validator, room.world, {what, room.await({"base"})}, nobody);
  REQUIRE(first);
  CHECK(first->size() == 2);
  CHECK(first->at(what.tree).front().result == Outcome::pass);
  room.world.breaking = {"a"};
  auto settings = room.settings();
  settings.fresh = true;
  app::Validator anew(room.plan.validations, room.world, room.world, room.world, settings);
  const auto second = app::validate_all(anew, room.world, {what}, nobody);
  REQUIRE(second);
  CHECK(second->at(what.tree).front().result == Outcome::fail);
  CHECK(anew.hits() == 0);
  const auto third = app::validate_all(room.validator, room.world, {what}, nobody);
  REQUIRE(third);
  CHECK(third->at(what.tree).front().result == Outcome::pass);
  CHECK(room.validator.runs() == 2);
}
