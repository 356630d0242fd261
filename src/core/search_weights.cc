#include "core/search_weights.h"

#include <algorithm>

namespace par::core::search {
namespace {

// Branches that touch the same files break together more often than others, by this factor.
constexpr double kOverlap = 8;
// Where branches may be bad alone, all pairs together weigh this much of all branches.
constexpr double kPairsBesideSingles = 0.2;
// Of a branch that a failing test names: as likely bad as not.
constexpr double kSuspect = 0.69;

}  // namespace

Weights::Weights(const View& view) : view_(view) {
  const auto& branches = view.search().branches;
  std::size_t count = 0;
  for (const auto& state : branches) {
    if (state.stage == Stage::withdrawn) continue;
    ++count;
    all_green_alone_ = all_green_alone_ && state.branch.green_alone;
  }
  const auto n = static_cast<double>(count);
  const double all_pairs = std::max(1.0, n * (n - 1) / 2);
  if (!all_green_alone_) pair_ = kPairsBesideSingles * n / all_pairs;
  total_ = (all_green_alone_ ? 0 : n) + pair_ * all_pairs;
}

double Weights::pairs(const BranchSet& with, BranchIndex branch) const {
  const BranchSet& known = view_.search().compatible[branch];
  double count = static_cast<double>(with.size()) - static_cast<double>(with.common(known));
  if (with.contains(branch) && !known.contains(branch)) count -= 1;
  for (const auto other : view_.search().branches[branch].branch.overlaps)
    if (with.contains(other) && !known.contains(other)) count += kOverlap - 1;
  return count * pair_;
}

double Weights::added(const BranchSet& onto, BranchIndex branch) const {
  double weight = pairs(onto, branch) * scale_;
  const bool known = view_.search().compatible[branch].contains(branch);
  if (!all_green_alone_ && !known) weight += scale_;
  if (view_.search().suspects.contains(branch)) weight += kSuspect;
  return weight;
}

double Weights::added(const BranchSet& onto, const BranchSet& more) const {
  double weight = 0;
  BranchSet below = onto;
  more.each([&](BranchIndex branch) {
    if (below.contains(branch)) return;
    weight += added(below, branch);
    below.insert(branch);
  });
  return weight;
}

void Weights::scale(double found, double unexplored) {
  scale_ = std::max(found, 0.5) / std::max(1.0, total_ - unexplored);
}

}  // namespace par::core::search
