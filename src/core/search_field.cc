#include <cmath>

#include "core/search_round.h"

namespace par::core::search {
namespace {

// So many faults may be expected among those that are taken for clean together.
constexpr double kCleanFaults = 0.15;
// Odds that they hold a fault, above which they are tried by themselves.
constexpr double kDoubt = 0.5;

// The smallest ones that are apart from each other, without those of `clean`.
void find_groups(const View& view, const BranchSet& clean, Field& field) {
  field.groups.clear();
  field.doomed = {};
  BranchSet taken;
  for (const auto& residue : view.residues()) {
    BranchSet left = residue.branches - clean;
    if (left.empty() || left.meets(taken)) continue;
    taken |= left;
    if (left.size() == 1)
      field.doomed |= left;
    else
      field.groups.push_back(std::move(left));
  }
}

std::size_t rejected_count(const Search& search) {
  std::size_t count = 0;
  for (const auto& branch : search.branches)
    if (branch.stage == Stage::condemned || branch.stage == Stage::rejected) ++count;
  return count;
}

// Green parts together, as long as they are likely green together. Those known not to be are none of them.
BranchSet find_clean(const View& view, const Weights& weights) {
  BranchSet clean;
  BranchSet clash;
  for (const auto* green : view.greens()) {
    if (view.search().facts.at(*green).trial == kNoTrial) continue;
    BranchSet more = clean | ((*green - view.landed()) - clash);
    if (more == clean) continue;
    if (const auto* residue = view.red_within(view.landed() | more)) {
      clash |= residue->branches;
      clean -= clash;
    } else if (weights.added(view.landed(), more) <= kCleanFaults) {
      clean = std::move(more);
    }
  }
  return clean;
}

// Had the clean ones been green together, each trial on top of them would have been green as likely as not.
bool is_doubtful(const View& view, const Weights& weights, const BranchSet& clean) {
  if (clean.empty()) return false;
  double odds = std::exp(weights.added(view.landed(), clean)) - 1;
  BranchSet taken;
  for (const auto& residue : view.residues()) {
    if (!clean.is_within(residue.branches)) continue;
    const BranchSet more = residue.branches - clean;
    if (more.meets(taken)) continue;
    taken |= more;
    odds *= 2;
  }
  return !taken.empty() && odds > kDoubt;
}

}  // namespace

Field survey(const View& view, Weights& weights) {
  Field field;
  find_groups(view, {}, field);
  double unexplored = weights.added(view.landed(), view.open());
  for (const auto& group : field.groups) unexplored -= weights.added(view.landed(), group);
  const auto found = rejected_count(view.search()) + field.groups.size() + field.doomed.size();
  weights.scale(static_cast<double>(found), unexplored);

  field.clean = find_clean(view, weights);
  if (is_doubtful(view, weights, field.clean)) field.doubted = std::exchange(field.clean, {});
  find_groups(view, field.clean, field);

  BranchSet possible = view.open();
  for (const auto branch : field.doomed.members()) possible = view.without(std::move(possible), branch);
  field.doomed = view.open() - possible;
  field.fresh = possible - field.clean;
  for (auto& group : field.groups) {
    group -= field.doomed;
    field.fresh -= group;
  }
  std::erase_if(field.groups, [](const BranchSet& group) { return group.size() < 2; });
  return field;
}

}  // namespace par::core::search
