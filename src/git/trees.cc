#include "git/trees.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/strings.h"

namespace par::git {
namespace {

// As git itself: no deeper tree is read (it would only serve to exhaust our stack).
constexpr int kMaxDepth = 2048;

Error too_deep() { return Error("a tree is nested too deeply"); }

bool is_tree(const git_tree_entry* entry) {
  return entry != nullptr && git_tree_entry_filemode(entry) == GIT_FILEMODE_TREE;
}

bool is_same(const git_tree_entry* a, const git_tree_entry* b) {
  if (a == nullptr || b == nullptr) return a == b;
  return git_tree_entry_filemode(a) == git_tree_entry_filemode(b) &&
         git_oid_equal(git_tree_entry_id(a), git_tree_entry_id(b)) != 0;
}

const git_tree_entry* find(const TreeHandle& tree, const char* name) {
  return tree ? git_tree_entry_byname(tree.get(), name) : nullptr;
}

std::size_t count(const TreeHandle& tree) { return tree ? git_tree_entrycount(tree.get()) : 0; }

// The tree below an entry; none where the entry is none or no tree.
Result<TreeHandle> open_below(git_repository* repository, const git_tree_entry* entry) {
  if (!is_tree(entry)) return TreeHandle();
  return lookup_tree(repository, *git_tree_entry_id(entry));
}

class Comparison {
 public:
  explicit Comparison(git_repository* repository) : repository_(repository) {}

  Result<void> compare(const TreeHandle& before, const TreeHandle& after, const std::string& prefix,
                       int depth) {
    if (depth > kMaxDepth) return too_deep();
    for (std::size_t i = 0; i < count(before); ++i) {
      const git_tree_entry* entry = git_tree_entry_byindex(before.get(), i);
      PAR_TRY(compare_entry(entry, find(after, git_tree_entry_name(entry)), prefix, depth));
    }
    for (std::size_t i = 0; i < count(after); ++i) {
      const git_tree_entry* entry = git_tree_entry_byindex(after.get(), i);
      if (find(before, git_tree_entry_name(entry)) == nullptr)
        PAR_TRY(compare_entry(nullptr, entry, prefix, depth));
    }
    return {};
  }

  [[nodiscard]] std::vector<TreeChange> take_changes() {
    const auto by_path = [](const TreeChange& a, const TreeChange& b) { return a.path < b.path; };
    std::sort(changes_.begin(), changes_.end(), by_path);
    return std::move(changes_);
  }

 private:
  Result<void> compare_entry(const git_tree_entry* before, const git_tree_entry* after,
                             const std::string& prefix, int depth) {
    if (is_same(before, after)) return {};
    const bool file_before = before != nullptr && !is_tree(before);
    const bool file_after = after != nullptr && !is_tree(after);
    const std::string path = prefix + git_tree_entry_name(before != nullptr ? before : after);
    if (file_before || file_after) changes_.push_back({path, file_before, file_after});
    if (!is_tree(before) && !is_tree(after)) return {};
    PAR_ASSIGN(const TreeHandle below_before, open_below(repository_, before));
    PAR_ASSIGN(const TreeHandle below_after, open_below(repository_, after));
    return compare(below_before, below_after, path + "/", depth + 1);
  }

  git_repository* repository_;
  std::vector<TreeChange> changes_;
};

// Calls visit(entry, path) for all entries that are no trees, in tree order.
template <class Visit>
Result<void> visit_leaves(git_repository* repository, const TreeHandle& tree, const std::string& prefix,
                          const Visit& visit) {
  if (std::count(prefix.begin(), prefix.end(), '/') > kMaxDepth) return too_deep();
  for (std::size_t i = 0; i < count(tree); ++i) {
    const git_tree_entry* entry = git_tree_entry_byindex(tree.get(), i);
    std::string path = prefix + git_tree_entry_name(entry);
    if (!is_tree(entry)) {
      visit(entry, std::move(path));
      continue;
    }
    PAR_ASSIGN(const TreeHandle below, open_below(repository, entry));
    PAR_TRY(visit_leaves(repository, below, path + "/", visit));
  }
  return {};
}

// One entry of the three trees of a merge.
struct Sides {
  const git_tree_entry* ancestor = nullptr;
  const git_tree_entry* ours = nullptr;
  const git_tree_entry* theirs = nullptr;
};

class Splice {
 public:
  explicit Splice(git_repository* repository) : repository_(repository) {}

  struct Outcome {
    bool possible = true;
    bool empty = false;  // the tree has no entries
    git_oid tree{};
  };

  Result<Outcome> join(const TreeHandle& ancestor, const TreeHandle& ours, const TreeHandle& theirs,
                       int depth) {
    if (depth > kMaxDepth) return too_deep();
    git_treebuilder* raw = nullptr;
    if (git_treebuilder_new(&raw, repository_, ours.get()) != 0) return impossible();
    const TreeBuilderHandle builder(raw);
    for (std::size_t i = 0; i < count(theirs); ++i) {
      const git_tree_entry* entry = git_tree_entry_byindex(theirs.get(), i);
      const char* name = git_tree_entry_name(entry);
      PAR_ASSIGN(const bool joined,
                 join_entry(*builder, {find(ancestor, name), find(ours, name), entry}, depth));
      if (!joined) return impossible();
    }
    for (std::size_t i = 0; i < count(ancestor); ++i) {
      const git_tree_entry* entry = git_tree_entry_byindex(ancestor.get(), i);
      const char* name = git_tree_entry_name(entry);
      if (find(theirs, name) != nullptr) continue;
      PAR_ASSIGN(const bool joined, join_entry(*builder, {entry, find(ours, name), nullptr}, depth));
      if (!joined) return impossible();
    }
    Outcome outcome;
    outcome.empty = git_treebuilder_entrycount(builder.get()) == 0;
    if (git_treebuilder_write(&outcome.tree, builder.get()) != 0) return git2_error("cannot write a tree");
    return outcome;
  }

