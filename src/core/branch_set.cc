#include "core/branch_set.h"

#include <algorithm>

#include "base/check.h"

namespace par::core {

void BranchSet::insert(BranchIndex branch) {
  if (branch / 64 >= words_.size()) words_.resize(branch / 64 + 1);
  words_[branch / 64] |= std::uint64_t{1} << (branch % 64);
}

void BranchSet::erase(BranchIndex branch) {
  if (branch / 64 >= words_.size()) return;
  words_[branch / 64] &= ~(std::uint64_t{1} << (branch % 64));
  trim();
}

BranchSet& BranchSet::operator|=(const BranchSet& other) {
  if (words_.size() < other.words_.size()) words_.resize(other.words_.size());
  for (std::size_t word = 0; word < other.words_.size(); ++word) words_[word] |= other.words_[word];
  return *this;
}

BranchSet& BranchSet::operator-=(const BranchSet& other) {
  const auto shared = std::min(words_.size(), other.words_.size());
  for (std::size_t word = 0; word < shared; ++word) words_[word] &= ~other.words_[word];
  trim();
  return *this;
}

BranchSet& BranchSet::operator&=(const BranchSet& other) {
  if (words_.size() > other.words_.size()) words_.resize(other.words_.size());
  for (std::size_t word = 0; word < words_.size(); ++word) words_[word] &= other.words_[word];
  trim();
  return *this;
}

std::size_t BranchSet::size() const {
  std::size_t count = 0;
  for (const auto word : words_) count += static_cast<std::size_t>(std::popcount(word));
  return count;
}

bool BranchSet::is_within(const BranchSet& other) const {
  if (words_.size() > other.words_.size()) return false;
  for (std::size_t word = 0; word < words_.size(); ++word)
    if ((words_[word] & ~other.words_[word]) != 0) return false;
  return true;
}

std::size_t BranchSet::common(const BranchSet& other) const {
  std::size_t count = 0;
  const auto shared = std::min(words_.size(), other.words_.size());
  for (std::size_t word = 0; word < shared; ++word)
    count += static_cast<std::size_t>(std::popcount(words_[word] & other.words_[word]));
  return count;
}

BranchIndex BranchSet::first() const {
  check(!empty(), "the first branch of none was asked for");
  std::size_t word = 0;
  while (words_[word] == 0) ++word;
  return word * 64 + static_cast<std::size_t>(std::countr_zero(words_[word]));
}

std::vector<BranchIndex> BranchSet::members() const {
  std::vector<BranchIndex> all;
  each([&](BranchIndex branch) { all.push_back(branch); });
  return all;
}

}  // namespace par::core
