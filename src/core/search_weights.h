// How likely sets are green: the model by which trials are chosen. It never decides what lands or is
// rejected.
//
// A set is red when it holds a fault: a branch that is bad alone, or two that break together. Each fault that
// no green trial has ruled out is as likely as its weight says; weights are scaled so that they agree with
// the faults found so far among those looked for.
#pragma once

#include <vector>

#include "core/search_view.h"

namespace par::core::search {

class Weights {
 public:
  explicit Weights(const View& view);

  // Of the faults that `more` on top of `onto` may have besides those of `onto`. O(n^2 / 64).
  [[nodiscard]] double added(const BranchSet& onto, const BranchSet& more) const;
  // The same for one branch. O(n / 64).
  [[nodiscard]] double added(const BranchSet& onto, BranchIndex branch) const;
  // The number of faults to be expected in what weighs so much, by what is known of the whole: `found` of
  // them, and `unexplored` weight that nothing was looked for in.
  void scale(double found, double unexplored);

 private:
  [[nodiscard]] double pairs(const BranchSet& with, BranchIndex branch) const;

  const View& view_;
  bool all_green_alone_ = true;
  double pair_ = 1;
  double total_ = 0;
  double scale_ = 1;
};

}  // namespace par::core::search
