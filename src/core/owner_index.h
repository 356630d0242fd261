// Who owns a path, for many paths and many agents: the same answers as Ownership::owns, at the cost of
// core/pattern_index.h. A lookup remembers what it met, so an index serves one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string_view>
#include <vector>

#include "core/ownership.h"
#include "core/pattern_index.h"

namespace par::core {

class OwnerIndex {
 public:
  using SetId = std::uint32_t;  // a set of owners; 0 is the empty one

  // All have the same folding. `ownerships` need not outlive the index.
  explicit OwnerIndex(const std::vector<Ownership>& ownerships);

  // Who owns the path, as numbers of `ownerships`, ascending. Valid as long as the index. No allocation for a
  // path in a known directory that matches what a path before it matched.
  [[nodiscard]] std::span<const std::size_t> owners_of(std::string_view path) {
    return owners(owner_set(path));
  }

  // The same as an id: equal sets have equal ids, and ids are dense, so work can be done once for each set.
  [[nodiscard]] SetId owner_set(std::string_view path);
  [[nodiscard]] std::span<const std::size_t> owners(SetId set) const { return sets_[set]; }
  [[nodiscard]] std::size_t set_count() const { return sets_.size(); }

 private:
  // Where a pattern stands: lists are numbered through all ownerships.
  struct Place {
    std::size_t owner = 0;
    std::uint32_t list = 0;
    bool grants = false;
  };

  SetId intern(std::vector<std::size_t> owners);
  [[nodiscard]] std::vector<std::size_t> decide(std::span<const PatternIndex::PatternId> patterns) const;

  PatternIndex patterns_;
  std::vector<Place> places_;  // by pattern, in the order of the lists and their rules
  std::vector<SetId> set_of_match_;
  std::map<std::vector<std::size_t>, SetId> ids_;
  std::vector<std::vector<std::size_t>> sets_;
};

}  // namespace par::core
