// The commits that branches have and their target has not.
#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "git/repository.h"

namespace par::git {

// Commits with their parents.
using History = std::unordered_map<ObjectId, std::vector<ObjectId>>;

// What is reachable from `tips` and not from `base`. One git process, linear in the commits between.
[[nodiscard]] Result<History> commits_beyond(const Repository& repository, const ObjectId& base,
                                             const std::vector<ObjectId>& tips);

// A best common ancestor, as `git merge-base` names it first; nullopt: they have none.
[[nodiscard]] Result<std::optional<ObjectId>> merge_base(const Repository& repository, const ObjectId& a,
                                                         const ObjectId& b);

}  // namespace par::git
