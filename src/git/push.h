// A branch pushed to where it is followed, by the user's own git: their hooks, credentials and settings take
// part.
#pragma once

#include <map>
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
// with that value; an empty tip: if there is no such branch), never otherwise. It may be called again
// whatever became of an earlier call. Precondition: `commit` comes after its tip, or what is there may be
// lost.
[[nodiscard]] Result<PushResult> push_with_lease(const Repository& repository, const Upstream& upstream,
                                                 const ObjectId& commit);

// Where these branches are on the remote now; those that it does not have are left out. Error: it does not
// answer. One git process.
[[nodiscard]] Result<std::map<RefName, ObjectId>> remote_branches(const Repository& repository,
                                                                  const std::string& remote,
                                                                  const std::vector<RefName>& branches);

}  // namespace par::git
