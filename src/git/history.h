// What the history of commits says: what branches have beyond their target, and beyond what they follow.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "core/companions.h"
#include "git/repository.h"

namespace par::git {

// Commits with their parents.
using History = std::unordered_map<ObjectId, std::vector<ObjectId>>;

// What is reachable from `tips` and not from `base`. One git process, linear in the commits between.
[[nodiscard]] Result<History> commits_beyond(const Repository& repository, const ObjectId& base,
                                             const std::vector<ObjectId>& tips);

// What each of the last `count` commits of `tip` changed, the newest first, merges left out; renames are an
// addition and a removal. One git process, linear in what it prints.
[[nodiscard]] Result<std::vector<core::ChangeSet>> recent_changes(const Repository& repository,
                                                                  const ObjectId& tip, int count);

// The branch that another follows (branch.<name>.merge), as it was fetched last.
struct Upstream {
  std::string name;         // "origin/main"
  std::string remote;       // "origin"; ".": a branch of this repository
  RefName branch;           // as the remote has it: "refs/heads/main"
  std::string push_remote;  // to which `git push` takes the branch: remote.pushDefault, or as `remote`
  ObjectId tip;
  bool exists = true;
  std::int64_t ahead = 0;   // commits of the branch that are not in it
  std::int64_t behind = 0;  // its commits that are not in the branch
};
// nullopt: it follows none.
[[nodiscard]] Result<std::optional<Upstream>> read_upstream(const Repository& repository,
                                                            const RefName& branch);

}  // namespace par::git
