// What there is in a worktree that may have been filled in part: what is missing there, or cut off, says
// nothing, but what somebody wrote is work.
#pragma once

#include "base/result.h"
#include "git/objects.h"
#include "git/worktrees.h"

namespace par::git {

// The tree of the worktree's HEAD with the files that are there and differ from it. Those that hold only the
// beginning of what HEAD has are left as HEAD has them: so a checkout leaves them that is killed. The tree's
// own name where nothing differs.
[[nodiscard]] Result<ObjectId> write_part_filled_tree(const Objects& objects, const Worktree& worktree,
                                                      const ObjectId& head_tree);

}  // namespace par::git
