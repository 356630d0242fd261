// The object engine: libgit2 over the object database only (no configuration, hooks, filters or drivers of
// the repository take part). Reads commits, trees and blobs, compares and merges trees, writes trees and
// commits. Never refs, index, status or checkout: that is the git binary's (refs.h, worktrees.h).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"

namespace par::git {

struct Signature {
  std::string name;
  std::string email;
  std::int64_t when = 0;  // seconds since 1970
  int offset_minutes = 0;

  bool operator==(const Signature&) const = default;
};

struct CommitInfo {
  ObjectId id;
  ObjectId tree;
  std::vector<ObjectId> parents;
  Signature author;
  std::string message;
  std::string encoding = {};  // of author and message, as the commit names it; empty: UTF-8
};

struct NewCommit {
  ObjectId tree;
  std::vector<ObjectId> parents;
  std::string message;
  Signature author;
  Signature committer;
  std::string encoding = {};
};

struct TreeMerge {
  ObjectId tree;                    // empty when there are conflicts
  std::vector<RepoPath> conflicts;  // sorted
};

class TreeRestriction;

class Objects {
 public:
  // `common_dir`: the repository's common directory; alternates are followed.
  [[nodiscard]] static Result<Objects> open(const std::string& common_dir);
  Objects(Objects&&) noexcept;
  Objects& operator=(Objects&&) noexcept;
  ~Objects();

  [[nodiscard]] bool has(const ObjectId& id) const;
  [[nodiscard]] Result<CommitInfo> commit(const ObjectId& id) const;
  // nullopt: no such path, or not a file.
  [[nodiscard]] Result<std::optional<std::string>> file_at(const ObjectId& commit,
                                                           const RepoPath& path) const;
  // What the blob holds. Error: it is none, or not here.
  [[nodiscard]] Result<std::string> blob(const ObjectId& id) const;
  // Every path of the commit's tree (files, symlinks, submodules), in tree order.
  [[nodiscard]] Result<std::vector<RepoPath>> paths(const ObjectId& commit) const;
  // Bytes that the commit's files take in a worktree, as they are stored (filters may make them larger), in
  // blocks of 4 KiB; submodules and objects that are not here count nothing.
  [[nodiscard]] Result<std::int64_t> checkout_size(const ObjectId& commit) const;
  // Paths that differ between two trees: content, mode, kind, added, removed; a rename gives both sides.
  // Sorted. O(changed directories).
  [[nodiscard]] Result<std::vector<RepoPath>> changed_paths(const ObjectId& tree_a,
                                                            const ObjectId& tree_b) const;
  // Paths at which the second tree has a submodule and the first has none. Sorted. O(changed directories).
  [[nodiscard]] Result<std::vector<RepoPath>> new_submodules(const ObjectId& tree_a,
                                                             const ObjectId& tree_b) const;
  // The name of what the restriction leaves of a tree: the tree's own where that is all of it, the empty
  // tree's where it is nothing. It is not written. O(directories in which something but not everything may
  // match, without those that the restriction has met before).
  [[nodiscard]] Result<ObjectId> restricted_tree(const ObjectId& tree, TreeRestriction& restriction) const;
  // Directories of the first tree that were renamed as a whole: what is added below their old names is moved
  // by a merge. Sorted; none lies in another.
  [[nodiscard]] Result<std::vector<RepoPath>> renamed_directories(const ObjectId& tree_a,
                                                                  const ObjectId& tree_b) const;
  [[nodiscard]] Result<bool> is_ancestor(const ObjectId& ancestor, const ObjectId& commit) const;
  // Commits reachable from `tip` and not from `base`.
  [[nodiscard]] Result<int> count_commits(const ObjectId& base, const ObjectId& tip) const;
  // Commits reachable from `tip` and from none of `without`, each behind its parents.
  [[nodiscard]] Result<std::vector<ObjectId>> commits_beyond(const std::vector<ObjectId>& without,
                                                             const ObjectId& tip) const;
  [[nodiscard]] Result<ObjectId> write_commit(const NewCommit& commit);

  // The best common ancestors, as `git merge-base --all` names them; none: the histories are unrelated.
  [[nodiscard]] Result<std::vector<ObjectId>> merge_bases(const ObjectId& a, const ObjectId& b) const;

  // The merge of `theirs` into `ours` since `ancestor`: the same tree as that of merge-ort under the
  // ancestor's attributes, or conflicts. In process where every entry was changed by one side only, or by
  // both alike, or one changed the content of a file and the other its mode: O(the directories that `theirs`
  // changed). Where both changed what a file holds, where a rename, the rename of a directory or a submodule
  // may matter, and for the paths of a conflict: one process of git.
  [[nodiscard]] Result<TreeMerge> merge_trees(const ObjectId& ancestor, const ObjectId& ours,
                                              const ObjectId& theirs);
  // The same of two commits since their common ancestor. Where they have several (criss-cross merges): by
  // git. Error: they have none.
  [[nodiscard]] Result<TreeMerge> merge_commits(const ObjectId& ours, const ObjectId& theirs);

 private:
  friend class HeldWrites;
  struct Impl;
  explicit Objects(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// While it lives, what is written is held in memory: it can be read through the same Objects, but git does
// not see it. One at a time.
class HeldWrites {
 public:
  explicit HeldWrites(Objects& objects);
  HeldWrites(const HeldWrites&) = delete;
  HeldWrites& operator=(const HeldWrites&) = delete;
  ~HeldWrites();  // forgets what was not stored

  // Stores all that is held: as one pack where it is much, as a file for each object where it is little.
  [[nodiscard]] Result<void> store() const;
  // The same where more is held than should be.
  [[nodiscard]] Result<void> store_when_large() const;

 private:
  Objects::Impl& impl_;
};

}  // namespace par::git
