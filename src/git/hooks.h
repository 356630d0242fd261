// Where git looks for hooks, and what a hook may ask about a remote.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "git/repository.h"

namespace par::git {

struct HooksPlace {
  std::string directory;    // absolute; may not exist yet
  bool redirected = false;  // core.hooksPath leads away from the repository's own directory
};

[[nodiscard]] Result<HooksPlace> find_hooks(const Repository& repository);

// What the commit that git is about to make changes, also with an index of its own (GIT_INDEX_FILE).
[[nodiscard]] Result<std::vector<RepoPath>> staged_paths(const std::string& cwd);

// The branch that the remote's HEAD named when it was cloned or asked last ("main"); nullopt: not known here.
[[nodiscard]] Result<std::optional<std::string>> default_branch_of(const Repository& repository,
                                                                   const std::string& remote);

}  // namespace par::git
