// The search behind core/common_path.h: a shortest path that two patterns of a list of pairs match and that
// further rules let pass. Breadth first over the product of the patterns' automata, which is emptiness of an
// intersection of regular languages; shortest words first, and of those the first in the alphabet's order.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "base/folding.h"
#include "base/ids.h"
#include "core/tracked_rules.h"

namespace par::core {

struct PathQuery {
  // The path has to be granted by both of a pair. A rule without a glob grants everything.
  std::vector<std::pair<RuleAt, RuleAt>> pairs;
  // A denial takes the path away from the grants before it on its list. Where there is a grant among these,
  // the path must not be owned by the lists of these rules.
  std::vector<RuleAt> tracked;
  std::uint32_t lists = 0;    // more than any list's number
  std::size_t set_limit = 0;  // how many sets of places `tracked` may need
  Folding folding;
};

struct PathAnswer {
  std::optional<RepoPath> path;
  // False: `tracked` needed more than `set_limit` sets, or what was found is a word of bytes that no folded
  // name consists of. Then `path` matches a pair and no more, and none means nothing.
  bool decided = true;
};

[[nodiscard]] PathAnswer find_path(const PathQuery& query);

}  // namespace par::core
