// A set of branches, by number, as bits: what a trial holds. A value; knows nothing of what a branch is.
#pragma once

#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

namespace par::core {

using BranchIndex = std::size_t;

// Every operation on a set of numbers below n is O(n / 64).
class BranchSet {
 public:
  BranchSet() = default;
  BranchSet(std::initializer_list<BranchIndex> branches) {
    for (const auto branch : branches) insert(branch);
  }

  void insert(BranchIndex branch);
  void erase(BranchIndex branch);
  [[nodiscard]] bool contains(BranchIndex branch) const {
    return branch / 64 < words_.size() && (words_[branch / 64] >> (branch % 64) & 1) != 0;
  }

  BranchSet& operator|=(const BranchSet& other);
  BranchSet& operator-=(const BranchSet& other);
  BranchSet& operator&=(const BranchSet& other);
  friend BranchSet operator|(BranchSet a, const BranchSet& b) { return std::move(a |= b); }
  friend BranchSet operator-(BranchSet a, const BranchSet& b) { return std::move(a -= b); }
  friend BranchSet operator&(BranchSet a, const BranchSet& b) { return std::move(a &= b); }

  [[nodiscard]] bool empty() const { return words_.empty(); }
  [[nodiscard]] std::size_t size() const;
  // Whether every branch of this set is in `other`; a set is within itself.
  [[nodiscard]] bool is_within(const BranchSet& other) const;
  [[nodiscard]] bool meets(const BranchSet& other) const { return common(other) != 0; }
  // How many branches are in both.
  [[nodiscard]] std::size_t common(const BranchSet& other) const;
  // The lowest number. The set is not empty.
  [[nodiscard]] BranchIndex first() const;
  // Ascending.
  [[nodiscard]] std::vector<BranchIndex> members() const;

  template <class Visit>
  void each(Visit visit) const {
    for (std::size_t word = 0; word < words_.size(); ++word)
      for (auto left = words_[word]; left != 0; left &= left - 1)
        visit(word * 64 + static_cast<std::size_t>(std::countr_zero(left)));
  }

  // An order without meaning of its own, for sorted containers.
  friend auto operator<=>(const BranchSet&, const BranchSet&) = default;

 private:
  void trim() {
    while (!words_.empty() && words_.back() == 0) words_.pop_back();
  }

  std::vector<std::uint64_t> words_;  // the last one is not 0, so that equal sets are equal values
};

}  // namespace par::core
