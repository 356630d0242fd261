#include "core/search_explain.h"

#include <algorithm>

#include "base/check.h"

namespace par::core::search {
namespace {

// With all they come after, landed or not, and what they began on as far as it has landed: sets are tried on
// the base itself.
BranchSet with_needs(const Search& search, const BranchSet& branches) {
  BranchSet all = branches;
  std::vector<BranchIndex> left = branches.members();
  const auto add = [&](BranchIndex before) {
    if (all.contains(before)) return;
    all.insert(before);
    left.push_back(before);
  };
  while (!left.empty()) {
    const Branch& branch = search.branches[left.back()].branch;
    left.pop_back();
    for (const auto before : branch.after) add(before);
    (branch.upon & search.landed).each(add);
  }
  return all;
}

class Partners {
 public:
  Partners(const Search& search, BranchIndex branch) : search_(search) {
    red_ = smallest_red(branch);
    needed_ = with_needs(search, {branch});
    alone_ = needed_;
    others_ = (red_ - needed_).members();
  }

  // needed + others[0, count) is red for every count from `red_from_` on, green below `green_below_`.
  Explanation find(std::size_t most) {
    while (true) {
      look_up();
      if (red_from_ == 0) return is_confirmed(needed_) ? Explanation{needed_, {}, true} : confirm();
      if (red_from_ - green_below_ == 0) {
        needed_ = with_needs(search_, needed_ | BranchSet{others_[red_from_ - 1]});
        others_.resize(red_from_ - 1);
        std::erase_if(others_, [&](BranchIndex other) { return needed_.contains(other); });
        continue;
      }
      return {red_, tries(most), false};
    }
  }

 private:
  [[nodiscard]] BranchSet smallest_red(BranchIndex branch) const {
    const BranchSet* best = nullptr;
    const BranchSet present = search_.landed | BranchSet{branch};
    for (const auto& [set, fact] : search_.facts)
      if (set.contains(branch) && fact.is_confirmed(search_.options) && set.is_within(present) &&
          (best == nullptr || set.size() < best->size()))
        best = &set;
    check(best != nullptr, "a branch was condemned without a confirmed red");
    return *best;
  }
  [[nodiscard]] bool is_confirmed(const BranchSet& set) const {
    const auto found = search_.facts.find(set);
    return found != search_.facts.end() && found->second.is_confirmed(search_.options);
  }
  [[nodiscard]] Explanation confirm() const {
    const auto found = search_.facts.find(needed_);
    // What cannot be validated, or is green after all, stays unexplained.
    if (found != search_.facts.end() && (found->second.is_green || found->second.cannot_run(search_.options)))
      return {red_, {}, false};
    return {red_, {needed_}, false};
  }

  [[nodiscard]] BranchSet prefix(std::size_t count) const {
    BranchSet set = needed_;
    for (std::size_t i = 0; i < count; ++i) set.insert(others_[i]);
    return with_needs(search_, set);
  }

  // The number of others that the set needs besides the needed ones; more than all: it holds something else.
  [[nodiscard]] std::size_t reach(const BranchSet& set) const {
    BranchSet rest = set - needed_;
    for (std::size_t i = 0; i < others_.size(); ++i) {
      if (rest.empty()) return i;
      rest.erase(others_[i]);
    }
    return rest.empty() ? others_.size() : others_.size() + 1;
  }

  [[nodiscard]] bool is_contradicted(const BranchSet& red) const {
    return std::any_of(search_.facts.begin(), search_.facts.end(), [&](const auto& entry) {
      return entry.second.is_green && red.is_within(entry.first);
    });
  }

  void look_up() {
    red_from_ = others_.size();
    green_below_ = 0;
    for (const auto& [set, fact] : search_.facts)
      if (fact.cannot_run(search_.options) || (fact.is_red() && !is_contradicted(set)))
        red_from_ = std::min(red_from_, reach(set));
    for (const auto& [set, fact] : search_.facts) {
      if (!fact.is_green || !needed_.is_within(set)) continue;
      std::size_t count = 0;
      while (count < red_from_ && count < others_.size() && set.contains(others_[count])) ++count;
      green_below_ = std::max(green_below_, std::min(count + 1, red_from_));
    }
  }

  // The branch alone comes first: most that break do so by themselves.
  [[nodiscard]] std::vector<BranchSet> tries(std::size_t most) const {
    std::vector<BranchSet> sets;
    if (green_below_ == 0 && needed_ == alone_) sets.push_back(needed_);
    const std::size_t from = green_below_ + sets.size();
    const std::size_t unknown = red_from_ - from;
    const std::size_t count = std::min(most - sets.size(), unknown);
    for (std::size_t i = 0; i < count; ++i)
      sets.push_back(prefix(from + (2 * i + 1) * unknown / (2 * count)));
    return sets;
  }

  const Search& search_;
  BranchSet red_;
  BranchSet needed_;
  BranchSet alone_;  // what was needed at first
  std::vector<BranchIndex> others_;
  std::size_t red_from_ = 0;
  std::size_t green_below_ = 0;
};

}  // namespace

Explanation explain(const Search& search, BranchIndex branch, std::size_t most) {
  return Partners(search, branch).find(std::max<std::size_t>(most, 1));
}

}  // namespace par::core::search
