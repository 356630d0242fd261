// The rules of the search for what can land together.
#include "core/landing_search.h"

#include <set>

#include "support/catch.h"
#include "support/landing_desk.h"

namespace par::core::search {
namespace {

using test::Desk;
using test::ended;
using test::red_with;

Options slots(std::size_t count) {
  Options options;
  options.slots = count;
  return options;
}

Branch green_alone() {
  Branch branch;
  branch.green_alone = true;
  return branch;
}

TEST_CASE("landing search: the union is tried first, alone, and lands as a whole") {
  Desk desk(slots(8));
  desk.arrive_many(64);
  desk.act();
  REQUIRE(desk.tried == std::vector<BranchSet>{Desk::first(64)});
  desk.finish(ended(Outcome::green));
  CHECK(desk.landings == std::vector<BranchSet>{Desk::first(64)});
  CHECK(desk.search.is_settled());
}

TEST_CASE("landing search: as long as nothing was red, what came meanwhile is tried as a whole too") {
  Desk desk(slots(1));
  desk.arrive_many(1);
  desk.act();
  desk.arrive_many(2);
  desk.act();
  desk.finish(ended(Outcome::green));
  REQUIRE(desk.tried.size() == 2);
  CHECK(desk.tried.back() == Desk::first(3));
}

TEST_CASE("landing search: eager tries nested cuts of the union beside it") {
  Options options = slots(8);
  options.eager = true;
  Desk desk(options);
  desk.arrive_many(64);
  desk.act();
  REQUIRE(desk.tried.size() == 8);
  CHECK(desk.tried.front() == Desk::first(64));
  for (std::size_t i = 2; i < desk.tried.size(); ++i) CHECK(desk.tried[i - 1].is_within(desk.tried[i]));
}

TEST_CASE("landing search: a red union of few is cut at every branch") {
  Desk desk(slots(8));
  desk.arrive_many(8);
  desk.act();
  desk.finish(ended(Outcome::red));
  REQUIRE(desk.tried.size() == 9);
  std::set<std::size_t> sizes;
  for (std::size_t i = 1; i < desk.tried.size(); ++i) sizes.insert(desk.tried[i].size());
  CHECK(sizes == std::set<std::size_t>{7});  // all but one each: one of these lands all the rest
  desk.finish_all(red_with({{3}}));
  CHECK(desk.search.landed == Desk::first(8) - BranchSet{3});
}

TEST_CASE("landing search: a red union of few that are green alone is cut in a unit-spaced chain") {
  Desk desk(slots(8));
  for (int i = 0; i < 9; ++i) apply_event(desk.search, BranchArrived{green_alone()});
  desk.act();
  desk.finish(ended(Outcome::red));
  REQUIRE(desk.tried.size() == 8);
  for (std::size_t i = 1; i < 8; ++i) CHECK(desk.tried[i] == Desk::first(i + 1));
  desk.finish_round(red_with({{2, 5}}));
  CHECK(desk.landings == std::vector<BranchSet>{Desk::first(5)});
}

TEST_CASE("landing search: what failing tests name is left out, and the rest is tried") {
  Options options = slots(8);
  options.ranking = [](const std::string& test) {
    return std::vector<BranchIndex>{test == "t5" ? 5u : 9u, 1};
  };
  Desk desk(options);
  desk.arrive_many(16);
  desk.act();
  desk.finish(ended(Outcome::red, {"t5", "t9"}));
  REQUIRE(desk.tried.size() == 2);
  CHECK(desk.tried[1] == Desk::first(16) - BranchSet{5, 9});
  desk.finish_all(red_with({{5}}));
  CHECK(desk.search.landed == Desk::first(16) - BranchSet{5});
  REQUIRE(desk.rejections.size() == 1);
  CHECK(desk.rejections[0].branch == 5);
}

TEST_CASE("landing search: the likeliest branch that took part is the suspect") {
  Options options = slots(1);
  options.ranking = [](const std::string&) { return std::vector<BranchIndex>{7, 2, 1}; };
  Desk desk(options);
  desk.arrive_many(4);
  desk.act();
  desk.finish(ended(Outcome::red, {"t"}));
  CHECK(desk.tried.back() == BranchSet{0, 1, 3});
}

TEST_CASE("landing search: whom a result names is left out of the next trial, also without a ranking") {
  Desk desk(slots(1));
  desk.arrive_many(6);
  desk.act();
  auto conflict = ended(Outcome::conflict);
  conflict.suspects = {4};
  desk.finish(conflict);
  CHECK(desk.tried.back() == Desk::first(6) - BranchSet{4});
  desk.finish(ended(Outcome::green));
  CHECK(desk.search.landed == Desk::first(6) - BranchSet{4});
  // With whom it conflicts is not looked for by trials.
  REQUIRE(desk.rejections.size() == 1);
  CHECK(desk.rejections[0].branch == 4);
  CHECK(desk.tried.size() == 2);
}

TEST_CASE("landing search: a branch that breaks on what has landed is tried alone before its partners are") {
  Desk desk(slots(1));
  desk.arrive_many(8);
  desk.finish_all(red_with({}));
  desk.arrive();
  desk.finish(ended(Outcome::red));
  CHECK(desk.tried.back() == BranchSet{8});
  desk.finish(ended(Outcome::red, {"t"}));
  REQUIRE(desk.rejections.size() == 1);
  CHECK(desk.rejections[0].with.empty());
  CHECK(desk.rejections[0].is_minimal);
}

TEST_CASE("landing search: the partners of a branch are not looked for without what it began on") {
  Desk desk(slots(1));
  desk.arrive_many(3);
  desk.finish_all(red_with({}));
  Branch branch;
  branch.upon = {0, 2};
  desk.arrive(branch);
  desk.finish_all(red_with({{3}}));
  for (const auto& set : desk.tried) CHECK((!set.contains(3) || BranchSet{0, 2}.is_within(set)));
  REQUIRE(desk.rejections.size() == 1);
  CHECK(desk.rejections[0].with == BranchSet{0, 2});
}

TEST_CASE("landing search: partners of a branch that is gone are not looked for any more") {
  Desk desk(slots(3));
  desk.arrive_many(9);
  desk.finish_all(red_with({}));
  desk.arrive();
  desk.finish(ended(Outcome::red));
  REQUIRE(desk.running.size() == 3);
  desk.tell(BranchWithdrawn{9});
  CHECK(desk.running.empty());
  CHECK(desk.search.is_settled());
}

TEST_CASE("landing search: a red counts when it is red again, and a flake costs nobody a place") {
  Options options = slots(4);
  options.reruns = 1;
  Desk desk(options);
  desk.arrive_many(1);
  desk.act();
  desk.finish(ended(Outcome::red));
  CHECK(desk.rejections.empty());
  REQUIRE(desk.tried.size() == 2);
  CHECK(desk.tried[1] == desk.tried[0]);
  desk.finish(ended(Outcome::green));
  CHECK(desk.search.landed == BranchSet{0});

  Desk other(options);
  other.arrive_many(1);
  other.act();
  other.finish(ended(Outcome::red, {"a"}));
  other.finish(ended(Outcome::red, {"b"}));
  REQUIRE(other.rejections.size() == 1);
  CHECK(other.rejections[0].tests == std::vector<std::string>{"b"});
  CHECK(other.rejections[0].with.empty());
}

TEST_CASE("landing search: a branch that is known to be green alone is not tried alone again") {
  Options options = slots(4);
  Desk desk(options);
  for (int i = 0; i < 12; ++i) apply_event(desk.search, BranchArrived{green_alone()});
  desk.finish_all(red_with({{2, 9}}));
  REQUIRE(desk.rejections.size() == 1);
  CHECK((desk.rejections[0].with | BranchSet{desk.rejections[0].branch}) == BranchSet{2, 9});
  CHECK(desk.rejections[0].is_minimal);
  for (const auto& set : desk.tried) CHECK((set != BranchSet{2} && set != BranchSet{9}));
}

TEST_CASE("landing search: without explaining, a rejection names the smallest red set that is known") {
  Options options = slots(4);
  options.explain = false;
  Desk desk(options);
  desk.arrive_many(12);
  desk.finish_all(red_with({{2, 9}}));
  REQUIRE(desk.rejections.size() == 1);
  const auto& rejection = desk.rejections[0];
  CHECK(BranchSet{2, 9}.is_within(rejection.with | BranchSet{rejection.branch}));
  CHECK_FALSE(rejection.is_minimal);
}

TEST_CASE("landing search: what is too large to be judged by an overlap is still told by trials") {
  // Overlapping branches are likelier to break together; that they do not is no error.
  Desk desk(slots(2));
  for (BranchIndex i = 0; i < 6; ++i) {
    Branch branch;
    if (i == 5) branch.overlaps = {0};
    if (i == 0) branch.overlaps = {5};
    apply_event(desk.search, BranchArrived{branch});
  }
  desk.finish_all(red_with({{1, 4}}));
  CHECK(desk.search.landed.size() == 5);
  CHECK(desk.search.landed.contains(0));
  CHECK(desk.search.landed.contains(5));
}

TEST_CASE("landing search: events and actions replayed give the same decisions") {
  Options options = slots(3);
  options.reruns = 1;
  Desk first(options);
  Desk second(options);
  for (auto* desk : {&first, &second}) {
    desk->arrive_many(20);
    desk->finish_all(red_with({{1, 7}, {3}}));
  }
  CHECK(first.tried == second.tried);
  CHECK(first.landings == second.landings);
}

TEST_CASE("landing search: a thousand branches with faults land in few rounds") {
  Options options = slots(8);
  options.explain = false;
  Desk desk(options);
  desk.arrive_many(1'000);
  desk.finish_all(red_with({{17}, {400, 900}, {650}}));
  CHECK(desk.search.landed.size() == 997);
  CHECK(desk.tried.size() <= 80);
}

TEST_CASE("branch sets: equal sets are equal values, whatever they held before") {
  BranchSet a{1, 200};
  a.erase(200);
  CHECK(a == BranchSet{1});
  CHECK((BranchSet{1, 70} - BranchSet{70}) == BranchSet{1});
  CHECK((BranchSet{1, 70} & BranchSet{1}) == BranchSet{1});
  CHECK((BranchSet{3} | BranchSet{130}).members() == std::vector<BranchIndex>{3, 130});
  CHECK(BranchSet{}.is_within(BranchSet{}));
  CHECK_FALSE(BranchSet{130}.is_within(BranchSet{3}));
  CHECK(BranchSet{64, 130}.common(BranchSet{64, 65}) == 1);
  CHECK(BranchSet{130}.first() == 130);
}

}  // namespace
}  // namespace par::core::search
