// In which order existing branches can be merged, from what they change. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "base/folding.h"
#include "base/ids.h"

namespace par::core {

using BranchPair = std::pair<std::size_t, std::size_t>;  // the smaller number first

struct BranchOverlap {
  BranchPair branches;
  RepoPath witness;  // the shortest path that both change, the smallest of those
};

// Every pair of branches that change a common path; a file and a directory it lies in count as common.
// `files` by branch. O(files + meetings).
[[nodiscard]] std::vector<BranchOverlap> find_branch_overlaps(const std::vector<std::vector<RepoPath>>& files,
                                                              Folding folding);

// The phase of each branch, from 1: behind those it contains (`stacks`: first, then), and no two that
// conflict in one phase, the smaller number first where nothing else decides.
[[nodiscard]] std::vector<int> order_branches(std::size_t count, const std::vector<BranchPair>& stacks,
                                              const std::vector<BranchPair>& conflicts);

}  // namespace par::core
