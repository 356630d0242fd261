// A path that two agents could both change, whether it exists or not: the emptiness test behind every
// "disjoint".
#pragma once

#include <cstddef>
#include <optional>

#include "base/ids.h"
#include "core/ownership.h"

namespace par::core {

// Decides whether (owns_a - forbids_a) and (owns_b - forbids_b) have a path in common. Exact in both
// directions: a path that comes back is owned by both; none means that there is none among all paths git can
// hold (segments that are not empty, '.', '..' or '.git'). The path is a shortest one, and the first of those
// in the order a-z, 0-9, '_', '-',
// '.', other printable bytes, the rest, '/'.
//
// Cost: the product of both agents' patterns that begin alike. `forbids` have to be followed as sets of
// states, of which patterns made for it have exponentially many. Beyond kForbiddenLimit sets `forbids` are
// left out of account: then the answer may be a path that one of the two forbids (they are kept apart without
// need), never a wrong "none".
inline constexpr std::size_t kForbiddenLimit = 5'000;

[[nodiscard]] std::optional<RepoPath> common_path(const Ownership& a, const Ownership& b);

}  // namespace par::core
