// Which items belong together because they change the same files, directly or through others.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "core/footprints.h"

namespace par::core {

// Disjoint sets of the numbers 0 to n-1, each with the sum of its members' weights. Union by weight's rank
// and path halving: amortised inverse Ackermann (Tarjan, van Leeuwen 1984).
class DisjointSets {
 public:
  explicit DisjointSets(std::vector<std::int64_t> weights);

  [[nodiscard]] std::uint32_t find(std::uint32_t x);
  void unite(std::uint32_t a, std::uint32_t b);
  [[nodiscard]] std::int64_t weight(std::uint32_t x) { return weight_[find(x)]; }

 private:
  std::vector<std::uint32_t> parent_;
  std::vector<std::uint32_t> size_;
  std::vector<std::int64_t> weight_;
};

using ItemLinks = std::vector<std::pair<ItemIndex, ItemIndex>>;
// Each item with those of its list that it comes after, by `after`. O(items), when none has any.
[[nodiscard]] ItemLinks find_links(const std::vector<Item>& items);

struct Components {
  std::vector<std::uint32_t> of_item;  // numbered from 0, by their first item
  std::uint32_t count = 0;
};

// Two items are in one component when they share a file, or one names a directory of the other's, unless that
// file is `ignored` (by file), or `links` names both. Near-linear in the mentions.
[[nodiscard]] Components find_components(const Footprints& footprints, const std::vector<bool>& ignored,
                                         const ItemLinks& links);
// Two items are in one component when a chain of links leads from one to the other.
[[nodiscard]] Components find_chains(std::uint32_t item_count, const ItemLinks& links);

// Files without which no component is heavier than `limit` (`weights` by item; a single item may be), the one
// with the most items first. Near-linear: files join components in ascending order of their items, as in
// Kruskal's algorithm, and one that would make a component too heavy stays out. So the files that are named
// are those of the most items, but not always the fewest that would do.
[[nodiscard]] std::vector<FileIndex> find_hot_files(const Footprints& footprints,
                                                    const std::vector<std::int64_t>& weights,
                                                    std::int64_t limit);

}  // namespace par::core
