// Who owns which path, by the agents of the configuration or by CODEOWNERS.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "app/project.h"

namespace par::app {

struct OwnersOptions {
  std::string target;              // as PlanOptions::target
  bool codeowners = false;         // by CODEOWNERS, although the configuration has agents
  std::vector<std::string> paths;  // relative to the user's place; none: every path of the target
};

// A path and its owners: agents, or the names of the CODEOWNERS file. Called in the order of the tree, or of
// the paths given.
using OnOwned = std::function<void(const RepoPath& path, const std::vector<std::string>& owners)>;

struct OwnersSource {
  std::string name;  // ".gitpar.toml", or where CODEOWNERS stands
  std::vector<std::string> warnings;
};

// Paths that do not exist yet are answered too. Near-linear in paths and patterns.
[[nodiscard]] Result<OwnersSource> list_owners(const Project& project, const OwnersOptions& options,
                                               const OnOwned& on_owned);

struct OwnersCheck {
  OwnersSource source;
  std::vector<core::Overlap> overlaps;  // between agents
  std::vector<RepoPath> unowned;        // existing paths that nobody owns
  std::size_t paths = 0;

  [[nodiscard]] bool is_clean() const { return overlaps.empty() && unowned.empty(); }
};

[[nodiscard]] Result<OwnersCheck> check_owners(const Project& project, const OwnersOptions& options);

}  // namespace par::app
