#include "core/search_view.h"

#include <algorithm>

namespace par::core::search {

View::View(const Search& search) : search_(search) {
  find_open();
  find_order();
  find_facts();
}

// A branch comes after earlier ones only, so one pass suffices.
void View::find_open() {
  search_.open.each([&](BranchIndex branch) {
    const auto& after = search_.branches[branch].branch.after;
    if (std::all_of(after.begin(), after.end(),
                    [&](BranchIndex b) { return open_.contains(b) || search_.landed.contains(b); }))
      open_.insert(branch);
  });
}

void View::find_order() {
  order_ = open_.members();
  std::stable_sort(order_.begin(), order_.end(), [&](BranchIndex a, BranchIndex b) {
    return search_.branches[a].branch.priority > search_.branches[b].branch.priority;
  });
}

void View::find_facts() {
  const BranchSet reachable = landed() | open_;
  const auto adds_something = [&](const BranchSet& set) {
    return set.is_within(reachable) && !set.is_within(landed());
  };
  std::vector<const BranchSet*> all_greens;
  for (const auto& [set, fact] : search_.facts) {
    if (!fact.is_green) continue;
    all_greens.push_back(&set);
    if (adds_something(set)) greens_.push_back(&set);
  }
  const auto is_contradicted = [&](const BranchSet& red) {
    return std::any_of(all_greens.begin(), all_greens.end(),
                       [&](const BranchSet* green) { return red.is_within(*green); });
  };
  for (const auto& [set, fact] : search_.facts) {
    if (!fact.is_red() && !fact.cannot_run(options())) continue;
    const bool contradicted = is_contradicted(set);
    if (!contradicted && set.is_within(reachable)) residues_.push_back({set - landed(), &set, &fact});
    if (contradicted && fact.is_confirmed(options())) reds_grow_ = false;
  }
  std::stable_sort(greens_.begin(), greens_.end(),
                   [](const BranchSet* a, const BranchSet* b) { return a->size() > b->size(); });
  std::stable_sort(residues_.begin(), residues_.end(),
                   [](const Residue& a, const Residue& b) { return a.branches.size() < b.branches.size(); });
}

BranchSet View::closed(const BranchSet& branches) const {
  BranchSet all = branches - landed();
  std::vector<BranchIndex> left = all.members();
  while (!left.empty()) {
    const BranchIndex branch = left.back();
    left.pop_back();
    for (const auto before : search_.branches[branch].branch.after) {
      if (landed().contains(before) || all.contains(before)) continue;
      all.insert(before);
      left.push_back(before);
    }
  }
  return all;
}

BranchSet View::without(BranchSet branches, BranchIndex branch) const {
  BranchSet gone{branch};
  branches.each([&](BranchIndex other) {
    const auto& after = search_.branches[other].branch.after;
    if (std::any_of(after.begin(), after.end(), [&](BranchIndex b) { return gone.contains(b); }))
      gone.insert(other);
  });
  return branches -= gone;
}

const Residue* View::red_within(const BranchSet& whole) const {
  for (const auto& residue : residues_)
    if (residue.whole->is_within(whole)) return &residue;
  return nullptr;
}

bool View::is_known(const BranchSet& whole) const {
  const auto found = search_.facts.find(whole);
  if (found == search_.facts.end()) return false;
  return found->second.is_green || found->second.is_red() || found->second.cannot_run(options());
}

}  // namespace par::core::search
