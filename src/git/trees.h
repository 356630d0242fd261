// Trees compared and joined entry by entry, O(changed directories). Internal to git/.
#pragma once

#include <git2.h>

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "git/handle.h"

namespace par::git {

// A path below two trees that differs between them. A file that became a directory gives its own path,
// without `after`, and the paths below the directory, without `before`.
struct TreeChange {
  std::string path;
  bool before = false;  // the first tree has it
  bool after = false;   // the second has it
};

[[nodiscard]] Result<TreeHandle> lookup_tree(git_repository* repository, const git_oid& oid);

// Sorted by path.
[[nodiscard]] Result<std::vector<TreeChange>> tree_changes(git_repository* repository, const git_oid& before,
                                                           const git_oid& after);

// The content of a regular file below the tree; nullopt: no such path, or something else.
[[nodiscard]] Result<std::optional<std::string>> file_in(git_repository* repository, const git_tree* root,
                                                         const std::string& path);

// All paths but directories, in tree order.
[[nodiscard]] Result<std::vector<std::string>> tree_paths(git_repository* repository, const git_oid& tree);

// What all files and symlinks hold, in tree order; without submodules.
[[nodiscard]] Result<std::vector<git_oid>> tree_files(git_repository* repository, const git_oid& tree);

// The three-way merge where every entry was changed by one side at most, or by both to the same; nullopt:
// some entry needs more than that. Knows nothing of renames.
[[nodiscard]] Result<std::optional<git_oid>> splice_trees(git_repository* repository, const git_oid& ancestor,
                                                          const git_oid& ours, const git_oid& theirs);

}  // namespace par::git
