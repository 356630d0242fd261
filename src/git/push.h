// A branch pushed to where it is followed, by the user's own git: their hooks, credentials and settings take
// part.
#pragma once

#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "git/history.h"
#include "git/repository.h"

namespace par::git {

enum class Push {
  pushed,
  rejected,     // by the remote, a hook, or because it has moved; again would say the same
  unreachable,  // the remote did not answer: again may help
};
struct PushResult {
  Push outcome = Push::pushed;
  std::string reason;               // in git's words
  std::vector<std::string> output;  // what git, its hooks and the remote said beside that, line by line
};

// Moves upstream.branch on upstream.remote to `commit` if it is still at upstream.tip (--force-with-lease
// with that value), never otherwise. It may be called again whatever became of an earlier call. Precondition:
// the upstream exists on a remote, and `commit` comes after its tip, or what is there would be lost.
[[nodiscard]] Result<PushResult> push_with_lease(const Repository& repository, const Upstream& upstream,
                                                 const ObjectId& commit);

}  // namespace par::git
