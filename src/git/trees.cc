#include "git/trees.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/strings.h"

namespace par::git {
namespace {

constexpr int kMaxDepth = 2048;

bool is_submodule(const git_tree_entry* entry) {
  return entry != nullptr && git_tree_entry_filemode(entry) == GIT_FILEMODE_COMMIT;
}

class Comparison {
 public:
  explicit Comparison(git_repository* repository) : repository_(repository) {}

  Result<void> compare(const TreeHandle& before, const TreeHandle& after, const std::string& prefix,
                       int depth) {
    PAR_TRY(check_depth(depth));
    TreeWalk afters(after);
    for (std::size_t i = 0; i < entry_count(before); ++i) {
      const git_tree_entry* entry = git_tree_entry_byindex(before.get(), i);
      PAR_TRY(compare_entry(entry, afters.find(git_tree_entry_name(entry)), prefix, depth));
    }
    TreeWalk befores(before);
    for (std::size_t i = 0; i < entry_count(after); ++i) {
      const git_tree_entry* entry = git_tree_entry_byindex(after.get(), i);
      if (befores.find(git_tree_entry_name(entry)) == nullptr)
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
    if (is_same_entry(before, after)) return {};
    const bool file_before = before != nullptr && !is_tree_entry(before);
    const bool file_after = after != nullptr && !is_tree_entry(after);
    const std::string path = prefix + git_tree_entry_name(before != nullptr ? before : after);
    if (file_before || file_after)
      changes_.push_back({path, file_before, file_after, is_submodule(after) && !is_submodule(before)});
    if (!is_tree_entry(before) && !is_tree_entry(after)) return {};
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
  PAR_TRY(check_depth(static_cast<int>(std::count(prefix.begin(), prefix.end(), '/'))));
  for (std::size_t i = 0; i < entry_count(tree); ++i) {
    const git_tree_entry* entry = git_tree_entry_byindex(tree.get(), i);
    std::string path = prefix + git_tree_entry_name(entry);
    if (!is_tree_entry(entry)) {
      visit(entry, std::move(path));
      continue;
    }
    PAR_ASSIGN(const TreeHandle below, open_below(repository, entry));
    PAR_TRY(visit_leaves(repository, below, path + "/", visit));
  }
  return {};
}

}  // namespace

bool is_tree_entry(const git_tree_entry* entry) {
  return entry != nullptr && git_tree_entry_filemode(entry) == GIT_FILEMODE_TREE;
}

bool is_same_entry(const git_tree_entry* a, const git_tree_entry* b) {
  if (a == nullptr || b == nullptr) return a == b;
  return git_tree_entry_filemode(a) == git_tree_entry_filemode(b) &&
         git_oid_equal(git_tree_entry_id(a), git_tree_entry_id(b)) != 0;
}

std::size_t entry_count(const TreeHandle& tree) { return tree ? git_tree_entrycount(tree.get()) : 0; }

const git_tree_entry* find_entry(const TreeHandle& tree, const char* name) {
  return tree ? git_tree_entry_byname(tree.get(), name) : nullptr;
}

const git_tree_entry* TreeWalk::find(const char* name) {
  constexpr std::size_t kLookAhead = 3;
  for (std::size_t at = next_; at < std::min(next_ + kLookAhead, count_); ++at) {
    const git_tree_entry* entry = git_tree_entry_byindex(tree_, at);
    if (std::strcmp(git_tree_entry_name(entry), name) != 0) continue;
    next_ = at + 1;
    return entry;
  }
  return tree_ == nullptr ? nullptr : git_tree_entry_byname(tree_, name);
}

Result<void> check_depth(int depth) {
  if (depth > kMaxDepth) return Error("a tree is nested too deeply");
  return {};
}

Result<TreeHandle> open_below(git_repository* repository, const git_tree_entry* entry) {
  if (!is_tree_entry(entry)) return TreeHandle();
  return lookup_tree(repository, *git_tree_entry_id(entry));
}

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

Result<std::string> blob_content(git_repository* repository, const git_oid& id) {
  git_blob* blob = nullptr;
  if (git_blob_lookup(&blob, repository, &id) != 0) return git2_error("cannot read a blob");
  const BlobHandle handle(blob);
  return std::string(static_cast<const char*>(git_blob_rawcontent(blob)),
                     static_cast<std::size_t>(git_blob_rawsize(blob)));
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
  auto content = blob_content(repository, *git_tree_entry_id(raw));
  if (!content) return std::move(content.error()).within(fmt::format("cannot read '{}'", quote_path(path)));
  return std::optional(*std::move(content));
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

}  // namespace par::git
