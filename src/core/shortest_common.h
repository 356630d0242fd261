// Two patterns alone, decided segment by segment: what takes the automata of core/path_search.h a thousand
// states takes a few steps here, since a segment of one pattern can only meet the segments of the other.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/glob.h"

namespace par::core {

struct ShortestCommon {
  std::optional<std::string> path;  // the first of the shortest that both own (Glob::owns), if not too long
  bool certain = true;  // false: a name with a meaning of its own is in the way; `path` says nothing
};

// Exact where it is certain: without a path there is none of at most `longest` bytes. The order is that of
// core/common_path.h. A shortest path is one through the grid of both patterns' segments, each step of which
// costs the shortest text that both segments accept; by dynamic programming from the end. O(segments^2 x
// segment^2).
[[nodiscard]] ShortestCommon shortest_common(const Glob& a, const Glob& b,
                                             std::size_t longest = std::string::npos);

// Shorter, or as long and earlier in that order.
[[nodiscard]] bool comes_before(std::string_view path, std::string_view other);

}  // namespace par::core
