// The ownership algebra against an oracle that tries every short path. A quick share runs with the other
// tests; PAR_SWEEP=100000 build/dev/tests/unit_core "algebra:*" tries as many pairs in each of these.
#include <random>
#include <string>

#include "core/common_path.h"
#include "core/glob_relations.h"
#include "core/owner_index.h"
#include "support/catch.h"
#include "support/random_rules.h"

namespace par::core {
namespace {

using test::RandomOwners;
using test::SampledOwner;

constexpr std::size_t kQuick = 2'500;

RandomOwners random_owners(unsigned seed) {
  return test::sweep_count(0) == 0 ? RandomOwners(seed, test::all_paths("abc", 5), 300)
                                   : RandomOwners(seed, test::all_paths("abc", 6), 2'000);
}

// One pattern against one, and lists of rules against lists, by turns.
SampledOwner draw(RandomOwners& owners, std::size_t turn) {
  return turn % 2 == 0 ? owners.draw(1, 1) : owners.draw(2, 4);
}

// Whether `found` is the first path that `wanted` (by number, by text) holds of, as far as the oracle sees: a
// longer one is checked by itself.
template <class ByNumber, class ByText>
bool is_first(const std::optional<RepoPath>& found, const std::vector<std::string>& paths, ByNumber by_number,
              ByText by_text) {
  std::size_t first = 0;
  while (first < paths.size() && !by_number(first)) ++first;
  if (first < paths.size()) return found && found->str() == paths[first];
  return !found || (found->str().size() > paths.back().size() && by_text(found->str()));
}

TEST_CASE("algebra: an overlap is found exactly where there is one, with the first of the shortest paths") {
  auto owners = random_owners(77);
  std::size_t overlaps = 0;
  const auto count = test::sweep_count(kQuick);
  for (std::size_t i = 0; i < count; ++i) {
    const auto a = draw(owners, i);
    const auto b = draw(owners, i);
    const auto found = common_path(a.parsed(), b.parsed());
    if (found) ++overlaps;
    if (!is_first(
            found, owners.paths(), [&](std::size_t path) { return a.owns_nth(path) && b.owns_nth(path); },
            [&](const std::string& path) { return a.owns_path(path) && b.owns_path(path); }))
      FAIL(a.text() << " x " << b.text() << ": " << (found ? found->str() : "none"));
  }
  CHECK(overlaps > count / 10);
  CHECK(count - overlaps > count / 10);
}

TEST_CASE("algebra: containment is decided exactly, with the first of the shortest counter-examples") {
  auto owners = random_owners(78);
  std::size_t contained = 0;
  const auto count = test::sweep_count(kQuick / 2);
  for (std::size_t i = 0; i < count; ++i) {
    const auto outer = draw(owners, i);
    const auto inner = draw(owners, i / 2);
    const auto answer = contains(outer.parsed(), inner.parsed());
    if (answer.contained()) ++contained;
    const auto& found = answer.outside;
    if (!answer.decided ||
        !is_first(
            found, owners.paths(),
            [&](std::size_t path) { return inner.owns_nth(path) && !outer.owns_nth(path); },
            [&](const std::string& path) { return inner.owns_path(path) && !outer.owns_path(path); }))
      FAIL(outer.text() << " contains " << inner.text() << ": " << (found ? found->str() : "yes"));
  }
  CHECK(contained > count / 20);
}

TEST_CASE(
    "algebra: the cheap answers about two patterns are never wrong in the direction that is relied on") {
  auto owners = random_owners(79);
  const auto& samples = owners.samples();
  const auto count = std::min(samples.size() * samples.size(), test::sweep_count(kQuick * 5));
  std::size_t apart = 0;
  std::size_t covered = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto& x = samples[i % samples.size()];
    const auto& y = samples[(i + i / samples.size()) % samples.size()];
    const auto a = *Glob::parse(x.text);
    const auto b = *Glob::parse(y.text);
    const bool meet = may_meet(a, b);
    const bool is_covered = covers(a, b);
    INFO(x.text << " and " << y.text);
    REQUIRE(meet == may_meet(b, a));
    apart += meet ? 0U : 1U;
    covered += is_covered ? 1U : 0U;
    for (std::size_t path = 0; path < owners.paths().size(); ++path) {
      if (!meet && x.matched[path] && y.matched[path]) FAIL("both match " << owners.paths()[path]);
      if (is_covered && y.matched[path] && !x.matched[path]) FAIL("not covered: " << owners.paths()[path]);
    }
  }
  CHECK(apart > count / 10);
  CHECK(covered > count / 200);
}

TEST_CASE("algebra: the index knows the owners that each ownership by itself knows") {
  auto owners = random_owners(80);
  const auto rounds = 1 + test::sweep_count(kQuick) / 1'000;
  for (std::size_t round = 0; round < rounds; ++round) {
    std::vector<SampledOwner> drawn;
    std::vector<Ownership> ownerships;
    for (std::size_t i = 0; i < 30; ++i) {
      drawn.push_back(draw(owners, i));
      ownerships.push_back(drawn.back().parsed());
    }
    OwnerIndex index(ownerships);
    for (std::size_t path = 0; path < owners.paths().size(); ++path) {
      std::vector<std::size_t> expected;
      for (std::size_t i = 0; i < drawn.size(); ++i)
        if (drawn[i].owns_nth(path)) expected.push_back(i);
      const auto found = index.owners_of(owners.paths()[path]);
      if (!std::equal(found.begin(), found.end(), expected.begin(), expected.end()))
        FAIL("owners of " << owners.paths()[path] << " in round " << round);
    }
  }
  SUCCEED();
}

// What the search says of bytes outside ASCII under folding may be too careful, never too bold.
TEST_CASE("algebra: no overlap is missed where characters are folded, and the index folds as ownerships do") {
  const Folding folding{true, true};
  const std::vector<std::string> characters{"\xc3\xa9", "e\xcc\x81", "\xc3\x89", "e", "E", "\xcc\x81"};
  std::vector<std::string> paths(characters);
  for (std::size_t i = 0; paths.size() < 800; ++i)
    for (const auto& c : characters) paths.push_back(paths[i] + (i % 3 == 0 ? "/" : "") + c);
  std::mt19937 random(6);  // NOLINT: the same patterns every time
  const auto draw = [&] {
    AgentSpec agent;
    std::string pattern = "/";
    for (auto left = 1 + random() % 3; left > 0; --left) {
      const auto next = random() % (characters.size() + 3);
      pattern += next < characters.size() ? characters[next]
                 : next % 3 == 0          ? "*"
                 : next % 3 == 1          ? "?"
                                          : "/*";
    }
    agent.owns = {pattern};
    return Ownership::parse(agent, folding);
  };
  std::size_t overlaps = 0;
  for (std::size_t i = 0; i < 150; ++i) {
    const auto a = draw();
    const auto b = draw();
    if (!a || !b) continue;
    const bool found = common_path(*a, *b).has_value();
    OwnerIndex index({*a, *b});
    for (const auto& path : paths) {
      const auto owners = index.owners_of(path).size();
      if (owners != (a->owns(path) ? 1U : 0U) + (b->owns(path) ? 1U : 0U)) FAIL("the owners of " << path);
      if (owners < 2) continue;
      ++overlaps;
      if (!found) FAIL("not found: " << path);
    }
  }
  CHECK(overlaps > 40);
}

TEST_CASE("algebra: pairs that are not candidates are disjoint") {
  auto owners = random_owners(81);
  std::vector<Ownership> ownerships;
  for (std::size_t i = 0; i < 80; ++i) ownerships.push_back(draw(owners, i).parsed());
  const auto pairs = pairs_that_may_meet(ownerships);
  CHECK(std::is_sorted(pairs.begin(), pairs.end()));
  CHECK(std::adjacent_find(pairs.begin(), pairs.end()) == pairs.end());
  CHECK(pairs.size() < ownerships.size() * (ownerships.size() - 1) / 2);
  for (std::size_t a = 0; a < ownerships.size(); ++a)
    for (std::size_t b = a + 1; b < ownerships.size(); ++b)
      if (!std::binary_search(pairs.begin(), pairs.end(), std::pair(a, b)) &&
          common_path(ownerships[a], ownerships[b]))
        FAIL(a << " and " << b << " were left out");
}

}  // namespace
}  // namespace par::core
