// The pool of validations, over a world in memory.
#include "app/validator.h"

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
