// What git itself makes of merges: the reference for ours.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "os/process.h"

namespace par::test {

using CommitPair = std::pair<std::string, std::string>;

// The tree that `git merge-tree` makes of each pair of commits, in one process; empty: they conflict. Each
// pair has a common ancestor. `cwd`: the root of a work tree, for its attributes; empty: ours. Throws when
// git fails.
[[nodiscard]] std::vector<std::string> reference_trees(const std::string& git_dir,
                                                       const os::Environment& environment,
                                                       const std::vector<CommitPair>& pairs,
                                                       const std::string& cwd = "");

}  // namespace par::test
