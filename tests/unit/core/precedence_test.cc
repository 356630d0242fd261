#include "core/precedence.h"

#include "support/catch.h"

namespace par::core {
namespace {

using Numbers = std::vector<std::size_t>;

Precedence precedence(std::size_t size, std::initializer_list<std::pair<std::size_t, std::size_t>> edges) {
  Precedence precedence(size);
  for (const auto& [first, then] : edges) precedence.add(first, then);
  return precedence;
}

TEST_CASE("precedence: numbers without an order keep theirs") {
  CHECK(precedence(3, {}).order() == Numbers{0, 1, 2});
  CHECK(precedence(3, {}).levels() == std::vector<int>{1, 1, 1});
  CHECK(precedence(3, {}).cycle().empty());
}

TEST_CASE("precedence: each number comes behind what must come before it, the smallest first") {
  const auto p = precedence(5, {{3, 0}, {0, 1}, {3, 4}, {3, 4}});
  CHECK(p.order() == Numbers{2, 3, 0, 1, 4});
  CHECK(p.levels() == std::vector<int>{2, 3, 1, 1, 2});
}

TEST_CASE("precedence: order is known along chains, in both directions") {
  const auto p = precedence(4, {{2, 1}, {1, 0}});
  CHECK(p.are_ordered(0, 2));
  CHECK(p.are_ordered(2, 0));
  CHECK_FALSE(p.are_ordered(0, 3));
}

TEST_CASE("precedence: a cycle is given in the direction of waiting") {
  CHECK(precedence(2, {{0, 1}, {1, 0}}).cycle() == Numbers{0, 1, 0});
  CHECK(precedence(1, {{0, 0}}).cycle() == Numbers{0, 0});
  CHECK(precedence(4, {{1, 0}, {2, 1}, {3, 2}, {1, 3}}).cycle() == Numbers{1, 2, 3, 1});
}

}  // namespace
}  // namespace par::core
