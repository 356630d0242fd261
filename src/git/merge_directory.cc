#include "git/merge_directory.h"

#include <fmt/format.h>
#include <git2.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <set>

#include "base/strings.h"
#include "git/command.h"

namespace par::git {
namespace {

constexpr const char* kConfig =
    "[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tattributesFile = /dev/null\n";
// What of the user's configuration has a say in `git merge` and names no program.
constexpr const char* kSettings =
    "^(merge\\.(renames|renamelimit|directoryrenames|renormalize)|diff\\.(renames|renamelimit)|"
    "core\\.(autocrlf|eol))$";

Result<void> write_plain(const std::string& path, std::string_view content) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << content;
  file.close();
  if (!file) return errno_error(fmt::format("cannot write '{}'", path), errno);
  return {};
}

bool is_plain_word(const std::string& value) {
  return std::all_of(value.begin(), value.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

// Where two things want one name, git moves one aside to "<path>~<side>", the side being a commit here.
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

Result<void> fill_work_tree(const std::string& work_tree, const AttributeFiles& attributes) {
  PAR_TRY(os::remove_tree(work_tree));
  PAR_TRY(os::make_directories(work_tree, 0700));
  for (const auto& [path, content] : attributes) {
    PAR_TRY(os::make_directories(os::parent_directory(work_tree + "/" + path), 0700));
    PAR_TRY(write_plain(work_tree + "/" + path, content));
  }
  return {};
}

}  // namespace

Result<MergeDirectory> MergeDirectory::create(const std::string& common_dir) {
  PAR_ASSIGN(auto temporary, os::TemporaryDirectory::create("git-par-merge"));
  MergeDirectory directory(common_dir, std::move(temporary));
  PAR_TRY(directory.configure());
  return directory;
}

Result<void> MergeDirectory::configure() {
  CommandOptions options;
  options.git_dir = common_dir_;
  // Exits 1 where nothing matches.
  PAR_ASSIGN(const auto asked, run_git({"config", "-z", "--get-regexp", kSettings}, options));
  std::string config = kConfig;
  for (const auto& record : split_terminated(asked.out, '\0')) {
    const auto line = record.find('\n');
    const std::string key = record.substr(0, line);
    const std::string value = line == std::string::npos ? "true" : record.substr(line + 1);
    const auto dot = key.find('.');
    if (dot == std::string::npos || !is_plain_word(value)) continue;
    config += fmt::format("[{}]\n\t{} = {}\n", key.substr(0, dot), key.substr(dot + 1), value);
  }
  const std::string git_dir = directory_.path() + "/git";
  PAR_TRY(os::make_directories(git_dir + "/refs", 0700));
  PAR_TRY(write_plain(git_dir + "/HEAD", "ref: refs/heads/none\n"));
  return write_plain(git_dir + "/config", config);
}

Result<TreeMerge> MergeDirectory::merge(const ObjectId& ours, const ObjectId& theirs,
                                        const AttributeFiles& attributes) const {
  CommandOptions options;
  options.git_dir = directory_.path() + "/git";
  options.work_tree = options.cwd = directory_.path() + "/tree";
  PAR_TRY(fill_work_tree(options.work_tree, attributes));
  options.environment = {"GIT_OBJECT_DIRECTORY=" + common_dir_ + "/objects", "GIT_CONFIG_NOSYSTEM=1",
                         "GIT_CONFIG_GLOBAL=/dev/null", "GIT_ATTR_NOSYSTEM=1"};
  // Where the history of a shallow clone ends.
  if (os::exists(common_dir_ + "/shallow"))
    options.environment.push_back("GIT_SHALLOW_FILE=" + common_dir_ + "/shallow");
  PAR_ASSIGN(const auto finished,
             run_git({"merge-tree", "--write-tree", "-z", ours.str(), theirs.str()}, options));
  return read_answer(finished, {ours, theirs});
}

}  // namespace par::git
