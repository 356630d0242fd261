// Cheap answers about two patterns, right in one direction only. They spare the automata of
// core/common_path.h most of their work and leave every verdict a proof. Both patterns have the same folding.
#pragma once

#include "core/glob.h"

namespace par::core {

// The number of literal segments that a pattern begins with.
[[nodiscard]] std::size_t literal_prefix(const Glob& glob);

// False only when no path is matched by both. What is used: segments in front of the first '**' of both stand
// at the same place of a path counted from its start, those behind the last '**' counted from its end, and
// without '**' the number of segments is the path's own; so a path of both needs in each such place a text
// that both segments accept, and as many segments as both ask for. Whether two segments accept a common text
// is decided exactly. O(segments x segment x segment).
[[nodiscard]] bool may_meet(const Glob& a, const Glob& b);

// True only when `a` matches every path that `b` matches. What is used: `a` is a P, or a P with everything
// below it, and `b` begins with the same P.
[[nodiscard]] bool covers(const Glob& a, const Glob& b);

}  // namespace par::core
