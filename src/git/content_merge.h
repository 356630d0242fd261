// What a file holds, merged in process. Internal to git/.
#pragma once

#include <git2.h>

#include <optional>

#include "base/result.h"

namespace par::git {

struct FileContents {
  git_oid ancestor{};
  git_oid ours{};
  git_oid theirs{};
};

// The blob that `git merge-tree` makes of three blobs, written. nullopt: they conflict, are not text, or it
// is not certain what git makes of them. git aligns lines by another algorithm (histogram) than the two that
// libgit2 has (Myers, patience); where those two merge to the same bytes, the alignment makes no difference.
[[nodiscard]] Result<std::optional<git_oid>> merge_contents(git_repository* repository,
                                                            const FileContents& contents);

}  // namespace par::git
