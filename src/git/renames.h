// Which directories moved between two trees. Internal to git/.
#pragma once

#include <git2.h>

#include <string>
#include <vector>

#include "base/result.h"

namespace par::git {

// The directories of the first tree that the second lacks and from which a file was renamed, as git tells
// renames: at least half of it is the same. Of directories within one another the outermost. Sorted.
[[nodiscard]] Result<std::vector<std::string>> renamed_directories(git_repository* repository,
                                                                   const git_oid& before,
                                                                   const git_oid& after);

}  // namespace par::git
