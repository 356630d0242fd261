// Rules whose verdict on a word has to be known for certain, so they are followed as sets of places (the
// subset construction, made as far as a search gets). Part of core/path_search.
#pragma once

#include <cstdint>
#include <map>
#include <unordered_map>
#include <vector>

#include "core/path_automaton.h"
#include "core/path_words.h"

namespace par::core {

// One rule of an ordered list: lists have numbers, and so have the rules of each.
struct RuleAt {
  const Glob* glob = nullptr;
  std::uint32_t list = 0;
  std::uint32_t rank = 0;
  bool grants = false;  // then metadata is matched by literal segments only
};

// What the rules say of a path: of each list the last rule that matches, as its rank + 1; 0: none.
struct RuleVerdict {
  std::vector<std::uint32_t> granted;
  std::vector<std::uint32_t> denied;

  [[nodiscard]] bool owned() const;
};

class TrackedRules {
 public:
  using SetIndex = std::uint32_t;

  // `lists`: more than any list's number.
  TrackedRules(const std::vector<RuleAt>& rules, std::uint32_t lists);

  [[nodiscard]] const PathAutomaton& automaton() const { return automaton_; }
  // How many different sets there were so far.
  [[nodiscard]] std::size_t size() const { return sets_.size(); }

  [[nodiscard]] SetIndex start();
  // `now`: what the segment is with `c`.
  [[nodiscard]] SetIndex after(SetIndex set, char c, Beginning now);
  // Of the word that ends here; `last`: what its last segment is.
  [[nodiscard]] RuleVerdict verdict(SetIndex set, Beginning last);

 private:
  using Set = std::vector<PlaceIndex>;

  SetIndex intern(Set places);
  [[nodiscard]] bool is_granting(PlaceIndex place) const {
    return rules_[automaton_.at(place).pattern].grants;
  }

  std::vector<RuleAt> rules_;
  std::uint32_t lists_;
  PathAutomaton automaton_;
  Set starts_;
  std::map<Set, SetIndex> ids_;
  std::vector<const Set*> sets_;  // keys of `ids_`, which stay where they are
  std::unordered_map<std::uint64_t, SetIndex> steps_;
};

}  // namespace par::core
