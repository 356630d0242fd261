#include "git/splice.h"

#include <string>
#include <utility>

#include "git/handle.h"
#include "git/held_objects.h"
#include "git/tree_edit.h"
#include "git/trees.h"

namespace par::git {
namespace {

// One entry of the three trees of a merge.
struct Sides {
  const git_tree_entry* ancestor = nullptr;
  const git_tree_entry* ours = nullptr;
  const git_tree_entry* theirs = nullptr;
};

struct Trees {
  TreeHandle ancestor;  // none: neither is there
  TreeHandle ours;
  TreeHandle theirs;
};

bool is_regular_file(const git_tree_entry* entry) {
  if (entry == nullptr) return false;
  const auto mode = git_tree_entry_filemode(entry);
  return mode == GIT_FILEMODE_BLOB || mode == GIT_FILEMODE_BLOB_EXECUTABLE;
}

bool same_id(const git_tree_entry* a, const git_tree_entry* b) {
  return git_oid_equal(git_tree_entry_id(a), git_tree_entry_id(b)) != 0;
}

// As merge-ort: what one side left as it was is the other's.
git_filemode_t merged_mode(const Sides& sides) {
  const auto ours = git_tree_entry_filemode(sides.ours);
  const auto theirs = git_tree_entry_filemode(sides.theirs);
  return ours == theirs || ours == git_tree_entry_filemode(sides.ancestor) ? theirs : ours;
}

class Splice {
 public:
  Splice(git_repository* repository, HeldObjects& written) : repository_(repository), written_(written) {}

  struct Outcome {
    bool possible = true;
    bool empty = false;  // the tree has no entries
    git_oid tree{};
  };

  Result<Outcome> join(const Trees& trees, int depth) {
    PAR_TRY(check_depth(depth));
    TreeEdit edit(trees.ours);
    PAR_ASSIGN(const bool joined, join_entries(edit, trees, depth));
    if (!joined) return impossible();
    Outcome outcome;
    std::string text = edit.text();
    outcome.empty = text.empty();
    PAR_ASSIGN(outcome.tree, written_.write_tree(std::move(text), *git_tree_id(trees.ours.get())));
    return outcome;
  }

  [[nodiscard]] Spliced result(const git_oid& tree) const { return {tree, removed_by_both_}; }

 private:
  static Outcome impossible() { return {false, false, {}}; }

  Result<bool> join_entries(TreeEdit& edit, const Trees& trees, int depth) {
    TreeWalk ancestors(trees.ancestor);
    for (std::size_t i = 0; i < entry_count(trees.theirs); ++i) {
      const git_tree_entry* entry = git_tree_entry_byindex(trees.theirs.get(), i);
      const git_tree_entry* ancestor = ancestors.find(git_tree_entry_name(entry));
      if (is_same_entry(entry, ancestor)) continue;
      const git_tree_entry* ours = find_entry(trees.ours, git_tree_entry_name(entry));
      PAR_ASSIGN(const bool joined, join_entry(edit, {ancestor, ours, entry}, depth));
      if (!joined) return false;
    }
    TreeWalk theirs(trees.theirs);
    for (std::size_t i = 0; i < entry_count(trees.ancestor); ++i) {
      const git_tree_entry* entry = git_tree_entry_byindex(trees.ancestor.get(), i);
      const char* name = git_tree_entry_name(entry);
      if (theirs.find(name) != nullptr) continue;
      PAR_ASSIGN(const bool joined, join_entry(edit, {entry, find_entry(trees.ours, name), nullptr}, depth));
      if (!joined) return false;
    }
    return true;
  }

  // False: this entry cannot be joined here. `theirs` is not as in the ancestor.
  Result<bool> join_entry(TreeEdit& edit, const Sides& sides, int depth) {
    if (is_same_entry(sides.theirs, sides.ours)) {
      note_removals(sides);
      return true;
    }
    if (is_same_entry(sides.ours, sides.ancestor)) return replace(edit, sides);
    if (is_tree_entry(sides.ours) && is_tree_entry(sides.theirs)) {
      if (sides.ancestor != nullptr && !is_tree_entry(sides.ancestor)) return false;
      return join_below(edit, sides, depth);
    }
    if (is_regular_file(sides.ancestor) && is_regular_file(sides.ours) && is_regular_file(sides.theirs))
      return join_files(edit, sides);
    return false;
  }

  Result<bool> join_below(TreeEdit& edit, const Sides& sides, int depth) {
    Trees trees;
    PAR_ASSIGN(trees.ancestor, open_below(repository_, sides.ancestor));
    PAR_ASSIGN(trees.ours, open_below(repository_, sides.ours));
    PAR_ASSIGN(trees.theirs, open_below(repository_, sides.theirs));
    PAR_ASSIGN(const Outcome below, join(trees, depth + 1));
    if (!below.possible) return false;
    const char* name = git_tree_entry_name(sides.ours);
    if (!below.empty) return edit.put(name, GIT_FILEMODE_TREE, below.tree);
    edit.remove(name);
    return true;
  }

  // Where no more than one of them changed what it holds.
  static bool join_files(TreeEdit& edit, const Sides& sides) {
    git_oid content = *git_tree_entry_id(sides.theirs);
    if (same_id(sides.theirs, sides.ancestor))
      content = *git_tree_entry_id(sides.ours);
    else if (!same_id(sides.ours, sides.ancestor) && !same_id(sides.ours, sides.theirs))
      return false;
    return edit.put(git_tree_entry_name(sides.ours), merged_mode(sides), content);
  }

  // Both did the same to an entry of the ancestor.
  void note_removals(const Sides& sides) {
    if (sides.ancestor == nullptr) return;
    if (sides.theirs == nullptr || is_tree_entry(sides.ancestor) || is_tree_entry(sides.theirs))
      removed_by_both_ = true;
  }

  static bool replace(TreeEdit& edit, const Sides& sides) {
    if (sides.theirs != nullptr)
      return edit.put(git_tree_entry_name(sides.theirs), git_tree_entry_filemode(sides.theirs),
                      *git_tree_entry_id(sides.theirs));
    edit.remove(git_tree_entry_name(sides.ancestor));
    return true;
  }

  git_repository* repository_;
  HeldObjects& written_;
  bool removed_by_both_ = false;
};

}  // namespace

Result<std::optional<Spliced>> splice_trees(git_repository* repository, HeldObjects& written,
                                            const git_oid& ancestor, const git_oid& ours,
                                            const git_oid& theirs) {
  Trees trees;
  PAR_ASSIGN(trees.ancestor, lookup_tree(repository, ancestor));
  PAR_ASSIGN(trees.ours, lookup_tree(repository, ours));
  PAR_ASSIGN(trees.theirs, lookup_tree(repository, theirs));
  Splice splice(repository, written);
  PAR_ASSIGN(const auto outcome, splice.join(trees, 0));
  if (!outcome.possible) return std::optional<Spliced>();
  return std::optional(splice.result(outcome.tree));
}

}  // namespace par::git
