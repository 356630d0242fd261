// With whom a condemned branch breaks. Internal to the search.
#pragma once

#include <vector>

#include "core/landing_search.h"

namespace par::core::search {

struct Explanation {
  BranchSet red;                 // a confirmed red set that holds the branch; none smaller is known
  std::vector<BranchSet> tries;  // sets whose colours are still needed
  bool is_minimal = false;       // neither, and no tries: a set that would be needed cannot be validated
};

// At most `most` tries: the branch alone, then those that divide what is left evenly: log(n) rounds for each
// partner. The branch is in a confirmed red set. O(n * facts) for each partner.
[[nodiscard]] Explanation explain(const Search& search, BranchIndex branch, std::size_t most);

}  // namespace par::core::search
