// The files of a user's worktree on their way from one commit to another, so that a crash in the middle can
// be told from the user's own changes. Internal to git/.
#pragma once

#include "base/result.h"
#include "git/objects.h"
#include "git/worktrees.h"

namespace par::git {

struct FilesMove {
  Worktree worktree;
  CommitInfo from;
  CommitInfo to;
};

enum class FilesOutcome {
  moved,    // index and files are as in `to`
  dirty,    // the user has changes; nothing was touched
  blocked,  // something untracked is in the way; nothing was touched
  locked,   // another git process works with the index, or left its lock; nothing was touched
};

// Brings index and files to `to`; they stand at `from`, or anywhere between the two when an earlier call was
// cut off. `ref_is_moved`: the ref stands at `to`; files that do not follow any more are the user's business
// then: moved.
[[nodiscard]] Result<FilesOutcome> take_files(Objects& objects, const FilesMove& move, bool ref_is_moved);

// The ref follows no more: the note of the move is taken away.
[[nodiscard]] Result<void> end_files_move(const FilesMove& move);

}  // namespace par::git
