#include "core/owner_index.h"

#include <utility>

namespace par::core {

OwnerIndex::OwnerIndex(const std::vector<Ownership>& ownerships)
    : patterns_(ownerships.empty() ? Folding() : ownerships.front().folding()) {
  (void)intern({});
  std::uint32_t list = 0;
  for (std::size_t owner = 0; owner < ownerships.size(); ++owner)
    for (const auto& rules : ownerships[owner].lists()) {
      for (const auto& rule : rules) {
        (void)patterns_.add(rule.glob, rule.grants);
        places_.push_back({owner, list, rule.grants});
      }
      ++list;
    }
}

OwnerIndex::SetId OwnerIndex::owner_set(std::string_view path) {
  const auto match = patterns_.match(path);
  // Matches are numbered as they are met first, so a new one is the next.
  while (set_of_match_.size() <= match) {
    const auto next = static_cast<PatternIndex::MatchId>(set_of_match_.size());
    set_of_match_.push_back(intern(decide(patterns_.patterns(next))));
  }
  return set_of_match_[match];
}

// Patterns come list by list, and within a list the last one decides.
std::vector<std::size_t> OwnerIndex::decide(std::span<const PatternIndex::PatternId> patterns) const {
  std::vector<std::size_t> owners;
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    const Place& place = places_[patterns[i]];
    const bool is_last_of_list = i + 1 == patterns.size() || places_[patterns[i + 1]].list != place.list;
    if (is_last_of_list && place.grants && (owners.empty() || owners.back() != place.owner))
      owners.push_back(place.owner);
  }
  return owners;
}

OwnerIndex::SetId OwnerIndex::intern(std::vector<std::size_t> owners) {
  const auto [entry, is_new] = ids_.try_emplace(std::move(owners), static_cast<SetId>(sets_.size()));
  if (is_new) sets_.push_back(entry->first);
  return entry->second;
}

}  // namespace par::core
