// Which repository we are in: paths and facts, found by git itself (so sparse, partial, bare, linked-worktree
// and reftable repositories work). A value; opens nothing.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/folding.h"
#include "base/ids.h"
#include "base/result.h"

namespace par::git {

// A key of git's configuration, section and variable in lower case, and its value: {"par.jobs", "4"}.
using Setting = std::pair<std::string, std::string>;

struct Repository {
  std::string git_dir;     // of this worktree, absolute
  std::string common_dir;  // shared by all worktrees, absolute
  std::string work_tree;   // of this worktree; empty in a bare repository
  std::string main_root;   // what "{repo}" and relative worktree templates are relative to: the main
                           // worktree's root, or the bare repository's directory
  std::string prefix;      // the user's place below work_tree, with a trailing '/', or empty
  bool bare = false;
  bool ignore_case = false;  // core.ignoreCase
  bool precompose = false;   // core.precomposeUnicode
  bool sign = false;         // commit.gpgSign
  // All of par.* and some of core.* and filter.lfs.*, in git's order, values of `git -c` included.
  std::vector<Setting> settings;
  std::optional<RefName> head;  // what HEAD points to (also when unborn); nullopt: detached

  // Which names it takes for the same.
  [[nodiscard]] Folding folding() const { return {ignore_case, precompose}; }
  // $GIT_COMMON_DIR/par
  [[nodiscard]] std::string state_dir() const { return common_dir + "/par"; }
};

// Errors: not in a repository (hint), SHA-256 repository (not supported yet), git missing, or too
// old to tell.
[[nodiscard]] Result<Repository> discover(const std::string& cwd);

}  // namespace par::git
