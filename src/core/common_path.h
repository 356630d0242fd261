// Two ownerships, over all paths that git can hold, whether they exist or not (segments that are not empty,
// '.', '..' or '.git'): the proofs behind every "disjoint" and every "contained". Both have the same folding.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "core/ownership.h"

namespace par::core {

// A path that both own; none: there is none among all paths, which is a proof. The path is a shortest one,
// and the first of those in the order a-z, 0-9, '_', '-', '.', other printable bytes, the rest, '/'.
//
// Cost: the product of the pairs of rules that may meet (core/glob_relations.h) and of which none takes the
// other away, segment by segment (core/shortest_common.h) and, where rules that take away matter, byte by
// byte (core/path_search.h). Rules that take away have to be followed as sets of states, of which patterns
// made for it have exponentially many. Beyond kCommonLimit sets they are left out of account, and
// so is the question whether a word with characters outside ASCII is the folded spelling of a name: then the
// answer may be a path that not both own (they are kept apart without need), never a wrong "none".
inline constexpr std::size_t kCommonLimit = 5'000;

[[nodiscard]] std::optional<RepoPath> common_path(const Ownership& a, const Ownership& b);

// Whether every path that `inner` owns belongs to `outer` too. Cost: all rules of `outer` that may matter are
// followed as sets, kContainmentLimit at most.
inline constexpr std::size_t kContainmentLimit = 20'000;

struct Containment {
  std::optional<RepoPath> outside;  // a shortest path of `inner` that is not of `outer`; none: contained
  bool decided = true;              // false: beyond the limit; `outside` says nothing

  [[nodiscard]] bool contained() const { return decided && !outside; }
};

[[nodiscard]] Containment contains(const Ownership& outer, const Ownership& inner);

// The pairs of numbers of ownerships that may have a path in common, each once, the smaller number first,
// sorted: all others are disjoint, since no pair of their patterns may meet. The patterns are held in a trie
// by their leading literal segments, and only those of which one prefix begins the other are looked at: two
// patterns whose literal prefixes differ in a segment match no path together.
[[nodiscard]] std::vector<std::pair<std::size_t, std::size_t>> pairs_that_may_meet(
    const std::vector<Ownership>& ownerships);

}  // namespace par::core
