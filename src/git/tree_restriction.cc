#include "git/tree_restriction.h"

#include <fmt/format.h>

#include <string_view>

#include "core/glob.h"
#include "git/objects_impl.h"
#include "git/trees.h"

namespace par::git {
namespace {

// As git names it; nothing is written.
Result<git_oid> tree_name(const std::string& entries) {
  git_oid name{};
  if (git_odb_hash(&name, entries.data(), entries.size(), GIT_OBJECT_TREE) != 0)
    return git2_error("cannot name a tree");
  return name;
}

}  // namespace

// One walk over a tree.
class Restricting {
 public:
  using Rest = std::optional<git_oid>;  // nullopt: nothing is left

  Restricting(git_repository* repository, TreeRestriction& restriction)
      : repository_(repository), restriction_(restriction) {}

  // `path`: of the directory, "" for the root.
  Result<Rest> directory(const git_oid& tree, const std::string& path, int depth) {
    auto& patterns = restriction_.patterns_;
    const auto state = patterns.below(path);
    if (!patterns.may_match(state)) return Rest();
    if (patterns.matches_all(state)) return Rest(tree);
    const TreeRestriction::Place place(from_git(tree), state);
    if (const auto known = restriction_.known_.find(place); known != restriction_.known_.end()) {
      if (!known->second) return Rest();
      PAR_ASSIGN(const git_oid rest, to_git(*known->second));
      return Rest(rest);
    }
    PAR_TRY(check_depth(depth));
    PAR_ASSIGN(const Rest rest, entries(tree, path, depth));
    restriction_.known_.emplace(place, rest ? std::optional(from_git(*rest)) : std::nullopt);
    return rest;
  }

 private:
  Result<Rest> entries(const git_oid& tree, const std::string& path, int depth) {
    PAR_ASSIGN(const TreeHandle handle, lookup_tree(repository_, tree));
    std::string left;
    for (std::size_t i = 0; i < entry_count(handle); ++i) {
      const git_tree_entry* entry = git_tree_entry_byindex(handle.get(), i);
      const std::string name = git_tree_entry_name(entry);
      PAR_ASSIGN(const Rest rest, below(entry, path.empty() ? name : path + "/" + name, depth));
      if (!rest) continue;
      left += fmt::format("{:o} {}", static_cast<unsigned>(git_tree_entry_filemode_raw(entry)), name);
      left += '\0';
      left.append(rest->id, rest->id + sizeof(rest->id));  // NOLINT: an object name as git stores it
    }
    if (left.empty()) return Rest();
    PAR_ASSIGN(const git_oid rest, tree_name(left));
    return Rest(rest);
  }

  Result<Rest> below(const git_tree_entry* entry, const std::string& path, int depth) {
    if (is_tree_entry(entry)) return directory(*git_tree_entry_id(entry), path, depth + 1);
    return stays(entry, path) ? Rest(*git_tree_entry_id(entry)) : Rest();
  }

  bool stays(const git_tree_entry* entry, const std::string& path) {
    const std::string_view name = git_tree_entry_name(entry);
    if (name == ".gitattributes" || name == ".gitmodules") return true;
    auto& patterns = restriction_.patterns_;
    if (patterns.match(path) != 0) return true;
    const auto mode = git_tree_entry_filemode(entry);
    return (mode == GIT_FILEMODE_COMMIT || mode == GIT_FILEMODE_LINK) &&
           patterns.may_match(patterns.below(path));
  }

  git_repository* repository_;
  TreeRestriction& restriction_;
};

Result<TreeRestriction> TreeRestriction::parse(const std::vector<std::string>& patterns, Folding folding) {
  TreeRestriction restriction(folding);
  for (const auto& pattern : patterns) {
    PAR_ASSIGN(const auto glob, core::Glob::parse(pattern, folding));
    restriction.patterns_.add(glob, false);
  }
  return restriction;
}

Result<ObjectId> Objects::restricted_tree(const ObjectId& tree, TreeRestriction& restriction) const {
  PAR_ASSIGN(const git_oid oid, to_git(tree));
  Restricting restricting(impl_->repository.get(), restriction);
  PAR_ASSIGN(const auto rest, restricting.directory(oid, "", 0));
  if (rest) return from_git(*rest);
  PAR_ASSIGN(const git_oid empty, tree_name(""));
  return from_git(empty);
}

}  // namespace par::git
