// Objects::merge_trees: in process where that is exact, otherwise by `git merge-tree` in a private git
// directory over the same objects. That directory has no configuration but ours, so that no merge driver of
// the repository runs; its work tree holds the ancestor's attributes and nothing else.
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <set>

#include "base/strings.h"
#include "git/command.h"
#include "git/objects_impl.h"
#include "git/trees.h"

namespace par::git {
namespace {

constexpr std::string_view kAttributes = ".gitattributes";
constexpr const char* kScratchConfig = "[core]\n\trepositoryformatversion = 0\n\tbare = false\n";

struct MergeInput {
  git_oid ancestor;
  git_oid ours;
  git_oid theirs;
};

// What one side did since the ancestor. Where nothing was added or nothing removed, nothing was renamed.
bool may_rename(const std::vector<TreeChange>& changes) {
  const auto added = [](const TreeChange& change) { return !change.before; };
  const auto removed = [](const TreeChange& change) { return !change.after; };
  return std::any_of(changes.begin(), changes.end(), added) &&
         std::any_of(changes.begin(), changes.end(), removed);
}

bool touches_attributes(const std::vector<TreeChange>& changes) {
  return std::any_of(changes.begin(), changes.end(), [](const TreeChange& change) {
    const auto slash = change.path.rfind('/');
    return change.path.compare(slash == std::string::npos ? 0 : slash + 1, std::string::npos, kAttributes) ==
           0;
  });
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

Result<void> write_plain(const std::string& path, std::string_view content) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << content;
  file.close();
  if (!file) return errno_error(fmt::format("cannot write '{}'", path), errno);
  return {};
}

Result<std::string> make_scratch(std::optional<os::TemporaryDirectory>& scratch) {
  if (scratch) return scratch->path();
  PAR_ASSIGN(auto directory, os::TemporaryDirectory::create("git-par-merge"));
  const std::string git_dir = directory.path() + "/git";
  PAR_TRY(os::make_directories(git_dir + "/refs", 0700));
  PAR_TRY(write_plain(git_dir + "/HEAD", "ref: refs/heads/none\n"));
  PAR_TRY(write_plain(git_dir + "/config", kScratchConfig));
  scratch.emplace(std::move(directory));
  return scratch->path();
}

// The attributes that rule the changed paths, as they are in the ancestor.
Result<void> fill_work_tree(git_repository* repository, const git_oid& ancestor, const std::string& work_tree,
                            const std::set<std::string>& directories) {
  PAR_TRY(os::remove_tree(work_tree));
  PAR_TRY(os::make_directories(work_tree, 0700));
  PAR_ASSIGN(const TreeHandle root, lookup_tree(repository, ancestor));
  for (const auto& directory : directories) {
    if (!is_safe(directory)) continue;
    const std::string path = (directory.empty() ? "" : directory + "/") + std::string(kAttributes);
    PAR_ASSIGN(const auto content, file_in(repository, root.get(), path));
    if (!content) continue;
    PAR_TRY(os::make_directories(work_tree + "/" + directory, 0700));
    PAR_TRY(write_plain(work_tree + "/" + path, *content));
  }
  return {};
}

// Where two things want one name, git moves one aside to "<path>~<side>", the side being a commit of ours
// here.
std::string without_side(std::string path, const std::vector<ObjectId>& sides) {
  for (const auto& side : sides) path = path.substr(0, path.find("~" + side.str()));
  return path;
}

// The paths with higher stages: "<mode> <oid> <stage>\t<path>" records up to an empty one, after the tree's.
std::vector<RepoPath> conflicts_in(const std::vector<std::string>& records,
                                   const std::vector<ObjectId>& sides) {
  std::set<RepoPath> paths;
  std::size_t i = 1;
  for (; i < records.size() && !records[i].empty(); ++i) {
    const auto tab = records[i].find('\t');
    if (tab != std::string::npos) paths.emplace(without_side(records[i].substr(tab + 1), sides));
  }
  // Then the messages: number of paths, the paths, type, text. A conflict may have left no stage behind.
  for (++i; paths.empty() && i < records.size();) {
    const auto number = static_cast<std::size_t>(std::max(0, std::atoi(records[i].c_str())));
    if (i + number + 2 >= records.size()) break;
    const bool conflict = records[i + number + 1].starts_with("CONFLICT");
    for (std::size_t p = i + 1; conflict && p <= i + number; ++p)
      paths.emplace(without_side(records[p], sides));
    i += number + 3;
  }
  return {paths.begin(), paths.end()};
}

bool is_object_name(const std::string& text) {
  return text.size() == GIT_OID_HEXSZ && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

// git exits 1 for conflicts, and for some errors: those print no tree.
Result<TreeMerge> read_answer(const os::Finished& finished, const std::vector<ObjectId>& sides) {
  const auto records = split_terminated(finished.out, '\0');
  if (finished.exit_code > 1 || records.empty() || !is_object_name(records.front()))
    return command_failed("merge-tree", finished);
  if (finished.exit_code == 0) return TreeMerge{ObjectId(records.front()), {}};
  TreeMerge merge{ObjectId(), conflicts_in(records, sides)};
  if (merge.conflicts.empty()) return command_failed("merge-tree", finished);
  return merge;
}

NewCommit synthetic(const ObjectId& tree, std::vector<ObjectId> parents) {
  // Always the same, so that the same merge writes the same objects.
  const Signature nobody{"git-par", "git-par", 0, 0};
  return {tree, std::move(parents), "merge\n", nobody, nobody};
}

}  // namespace

Result<TreeMerge> Objects::merge_trees(const ObjectId& ancestor, const ObjectId& ours,
                                       const ObjectId& theirs) {
  if (theirs == ancestor || theirs == ours) return TreeMerge{ours, {}};
  if (ours == ancestor) return TreeMerge{theirs, {}};
  git_repository* repository = impl_->repository.get();
  PAR_ASSIGN(const git_oid base, to_git(ancestor));
  PAR_ASSIGN(const git_oid our_tree, to_git(ours));
  PAR_ASSIGN(const git_oid their_tree, to_git(theirs));
  PAR_ASSIGN(const auto our_changes, tree_changes(repository, base, our_tree));
  PAR_ASSIGN(const auto their_changes, tree_changes(repository, base, their_tree));
  const bool plain = !may_rename(our_changes) && !may_rename(their_changes) &&
                     !touches_attributes(our_changes) && !touches_attributes(their_changes);
  if (plain) {
    PAR_ASSIGN(const auto spliced, splice_trees(repository, base, our_tree, their_tree));
    if (spliced) return TreeMerge{from_git(*spliced), {}};
  }
  PAR_ASSIGN(const std::string scratch, make_scratch(impl_->scratch));
  const auto directories = directories_of(their_changes, directories_of(our_changes, {}));
  PAR_TRY(fill_work_tree(repository, base, scratch + "/tree", directories));
  PAR_ASSIGN(const ObjectId base_commit, write_commit(synthetic(ancestor, {})));
  PAR_ASSIGN(const ObjectId our_commit, write_commit(synthetic(ours, {base_commit})));
  PAR_ASSIGN(const ObjectId their_commit, write_commit(synthetic(theirs, {base_commit})));
  CommandOptions options;
  options.git_dir = scratch + "/git";
  options.work_tree = options.cwd = scratch + "/tree";
  options.environment = {"GIT_OBJECT_DIRECTORY=" + impl_->common_dir + "/objects", "GIT_CONFIG_NOSYSTEM=1",
                         "GIT_CONFIG_GLOBAL=/dev/null"};
  PAR_ASSIGN(const auto finished,
             run_git({"merge-tree", "--write-tree", "-z", our_commit.str(), their_commit.str()}, options));
  return read_answer(finished, {our_commit, their_commit});
}

}  // namespace par::git
