#include "core/claim.h"

#include "support/catch.h"

using namespace par;
using namespace par::core;

namespace {

const Claimant kOne{AgentName("one"), 1};
const Claimant kTwo{AgentName("two"), 1};

ItemClaim ready_item() { return {ItemId("i-1"), ItemState::ready, 0, {}}; }

}  // namespace

TEST_CASE("claim: each claim of an item has the next attempt") {
  const auto first = claimed_by(ready_item(), kOne);
  CHECK(first.attempt == 1);
  CHECK(first.taker == kOne);
  const auto second = claimed_by(taken_back(first), kTwo);
  CHECK(second.attempt == 2);
  CHECK(second.state == ItemState::claimed);
}

TEST_CASE("claim: who comes with an old attempt is refused and told who has the item") {
  const auto now = claimed_by(taken_back(claimed_by(ready_item(), kOne)), kTwo);
  const auto to = GENERATE(ItemState::done, ItemState::failed, ItemState::ready);
  const auto late = ended_by(now, kOne, 1, to);
  REQUIRE_FALSE(late);
  CHECK(late.error().kind == ErrorKind::refused);
  CHECK(late.error().message ==
        "item 'i-1' is not claimed by agent 'one' (attempt 1): agent 'two' has it now (attempt 2)");
  CHECK_FALSE(ended_by(now, kOne, 0, to));
  CHECK_FALSE(ended_by(now, kTwo, 1, to));
  CHECK(ended_by(now, kTwo, 2, to));
}

TEST_CASE("claim: an agent's new attempt does not end what its old one claimed") {
  const auto claim = claimed_by(ready_item(), kOne);
  CHECK_FALSE(ended_by(claim, {AgentName("one"), 2}, 0, ItemState::done));
}

TEST_CASE("claim: ending an item again the same way changes nothing, another way is refused") {
  const auto done = ended_by(claimed_by(ready_item(), kOne), kOne, 1, ItemState::done);
  REQUIRE(done);
  CHECK(*ended_by(*done, kOne, 1, ItemState::done) == *done);
  CHECK_FALSE(ended_by(*done, kOne, 1, ItemState::failed));
  CHECK_FALSE(ended_by(ready_item(), kOne, 0, ItemState::done));
}

TEST_CASE("claim: a lease ends at its time, with a reboot, and when the clock started anew") {
  const Moment start{"boot-1", 500'000};
  const auto lease = make_lease(start, 60'000);
  CHECK(is_live(lease, start));
  CHECK(is_live(lease, {"boot-1", 559'999}));
  CHECK(time_left(lease, {"boot-1", 559'999}) == 1);
  CHECK_FALSE(is_live(lease, {"boot-1", 560'000}));
  CHECK(time_left(lease, {"boot-1", 560'000}) == 0);
  CHECK_FALSE(is_live(lease, {"boot-2", 510'000}));
  CHECK_FALSE(is_live(lease, {"boot-1", 1'000}));
  CHECK(is_live(lease, {"boot-1", 499'000}));
}
