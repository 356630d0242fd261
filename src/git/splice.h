// Three trees merged entry by entry, in process. Internal to git/.
#pragma once

#include <git2.h>

#include <optional>

#include "base/result.h"
#include "git/held_objects.h"

namespace par::git {

struct Spliced {
  git_oid tree{};
  // Some path was removed by both sides. Had one of them renamed it, git would see a conflict.
  bool removed_by_both = false;
};

// What both sides did since the ancestor; nullopt: some entry was changed by both, not alike. (What a file
// holds is not merged here: git aligns lines by histogram, which libgit2 does not have, and where its own
// algorithms merge a block that moved, git sees a conflict.) O(entries of the directories that `theirs`
// changed). New trees are written to `written`.
//
// It is what merge-ort makes of the three unless `removed_by_both`: a rename matters to a merge only where
// the other side changed or removed the file too, or added something to a directory that is gone; both show
// as entries that were changed by both.
[[nodiscard]] Result<std::optional<Spliced>> splice_trees(git_repository* repository, HeldObjects& written,
                                                          const git_oid& ancestor, const git_oid& ours,
                                                          const git_oid& theirs);

}  // namespace par::git
