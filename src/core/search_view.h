// What the facts of a search mean for what is still open, worked out anew for each decision.
#pragma once

#include <cstddef>
#include <vector>

#include "core/landing_search.h"

namespace par::core::search {

// A set of open branches that breaks on what has landed.
struct Residue {
  BranchSet branches;                // what of the red set has not landed
  const BranchSet* whole = nullptr;  // the set that was tried
  const Fact* fact = nullptr;
};

// Refers to the search it was made of.
class View {
 public:
  explicit View(const Search& search);

  [[nodiscard]] const Search& search() const { return search_; }
  [[nodiscard]] const Options& options() const { return search_.options; }
  [[nodiscard]] const BranchSet& landed() const { return search_.landed; }
  // Open, and so is or has landed all that they come after. In `order`: by priority, then arrival.
  [[nodiscard]] const BranchSet& open() const { return open_; }
  [[nodiscard]] const std::vector<BranchIndex>& order() const { return order_; }
  // Red sets, or sets that cannot be validated, of which nothing speaks against that all their supersets are
  // so too; the smallest first.
  [[nodiscard]] const std::vector<Residue>& residues() const { return residues_; }
  // False: a confirmed red set has turned out to have a green superset, so no red says anything of another
  // set beyond doubt, and only what was red itself is rejected.
  [[nodiscard]] bool reds_grow() const { return reds_grow_; }
  // Green sets of open and landed branches, with some that are open, the largest first.
  [[nodiscard]] const std::vector<const BranchSet*>& greens() const { return greens_; }

  // With what its branches come after, as far as that has not landed.
  [[nodiscard]] BranchSet closed(const BranchSet& branches) const;
  // Without the branch and all that come after it.
  [[nodiscard]] BranchSet without(BranchSet branches, BranchIndex branch) const;
  // The smallest of the sets by which this one is known, or follows, to be red or impossible to validate.
  [[nodiscard]] const Residue* red_within(const BranchSet& whole) const;
  [[nodiscard]] bool is_hopeless(const BranchSet& whole) const { return red_within(whole) != nullptr; }
  [[nodiscard]] bool is_known(const BranchSet& whole) const;

 private:
  void find_open();
  void find_order();
  void find_facts();

  const Search& search_;
  BranchSet open_;
  std::vector<BranchIndex> order_;
  std::vector<Residue> residues_;
  std::vector<const BranchSet*> greens_;
  bool reds_grow_ = true;
};

}  // namespace par::core::search
