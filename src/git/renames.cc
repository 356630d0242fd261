#include "git/renames.h"

#include <map>
#include <set>

#include "git/handle.h"
#include "git/trees.h"

namespace par::git {
namespace {

// The outermost directories of removed paths that a tree has no more.
class GoneDirectories {
 public:
  explicit GoneDirectories(const git_tree* after) : after_(after) {}

  void add_above(const std::string& removed) {
    for (auto slash = removed.find('/'); slash != std::string::npos; slash = removed.find('/', slash + 1)) {
      const std::string directory = removed.substr(0, slash);
      if (is_there(directory)) continue;
      gone_.insert(directory);
      return;
    }
  }

  [[nodiscard]] bool empty() const { return gone_.empty(); }

  // "": the path is below none.
  [[nodiscard]] std::string above(const std::string& path) const {
    for (auto slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1))
      if (auto directory = path.substr(0, slash); gone_.contains(directory)) return directory;
    return "";
  }

 private:
  bool is_there(const std::string& directory) {
    const auto [known, is_new] = there_.try_emplace(directory, false);
    if (!is_new) return known->second;
    git_tree_entry* raw = nullptr;
    if (git_tree_entry_bypath(&raw, after_, directory.c_str()) != 0) return false;
    const TreeEntryHandle entry(raw);
    return known->second = git_tree_entry_filemode(raw) == GIT_FILEMODE_TREE;
  }

  const git_tree* after_;
  std::map<std::string, bool> there_;
  std::set<std::string> gone_;
};

Result<DiffHandle> find_renames(git_repository* repository, git_tree* before, git_tree* after) {
  git_diff* raw = nullptr;
  if (git_diff_tree_to_tree(&raw, repository, before, after, nullptr) != 0)
    return git2_error("cannot compare two trees");
  DiffHandle diff(raw);
  git_diff_find_options options;
  git_diff_find_options_init(&options, GIT_DIFF_FIND_OPTIONS_VERSION);
  options.flags = GIT_DIFF_FIND_RENAMES;
  options.rename_limit = 1000;  // as merge.renameLimit was for long: beyond, only files that are the same
  if (git_diff_find_similar(diff.get(), &options) != 0) return git2_error("cannot look for renames");
  return diff;
}

}  // namespace

Result<std::vector<std::string>> renamed_directories(git_repository* repository, const git_oid& before,
                                                     const git_oid& after) {
  PAR_ASSIGN(const auto changes, tree_changes(repository, before, after));
  PAR_ASSIGN(const TreeHandle tree_before, lookup_tree(repository, before));
  PAR_ASSIGN(const TreeHandle tree_after, lookup_tree(repository, after));
  GoneDirectories gone(tree_after.get());
  for (const auto& change : changes)
    if (change.before && !change.after) gone.add_above(change.path);
  if (gone.empty()) return std::vector<std::string>();

  PAR_ASSIGN(const DiffHandle diff, find_renames(repository, tree_before.get(), tree_after.get()));
  std::set<std::string> renamed;
  for (std::size_t i = 0; i < git_diff_num_deltas(diff.get()); ++i) {
    const git_diff_delta* delta = git_diff_get_delta(diff.get(), i);
    if (delta->status != GIT_DELTA_RENAMED) continue;
    if (auto directory = gone.above(delta->old_file.path); !directory.empty())
      renamed.insert(std::move(directory));
  }
  return std::vector<std::string>(renamed.begin(), renamed.end());
}

}  // namespace par::git
