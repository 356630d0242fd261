// Objects::merge_trees and merge_commits: in process where that is exact, otherwise by git.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "base/strings.h"
#include "git/command.h"
#include "git/objects_impl.h"
#include "git/splice.h"
#include "git/trees.h"

namespace par::git {
namespace {

constexpr std::string_view kAttributes = ".gitattributes";

// What one side did since the ancestor. Where nothing was added or nothing removed, nothing was renamed.
bool may_rename(const std::vector<TreeChange>& changes) {
  const auto added = [](const TreeChange& change) { return !change.before; };
  const auto removed = [](const TreeChange& change) { return !change.after; };
  return std::any_of(changes.begin(), changes.end(), added) &&
         std::any_of(changes.begin(), changes.end(), removed);
}

// "" and every directory above the changed paths.
std::set<std::string> directories_of(const std::vector<TreeChange>& changes,
                                     std::set<std::string> directories) {
  directories.insert("");
  for (const auto& change : changes) {
    for (auto slash = change.path.rfind('/'); slash != std::string::npos;
         slash = change.path.rfind('/', slash - 1)) {
      if (!directories.insert(change.path.substr(0, slash)).second || slash == 0) break;
    }
  }
  return directories;
}

// A tree can hold names that would lead out of a directory; such a directory has no attributes for us.
bool is_safe(const std::string& directory) {
  const auto parts = split(directory, '/');
  return std::none_of(parts.begin(), parts.end(),
                      [](const std::string& part) { return part == "." || part == ".." || part == ".git"; });
}

// Those that rule the changed paths, as they are in the ancestor.
Result<AttributeFiles> attributes_of(git_repository* repository, const git_oid& ancestor,
                                     const std::set<std::string>& directories) {
  AttributeFiles files;
  PAR_ASSIGN(const TreeHandle root, lookup_tree(repository, ancestor));
  for (const auto& directory : directories) {
    if (!is_safe(directory)) continue;
    std::string path = (directory.empty() ? "" : directory + "/") + std::string(kAttributes);
    PAR_ASSIGN(auto content, file_in(repository, root.get(), path));
    if (content) files.emplace_back(std::move(path), std::move(*content));
  }
  return files;
}

NewCommit synthetic(const ObjectId& tree, std::vector<ObjectId> parents) {
  // Always the same, so that the same merge writes the same objects.
  const Signature nobody{"git-par", "git-par", 0, 0};
  return {tree, std::move(parents), "merge\n", nobody, nobody};
}

struct TreeIds {
  git_oid ancestor{};
  git_oid ours{};
  git_oid theirs{};
};

struct SideChanges {
  std::vector<TreeChange> ours;
  std::vector<TreeChange> theirs;
};

Result<SideChanges> changes_of(git_repository* repository, const TreeIds& trees) {
  SideChanges changes;
  PAR_ASSIGN(changes.ours, tree_changes(repository, trees.ancestor, trees.ours));
  PAR_ASSIGN(changes.theirs, tree_changes(repository, trees.ancestor, trees.theirs));
  return changes;
}

Result<AttributeFiles> attributes_for(git_repository* repository, const TreeIds& trees,
                                      const SideChanges& changes) {
  return attributes_of(repository, trees.ancestor,
                       directories_of(changes.theirs, directories_of(changes.ours, {})));
}

}  // namespace

Result<MergeDirectory*> Objects::Impl::merge_directory() {
  if (!merging) {
    PAR_ASSIGN(auto directory, MergeDirectory::create(common_dir));
    merging.emplace(std::move(directory));
  }
  return &*merging;
}

Result<TreeMerge> Objects::merge_trees(const ObjectId& ancestor, const ObjectId& ours,
                                       const ObjectId& theirs) {
  if (theirs == ancestor || theirs == ours) return TreeMerge{ours, {}};
  if (ours == ancestor) return TreeMerge{theirs, {}};
  git_repository* repository = impl_->repository.get();
  TreeIds trees;
  PAR_ASSIGN(trees.ancestor, to_git(ancestor));
  PAR_ASSIGN(trees.ours, to_git(ours));
  PAR_ASSIGN(trees.theirs, to_git(theirs));
  PAR_ASSIGN(const auto spliced,
             splice_trees(repository, *impl_->held, trees.ancestor, trees.ours, trees.theirs));
  if (spliced && !spliced->removed_by_both) return TreeMerge{from_git(spliced->tree), {}};

  PAR_ASSIGN(const SideChanges changes, changes_of(repository, trees));
  if (spliced && !may_rename(changes.ours) && !may_rename(changes.theirs))
    return TreeMerge{from_git(spliced->tree), {}};
  PAR_ASSIGN(const auto attributes, attributes_for(repository, trees, changes));
  PAR_ASSIGN(const ObjectId base_commit, write_commit(synthetic(ancestor, {})));
  PAR_ASSIGN(const ObjectId our_commit, write_commit(synthetic(ours, {base_commit})));
  PAR_ASSIGN(const ObjectId their_commit, write_commit(synthetic(theirs, {base_commit})));
  return impl_->merge_by_git(our_commit, their_commit, attributes);
}

Result<TreeMerge> Objects::merge_commits(const ObjectId& ours, const ObjectId& theirs) {
  PAR_ASSIGN(const auto bases, merge_bases(ours, theirs));
  if (bases.empty()) {
    return Error(fmt::format("'{}' and '{}' have no common ancestor", short_oid(ours), short_oid(theirs)));
  }
  PAR_ASSIGN(const CommitInfo base, commit(bases.front()));
  PAR_ASSIGN(const CommitInfo our_commit, commit(ours));
  PAR_ASSIGN(const CommitInfo their_commit, commit(theirs));
  if (bases.size() == 1) return merge_trees(base.tree, our_commit.tree, their_commit.tree);

  git_repository* repository = impl_->repository.get();
  TreeIds trees;
  PAR_ASSIGN(trees.ancestor, to_git(base.tree));
  PAR_ASSIGN(trees.ours, to_git(our_commit.tree));
  PAR_ASSIGN(trees.theirs, to_git(their_commit.tree));
  PAR_ASSIGN(const SideChanges changes, changes_of(repository, trees));
  PAR_ASSIGN(const auto attributes, attributes_for(repository, trees, changes));
  return impl_->merge_by_git(ours, theirs, attributes);
}

Result<TreeMerge> Objects::Impl::merge_by_git(const ObjectId& ours, const ObjectId& theirs,
                                              const AttributeFiles& attributes) {
  PAR_TRY(held->store(common_dir + "/objects"));
  PAR_ASSIGN(const auto* directory, merge_directory());
  return directory->merge(ours, theirs, attributes);
}

}  // namespace par::git
