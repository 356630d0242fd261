// Trees read and compared entry by entry, O(changed directories). Internal to git/.
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
  bool before = false;            // the first tree has it
  bool after = false;             // the second has it
  bool is_new_submodule = false;  // the second has a submodule there, the first has none
};

[[nodiscard]] Result<TreeHandle> lookup_tree(git_repository* repository, const git_oid& oid);
// The tree below an entry; none where the entry is none or no tree.
[[nodiscard]] Result<TreeHandle> open_below(git_repository* repository, const git_tree_entry* entry);
// As git itself: no deeper tree is read (it would only serve to exhaust our stack).
[[nodiscard]] Result<void> check_depth(int depth);

// Entries may be none (nullptr), and so may trees: they have no entries then.
[[nodiscard]] bool is_tree_entry(const git_tree_entry* entry);
[[nodiscard]] bool is_same_entry(const git_tree_entry* a, const git_tree_entry* b);
[[nodiscard]] std::size_t entry_count(const TreeHandle& tree);
[[nodiscard]] const git_tree_entry* find_entry(const TreeHandle& tree, const char* name);

// Finds entries by names that are asked for in about the order of the tree: O(1) where they are.
class TreeWalk {
 public:
  explicit TreeWalk(const TreeHandle& tree) : tree_(tree.get()), count_(entry_count(tree)) {}
  [[nodiscard]] const git_tree_entry* find(const char* name);

 private:
  const git_tree* tree_;
  std::size_t count_;
  std::size_t next_ = 0;
};

// Sorted by path.
[[nodiscard]] Result<std::vector<TreeChange>> tree_changes(git_repository* repository, const git_oid& before,
                                                           const git_oid& after);

[[nodiscard]] Result<std::string> blob_content(git_repository* repository, const git_oid& id);
// The content of a regular file below the tree; nullopt: no such path, or something else.
[[nodiscard]] Result<std::optional<std::string>> file_in(git_repository* repository, const git_tree* root,
                                                         const std::string& path);

// All paths but directories, in tree order.
[[nodiscard]] Result<std::vector<std::string>> tree_paths(git_repository* repository, const git_oid& tree);

// What all files and symlinks hold, in tree order; without submodules.
[[nodiscard]] Result<std::vector<git_oid>> tree_files(git_repository* repository, const git_oid& tree);

}  // namespace par::git
