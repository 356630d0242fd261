#include "core/tracked_rules.h"

#include <algorithm>
#include <utility>

namespace par::core {

bool RuleVerdict::owned() const {
  for (std::size_t list = 0; list < granted.size(); ++list)
    if (granted[list] > denied[list]) return true;
  return false;
}

TrackedRules::TrackedRules(const std::vector<RuleAt>& rules, std::uint32_t lists)
    : rules_(rules), lists_(lists) {
  (void)intern({});  // 0 is the empty set
  for (const auto& rule : rules_) starts_.push_back(automaton_.add(*rule.glob));
}

TrackedRules::SetIndex TrackedRules::start() {
  Set places;
  for (const auto start : starts_) automaton_.enter(start, places);
  return intern(std::move(places));
}

TrackedRules::SetIndex TrackedRules::after(SetIndex set, char c, Beginning now) {
  if (set == 0) return 0;
  const bool metadata = now == Beginning::git;
  const std::uint64_t step =
      std::uint64_t{set} << 9U | std::uint64_t{static_cast<unsigned char>(c)} << 1U | (metadata ? 1U : 0U);
  if (const auto known = steps_.find(step); known != steps_.end()) return known->second;
  Set places;
  for (const auto place : *sets_[set])
    if (!metadata || automaton_.at(place).literal || !is_granting(place)) automaton_.step(place, c, places);
  const auto next = intern(std::move(places));
  steps_.emplace(step, next);
  return next;
}

RuleVerdict TrackedRules::verdict(SetIndex set, Beginning last) {
  RuleVerdict verdict{std::vector<std::uint32_t>(lists_), std::vector<std::uint32_t>(lists_)};
  Set ends;
  for (const auto place : *sets_[set]) {
    if (last == Beginning::codeowners && is_granting(place) && !automaton_.at(place).literal) continue;
    ends.clear();
    automaton_.step(place, kEndOfSegment, ends);
    if (ends.empty() || automaton_.at(ends.back()).kind != PlaceKind::end) continue;
    const RuleAt& rule = rules_[automaton_.at(place).pattern];
    auto& last_rank = (rule.grants ? verdict.granted : verdict.denied)[rule.list];
    last_rank = std::max(last_rank, rule.rank + 1);
  }
  return verdict;
}

TrackedRules::SetIndex TrackedRules::intern(Set places) {
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  const auto [entry, is_new] = ids_.try_emplace(std::move(places), static_cast<SetIndex>(sets_.size()));
  if (is_new) sets_.push_back(&entry->first);
  return entry->second;
}

}  // namespace par::core
