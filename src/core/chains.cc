#include "core/chains.h"

#include <algorithm>

#include "base/check.h"

namespace par::core {
namespace {

bool is_of(const Step& step, const BranchRef& branch) {
  return step.tip == branch.tip && step.agent == branch.agent && step.start == branch.start;
}

}  // namespace

ChainEnd Chains::add(ChainEnd before, Step step) {
  const ChainEnd end = links_.size();
  links_.at(before).next.push_back(end);
  by_commit_.emplace(step.commit, end);
  links_.push_back({std::move(step), before});
  return end;
}

const Step& Chains::last(ChainEnd end) const {
  check(end != 0, "the last of no steps was asked for");
  return links_.at(end).step;
}

ChainEnd Chains::before(ChainEnd end) const {
  check(end != 0, "what comes before the base was asked for");
  return links_.at(end).before;
}

std::optional<ChainEnd> Chains::find(const ObjectId& commit) const {
  const auto found = by_commit_.find(commit);
  return found == by_commit_.end() ? std::nullopt : std::optional(found->second);
}

std::pair<ChainEnd, std::size_t> Chains::longest(const std::vector<BranchRef>& order) const {
  ChainEnd end = 0;
  std::size_t length = 0;
  for (; length < order.size(); ++length) {
    const auto& next = links_[end].next;
    const auto same = std::find_if(next.begin(), next.end(),
                                   [&](ChainEnd other) { return is_of(links_[other].step, order[length]); });
    if (same == next.end()) break;
    end = *same;
  }
  return {end, length};
}

std::optional<std::vector<Step>> Chains::steps_behind(ChainEnd from, ChainEnd end) const {
  std::vector<Step> steps;
  for (; end != from; end = before(end)) {
    if (end == 0) return std::nullopt;
    steps.push_back(links_[end].step);
  }
  std::reverse(steps.begin(), steps.end());
  return steps;
}

}  // namespace par::core
