// The scenarios of a landing that can be told without a repository, by their names.
#include "core/landing_search.h"
#include "support/catch.h"
#include "support/landing_desk.h"

namespace par::core::search {
namespace {

using test::Desk;
using test::ended;
using test::red_with;

Options slots(std::size_t count, int reruns = 0) {
  Options options;
  options.slots = count;
  options.reruns = reruns;
  return options;
}

Branch after(std::vector<BranchIndex> before) {
  Branch branch;
  branch.after = std::move(before);
  return branch;
}

// `count` branches with these faults, all trials in rounds.
Desk landed_with(std::size_t count, std::vector<BranchSet> faults, std::size_t slot_count = 4) {
  Desk desk(slots(slot_count));
  desk.arrive_many(count);
  desk.finish_all(red_with(std::move(faults)));
  CHECK(desk.search.is_settled());
  return desk;
}

std::vector<BranchIndex> rejected(const Desk& desk) {
  std::vector<BranchIndex> branches;
  for (const auto& rejection : desk.rejections) branches.push_back(rejection.branch);
  std::sort(branches.begin(), branches.end());
  return branches;
}

TEST_CASE("landing scenario: all pass in order") {
  const auto desk = landed_with(5, {});
  CHECK(desk.search.landed == Desk::first(5));
  CHECK(desk.tried.size() == 1);
}

TEST_CASE("landing scenario: independent groups") {
  Desk desk(slots(4));
  for (BranchIndex i = 0; i < 9; ++i) {
    Branch branch;
    for (BranchIndex other = i / 3 * 3; other < i / 3 * 3 + 3; ++other)
      if (other != i) branch.overlaps.push_back(other);
    apply_event(desk.search, BranchArrived{branch});
  }
  desk.finish_all(red_with({{0, 1}, {3, 5}}));
  CHECK(desk.search.landed.size() == 7);
  CHECK(BranchSet{2, 4, 6, 7, 8}.is_within(desk.search.landed));
  for (const auto& rejection : desk.rejections) {
    const bool first = rejection.branch < 3;
    CHECK((rejection.with | BranchSet{rejection.branch}) == (first ? BranchSet{0, 1} : BranchSet{3, 5}));
  }
}

TEST_CASE("landing scenario: head fails") {
  CHECK(rejected(landed_with(6, {{0}})) == std::vector<BranchIndex>{0});
}

TEST_CASE("landing scenario: middle fails") {
  CHECK(rejected(landed_with(6, {{3}})) == std::vector<BranchIndex>{3});
}

TEST_CASE("landing scenario: head fails behind a full window") {
  CHECK(rejected(landed_with(40, {{0}}, 2)) == std::vector<BranchIndex>{0});
}

TEST_CASE("landing scenario: two heads fail") {
  CHECK(rejected(landed_with(8, {{0}, {1}})) == std::vector<BranchIndex>{0, 1});
}

TEST_CASE("landing scenario: bisect 1st, 2nd and 3rd of 2 and 4") {
  for (const std::size_t count : {2U, 4U})
    for (BranchIndex bad = 0; bad < std::min<std::size_t>(count, 3); ++bad)
      for (const std::size_t slot_count : {1U, 2U, 8U}) {
        const auto desk = landed_with(count, {{bad}}, slot_count);
        CHECK(rejected(desk) == std::vector<BranchIndex>{bad});
        CHECK(desk.search.landed.size() == count - 1);
      }
}

TEST_CASE("landing scenario: depends on a failing one; dependency rejected, dependents held") {
  Desk desk(slots(4));
  desk.arrive();
  desk.arrive(after({0}));
  desk.arrive(after({1}));
  desk.arrive();
  desk.finish_all(red_with({{0}}));
  CHECK(rejected(desk) == std::vector<BranchIndex>{0});
  CHECK(desk.held == std::vector<BranchIndex>{1, 2});
  CHECK(desk.search.landed == BranchSet{3});
}

TEST_CASE("landing scenario: a dependent lands only with what it comes after") {
  Desk desk(slots(8));
  desk.arrive();
  desk.arrive(after({0}));
  desk.arrive();
  desk.finish_all(red_with({{1}}));
  for (const auto& set : desk.tried) CHECK((!set.contains(1) || set.contains(0)));
  CHECK(desk.search.landed == BranchSet{0, 2});
}

TEST_CASE("landing scenario: conflict at enqueue") {
  Desk desk(slots(4, 1));
  desk.arrive();
  desk.finish(ended(Outcome::conflict));
  CHECK(rejected(desk) == std::vector<BranchIndex>{0});
  CHECK(desk.tried.size() == 1);  // a conflict needs no second opinion
}

TEST_CASE("landing scenario: conflict only after an earlier landing") {
  Desk desk(slots(4));
  desk.arrive();
  desk.finish(ended(Outcome::green));
  desk.arrive();
  desk.finish(ended(Outcome::conflict));
  desk.finish_all(red_with({{0, 1}}));
  REQUIRE(rejected(desk) == std::vector<BranchIndex>{1});
  CHECK(desk.rejections[0].with == BranchSet{0});
}

TEST_CASE("landing scenario: conflict with one that later leaves") {
  Desk desk(slots(1));
  desk.arrive_many(2);
  desk.act();
  desk.finish(ended(Outcome::conflict));
  desk.tell(BranchWithdrawn{0});
  desk.finish_all(red_with({{0, 1}}));
  CHECK(desk.search.landed == BranchSet{1});
  CHECK(desk.rejections.empty());
}

TEST_CASE("landing scenario: new commit on a queued branch") {
  Desk desk(slots(2));
  desk.arrive_many(2);
  desk.act();
  desk.tell(BranchWithdrawn{0});  // the branch as it was leaves, as it is now comes
  desk.arrive();
  desk.finish_all(red_with({{0}}));
  CHECK(desk.search.landed == BranchSet{1, 2});
  CHECK(desk.stopped >= 1);
}

TEST_CASE("landing scenario: branch deleted while testing") {
  Desk desk(slots(2));
  desk.arrive_many(3);
  desk.act();
  desk.tell(BranchWithdrawn{1});
  CHECK(desk.stopped == 1);
  desk.finish_all(red_with({}));
  CHECK(desk.search.landed == BranchSet{0, 2});
}

TEST_CASE("landing scenario: priority raised late") {
  Desk desk(slots(1));
  desk.arrive_many(4);
  desk.act();
  desk.tell(BranchRaised{3, 1});
  desk.finish(ended(Outcome::red));
  CHECK(desk.tried.back().contains(3));
  desk.finish_all(red_with({{0, 3}}));
  CHECK(desk.search.landed == BranchSet{1, 2, 3});
}

TEST_CASE("landing scenario: cancel waiting, cancel running, late result after cancel") {
  Desk desk(slots(1));
  desk.arrive_many(2);
  desk.act();
  desk.tell(BranchWithdrawn{1});
  REQUIRE(desk.tried.size() == 2);
  // The cancelled trial ends all the same: nothing lands by it.
  desk.tell(TrialEnded{0, Outcome::green, {}});
  CHECK(desk.landings.empty());
  desk.finish(ended(Outcome::green));
  CHECK(desk.search.landed == BranchSet{0});
}

TEST_CASE("landing scenario: passed run never discarded") {
  Desk desk(slots(8));
  desk.arrive_many(9);
  desk.act();
  desk.finish(ended(Outcome::red));
  const auto before = desk.tried.size();
  REQUIRE(before > 2);
  desk.finish(ended(Outcome::green));
  CHECK(desk.landings == std::vector<BranchSet>{desk.tried[1]});  // though others still run
}

TEST_CASE("landing scenario: timeout splits the batch") {
  Desk desk(slots(4));
  desk.arrive_many(8);
  desk.finish_all([](const BranchSet& set) {
    return ended(set.size() > 4 && !set.contains(9) ? Outcome::skip : Outcome::green);
  });
  CHECK(desk.rejections.empty());
  CHECK(desk.search.landed.size() >= 4);
  CHECK(desk.search.landed.size() + desk.parked.size() == 8);
}

TEST_CASE("landing scenario: infrastructure error is not red; job lost is not red") {
  Desk desk(slots(4));
  desk.arrive_many(3);
  desk.act();
  desk.finish(ended(Outcome::error));
  REQUIRE(desk.tried.size() == 2);
  CHECK(desk.tried[1] == desk.tried[0]);
  desk.finish(ended(Outcome::green));
  CHECK(desk.search.landed == Desk::first(3));
}

TEST_CASE("landing scenario: no tests ran, ever: all are parked, none rejected") {
  Desk desk(slots(4));
  desk.arrive_many(40);
  desk.finish_all([](const BranchSet&) { return ended(Outcome::error); });
  CHECK(desk.rejections.empty());
  CHECK(desk.parked.size() == 40);
  CHECK(desk.tried.size() <= 24);
}

TEST_CASE("landing scenario: exit 125 skip: a branch that is alone is parked") {
  Desk desk(slots(4));
  desk.arrive();
  desk.finish(ended(Outcome::skip));
  CHECK(desk.parked == std::vector<BranchIndex>{0});
  CHECK(desk.tried.size() == 1);
}

TEST_CASE("landing scenario: target moved by us: what is under way goes on") {
  Desk desk(slots(2));
  desk.arrive();
  desk.arrive();
  desk.finish(ended(Outcome::green));
  CHECK(desk.search.landed == BranchSet{0});
  CHECK(desk.stopped == 0);
  desk.finish(ended(Outcome::green));
  CHECK(desk.search.landed == Desk::first(2));
  CHECK(desk.tried.size() == 2);
}

TEST_CASE("landing scenario: target moved by someone else") {
  Desk desk(slots(4));
  desk.lands = false;
  desk.arrive_many(2);
  desk.act();
  desk.finish(ended(Outcome::green));
  REQUIRE(desk.landings.size() == 1);
  desk.lands = true;
  desk.tell(BaseMoved{});
  REQUIRE(desk.tried.size() == 2);  // nothing that was known of the old base holds
  desk.finish(ended(Outcome::green));
  CHECK(desk.search.landed == Desk::first(2));
}

TEST_CASE("landing scenario: target rewound") {
  Desk desk(slots(4));
  desk.arrive_many(2);
  desk.finish_all(red_with({}));
  desk.tell(BaseMoved{{1}});
  CHECK(desk.tried.back() == Desk::first(2));
  desk.finish_all(red_with({}));
  CHECK(desk.search.landed == Desk::first(2));
}

TEST_CASE("landing scenario: a result from before the target moved is no result") {
  Desk desk(slots(1));
  desk.arrive_many(2);
  desk.act();
  desk.tell(BaseMoved{});
  desk.tell(TrialEnded{0, Outcome::green, {}});
  CHECK(desk.landings.empty());
  desk.finish_all(red_with({}));
  CHECK(desk.search.landed == Desk::first(2));
}

TEST_CASE("landing scenario: failure cascades in one pass") {
  Desk desk(slots(4));
  desk.arrive();
  for (BranchIndex i = 0; i < 5; ++i) desk.arrive(after({i}));
  desk.tell(BranchWithdrawn{0});
  CHECK(desk.held.size() == 5);
  CHECK(desk.search.open.empty());
}

TEST_CASE("landing scenario: pair: it is named") {
  const auto desk = landed_with(20, {{4, 15}});
  REQUIRE(desk.rejections.size() == 1);
  CHECK((desk.rejections[0].with | BranchSet{desk.rejections[0].branch}) == BranchSet{4, 15});
}

TEST_CASE("landing scenario: three-way set: it is named") {
  const auto desk = landed_with(20, {{2, 9, 17}});
  REQUIRE(desk.rejections.size() == 1);
  CHECK((desk.rejections[0].with | BranchSet{desk.rejections[0].branch}) == BranchSet{2, 9, 17});
  CHECK(desk.search.landed.size() == 19);
}

TEST_CASE("landing scenario: masked failure blames no innocent") {
  // 3 is bad alone and hides that 3 and 7, 7 and 9 break together.
  const auto desk = landed_with(12, {{3}, {3, 7}, {7, 9}});
  CHECK(desk.search.landed.size() == 10);
  for (const auto& rejection : desk.rejections) {
    const bool is_bad = rejection.branch == 3 || rejection.branch == 7 || rejection.branch == 9;
    CHECK(is_bad);
  }
}

TEST_CASE("landing scenario: red does not reproduce") {
  Desk desk(slots(4, 1));
  desk.arrive_many(10);
  desk.act();
  desk.finish(ended(Outcome::red));
  desk.finish_all(red_with({}));
  CHECK(desk.rejections.empty());
  CHECK(desk.search.landed == Desk::first(10));
}

TEST_CASE("landing scenario: all conflict") {
  Desk desk(slots(3));
  desk.arrive_many(5);
  desk.finish_all(
      [](const BranchSet& set) { return ended(set.size() > 1 ? Outcome::conflict : Outcome::green); });
  CHECK(desk.search.landed.size() == 1);
  CHECK(desk.rejections.size() == 4);
}

TEST_CASE("landing scenario: empty batch, batch of one") {
  CHECK(landed_with(0, {}).tried.empty());
  CHECK(landed_with(1, {}).search.landed == BranchSet{0});
  CHECK(rejected(landed_with(1, {{0}})) == std::vector<BranchIndex>{0});
}

TEST_CASE("landing scenario: identical batch reused") {
  Desk desk(slots(2));
  desk.arrive_many(4);
  desk.finish_all(red_with({{1, 2}}));
  for (std::size_t i = 0; i < desk.tried.size(); ++i)
    CHECK(std::count(desk.tried.begin(), desk.tried.end(), desk.tried[i]) == 1);
}

TEST_CASE("landing scenario: superset of a red set green") {
  // Without 3, branch 1 is red; with it, all is well.
  Desk desk(slots(4));
  desk.arrive_many(3);
  const auto verdict = [](const BranchSet& set) {
    return ended(set.contains(1) && !set.contains(3) ? Outcome::red : Outcome::green);
  };
  desk.act();
  desk.finish_round(verdict);
  desk.arrive();
  desk.finish_all(verdict);
  CHECK(desk.search.landed.contains(0));
  CHECK(desk.search.landed.contains(2));
  CHECK(desk.search.landed.contains(3));
  CHECK(desk.search.is_settled());
}

TEST_CASE("landing scenario: rolling, each is tried at once on all that may be green") {
  Desk desk(slots(4));
  desk.arrive();
  desk.arrive();
  desk.arrive();
  CHECK(desk.tried == std::vector<BranchSet>{{0}, {0, 1}, {0, 1, 2}});
  for (int i = 0; i < 3; ++i) desk.finish(ended(Outcome::green));
  CHECK(desk.search.landed == Desk::first(3));
  CHECK(desk.tried.size() == 3);
}

TEST_CASE("landing scenario: rolling red but green alone, pair named") {
  Desk desk(slots(4));
  desk.arrive();
  desk.arrive();
  desk.arrive();
  desk.finish(ended(Outcome::green));
  desk.finish(ended(Outcome::red));
  CHECK(desk.stopped == 1);  // what was built on it
  desk.finish_all(red_with({{0, 1}}));
  REQUIRE(rejected(desk) == std::vector<BranchIndex>{1});
  CHECK(desk.rejections[0].with == BranchSet{0});
  CHECK(desk.search.landed == BranchSet{0, 2});
}

}  // namespace
}  // namespace par::core::search