 private:
  static Outcome impossible() { return {false, false, {}}; }

  // False: this entry cannot be joined here.
  Result<bool> join_entry(git_treebuilder& builder, const Sides& sides, int depth) {
    if (is_same(sides.theirs, sides.ancestor) || is_same(sides.theirs, sides.ours)) return true;
    if (is_same(sides.ours, sides.ancestor)) return replace(builder, sides);
    const bool both_trees = is_tree(sides.ours) && is_tree(sides.theirs);
    if (!both_trees || (sides.ancestor != nullptr && !is_tree(sides.ancestor))) return false;
    PAR_ASSIGN(const TreeHandle ancestor, open_below(repository_, sides.ancestor));
    PAR_ASSIGN(const TreeHandle ours, open_below(repository_, sides.ours));
    PAR_ASSIGN(const TreeHandle theirs, open_below(repository_, sides.theirs));
    PAR_ASSIGN(const Outcome below, join(ancestor, ours, theirs, depth + 1));
    if (!below.possible) return false;
    const char* name = git_tree_entry_name(sides.ours);
    if (below.empty) return git_treebuilder_remove(&builder, name) == 0;
    return git_treebuilder_insert(nullptr, &builder, name, &below.tree, GIT_FILEMODE_TREE) == 0;
  }

  static bool replace(git_treebuilder& builder, const Sides& sides) {
    if (sides.theirs == nullptr)
      return git_treebuilder_remove(&builder, git_tree_entry_name(sides.ancestor)) == 0;
    return git_treebuilder_insert(nullptr, &builder, git_tree_entry_name(sides.theirs),
                                  git_tree_entry_id(sides.theirs),
                                  git_tree_entry_filemode(sides.theirs)) == 0;
  }

  git_repository* repository_;
};

}  // namespace

Result<TreeHandle> lookup_tree(git_repository* repository, const git_oid& oid) {
  git_tree* tree = nullptr;
  if (git_tree_lookup(&tree, repository, &oid) != 0) return git2_error("cannot read a tree");
  return TreeHandle(tree);
}

Result<std::vector<TreeChange>> tree_changes(git_repository* repository, const git_oid& before,
                                             const git_oid& after) {
  Comparison comparison(repository);
  if (git_oid_equal(&before, &after) != 0) return comparison.take_changes();
  PAR_ASSIGN(const TreeHandle a, lookup_tree(repository, before));
  PAR_ASSIGN(const TreeHandle b, lookup_tree(repository, after));
  PAR_TRY(comparison.compare(a, b, "", 0));
  return comparison.take_changes();
}

Result<std::optional<std::string>> file_in(git_repository* repository, const git_tree* root,
                                           const std::string& path) {
  git_tree_entry* raw = nullptr;
  const int found = git_tree_entry_bypath(&raw, root, path.c_str());
  if (found == GIT_ENOTFOUND) return std::optional<std::string>();
  if (found != 0) return git2_error(fmt::format("cannot read '{}'", quote_path(path)));
  const TreeEntryHandle entry(raw);
  const auto mode = git_tree_entry_filemode(raw);
  if (mode != GIT_FILEMODE_BLOB && mode != GIT_FILEMODE_BLOB_EXECUTABLE) return std::optional<std::string>();
  git_blob* blob = nullptr;
  if (git_blob_lookup(&blob, repository, git_tree_entry_id(raw)) != 0)
    return git2_error(fmt::format("cannot read '{}'", quote_path(path)));
  const BlobHandle handle(blob);
  return std::optional(std::string(static_cast<const char*>(git_blob_rawcontent(blob)),
                                   static_cast<std::size_t>(git_blob_rawsize(blob))));
}

Result<std::vector<std::string>> tree_paths(git_repository* repository, const git_oid& tree) {
  PAR_ASSIGN(const TreeHandle root, lookup_tree(repository, tree));
  std::vector<std::string> paths;
  PAR_TRY(visit_leaves(repository, root, "",
                       [&](const git_tree_entry*, std::string path) { paths.push_back(std::move(path)); }));
  return paths;
}

Result<std::vector<git_oid>> tree_files(git_repository* repository, const git_oid& tree) {
  PAR_ASSIGN(const TreeHandle root, lookup_tree(repository, tree));
  std::vector<git_oid> files;
  PAR_TRY(visit_leaves(repository, root, "", [&](const git_tree_entry* entry, const std::string&) {
    if (git_tree_entry_filemode(entry) != GIT_FILEMODE_COMMIT) files.push_back(*git_tree_entry_id(entry));
  }));
  return files;
}

Result<std::optional<git_oid>> splice_trees(git_repository* repository, const git_oid& ancestor,
                                            const git_oid& ours, const git_oid& theirs) {
  PAR_ASSIGN(const TreeHandle a, lookup_tree(repository, ancestor));
  PAR_ASSIGN(const TreeHandle o, lookup_tree(repository, ours));
  PAR_ASSIGN(const TreeHandle t, lookup_tree(repository, theirs));
  PAR_ASSIGN(const auto outcome, Splice(repository).join(a, o, t, 0));
  if (!outcome.possible) return std::optional<git_oid>();
  return std::optional(outcome.tree);
}

}  // namespace par::git
