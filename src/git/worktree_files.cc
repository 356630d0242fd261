// Index and files of one worktree: set, compared, saved.
#include "git/worktree_files.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>

#include "base/strings.h"
#include "git/command.h"
#include "git/lfs.h"
#include "git/worktree_admin.h"
#include "git/worktrees.h"
#include "os/files.h"

namespace par::git {
namespace {

// What git leaves in a worktree's git directory while an operation waits to be continued.
constexpr std::array kOperations{"MERGE_HEAD",   "CHERRY_PICK_HEAD", "REVERT_HEAD",
                                 "rebase-merge", "rebase-apply",     "sequencer"};
constexpr std::array kOperationNotes{"MERGE_MSG",           "MERGE_MODE",   "MERGE_RR",     "AUTO_MERGE",
                                     "BISECT_LOG",          "BISECT_START", "BISECT_TERMS", "BISECT_NAMES",
                                     "BISECT_EXPECTED_REV", "index.lock",   "HEAD.lock"};

// One entry of `git status --porcelain -z`.
struct StatusEntry {
  char staged = ' ';
  char unstaged = ' ';
  std::string path;
};

// An untracked directory that git does not look into.
bool is_repository(const StatusEntry& entry) { return entry.staged == '?' && entry.path.ends_with('/'); }

bool is_unmerged(const StatusEntry& entry) {
  const bool both = entry.staged == entry.unstaged && (entry.staged == 'A' || entry.staged == 'D');
  return both || entry.staged == 'U' || entry.unstaged == 'U';
}

// Directories in which git cannot see what is there, and which it does not ignore. A walk over all of them:
// only for where git complained of something, which is no failure to it.
Result<std::vector<std::string>> closed_directories(const CommandOptions& options) {
  std::vector<std::string> closed;
  visit_directories(options.work_tree, [&](const std::filesystem::path& path) {
    if (::access(path.c_str(), R_OK | X_OK) != 0)
      closed.push_back(path.string().substr(options.work_tree.size() + 1));
    return true;
  });
  std::vector<std::string> hidden;
  for (const auto& path : closed) {
    PAR_ASSIGN(const auto ignored,
               run_git({"check-ignore", "-q", "--", options.work_tree + "/" + path}, options));
    if (ignored.exit_code != 0) hidden.push_back(path);
  }
  return hidden;
}

Result<std::vector<StatusEntry>> read_status(const CommandOptions& options, bool untracked) {
  const char* which = untracked ? "--untracked-files=all" : "--untracked-files=no";
  PAR_ASSIGN(const auto finished,
             run_git({"status", "--porcelain=v1", "-z", "--no-renames", "--ignore-submodules=dirty", which},
                     options));
  if (finished.exit_code != 0) return command_failed("status", finished);
  std::vector<StatusEntry> entries;
  for (const auto& record : split_terminated(finished.out, '\0'))
    if (record.size() > 3) entries.push_back({record[0], record[1], record.substr(3)});
  if (!untracked || finished.err.empty()) return entries;
  PAR_ASSIGN(auto closed, closed_directories(options));
  for (auto& path : closed) entries.push_back({'?', '?', std::move(path)});
  return entries;
}

Error cannot_take(const std::string& path, const os::Finished& finished) {
  Error error = command_failed("add", finished);
  error.kind = ErrorKind::refused;
  error.message = fmt::format("git cannot take '{}'", quote_path(path));
  return error;
}

// `git add` cannot add a nested repository without a commit; everything else it must.
Result<void> check_all_added(const CommandOptions& options, const os::Finished& finished) {
  PAR_ASSIGN(const auto entries, read_status(options, true));
  for (const auto& entry : entries) {
    if (entry.unstaged == ' ' || is_repository(entry)) continue;
    return cannot_take(entry.path, finished);
  }
  return {};
}

// The submodules that the index file of `options` knows. Linear in the index.
Result<std::set<std::string>> known_submodules(const CommandOptions& options) {
  PAR_ASSIGN(const std::string out, git_output({"ls-files", "-z", "--stage"}, options));
  std::set<std::string> paths;
  for (const auto& entry : split_terminated(out, '\0'))
    if (entry.starts_with("160000 ")) paths.insert(entry.substr(entry.find('\t') + 1));
  return paths;
}

// Adds everything to the index file of `options`; its tree then.
Result<ObjectId> add_all(CommandOptions options) {
  // git would look into each submodule for changes with that submodule's own configuration, which whoever
  // worked there can write, and which names programs. Only which commit it is at is of interest.
  PAR_ASSIGN(const auto submodules, known_submodules(options));
  std::string at;
  for (const auto& path : submodules) {
    at += path + '\0';
    options.input += ":(exclude,top,literal)" + path + '\0';
  }
  std::vector<std::string> add{"add", "-A", "--sparse"};
  if (!submodules.empty()) add.insert(add.end(), {"--pathspec-from-file=-", "--pathspec-file-nul"});
  PAR_ASSIGN(const auto finished, run_git(add, options));
  if (finished.exit_code != 0) {
    add.emplace_back("--ignore-errors");
    PAR_ASSIGN(const auto again, run_git(add, options));
    if (again.exit_code != 0) PAR_TRY(check_all_added(options, again));
  } else if (!finished.err.empty()) {
    PAR_ASSIGN(const auto closed, closed_directories(options));
    if (!closed.empty()) return cannot_take(closed.front(), finished);
  }
  options.input = at;
  if (!submodules.empty())
    PAR_TRY(git_output(
        {"update-index", "-z", "--add", "--remove", "--ignore-skip-worktree-entries", "--stdin"}, options));
  PAR_ASSIGN(const std::string tree, git_output({"write-tree"}, options));
  return ObjectId(trim(tree));
}

struct Move {
  std::vector<std::string> added;  // paths that only the new commit has
  std::set<std::string> removed;   // that only the old one has
};

Result<Move> read_move(const Worktree& worktree, const ObjectId& from, const ObjectId& to) {
  PAR_ASSIGN(const std::string out, git_output({"diff-tree", "-r", "-z", "--name-status", "--no-renames",
                                                "--diff-filter=AD", from.str(), to.str()},
                                               in_worktree(worktree)));
  const auto fields = split_terminated(out, '\0');
  Move move;
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
    if (fields[i] == "A") move.added.push_back(fields[i + 1]);
    if (fields[i] == "D") move.removed.insert(fields[i + 1]);
  }
  return move;
}

// Whether a directory holds anything that the move does not remove.
bool holds_others(const std::string& root, const std::string& directory,
                  const std::set<std::string>& removed) {
  std::error_code error;
  std::filesystem::recursive_directory_iterator it(root + "/" + directory, error);
  for (; !error && it != std::filesystem::recursive_directory_iterator(); it.increment(error)) {
    if (it->is_directory(error) && !it->is_symlink(error)) continue;
    if (!removed.contains(it->path().string().substr(root.size() + 1))) return true;
  }
  return static_cast<bool>(error);
}

// An ignored file in the place of a new one: read-tree would overwrite it without a word.
bool is_in_the_way(const std::string& root, const std::string& path, const std::set<std::string>& removed) {
  for (auto slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    const std::string parent = path.substr(0, slash);
    std::error_code error;
    const auto status = std::filesystem::symlink_status(fmt::format("{}/{}", root, parent), error);
    if (!std::filesystem::exists(status)) return false;
    if (!std::filesystem::is_directory(status)) return !removed.contains(parent);
  }
  std::error_code error;
  const auto status = std::filesystem::symlink_status(root + "/" + path, error);
  if (!std::filesystem::exists(status)) return false;
  return !std::filesystem::is_directory(status) || holds_others(root, path, removed);
}

// The files that the move would write are not there any more; the others are as they were.
Result<void> undo_move(const Worktree& worktree, const ObjectId& from, const Move& move) {
  for (const auto& path : move.added) PAR_TRY(os::remove_file(worktree.path + "/" + path));
  PAR_TRY(git_output({"read-tree", "--reset", "-u", from.str()}, in_worktree(worktree)));
  return {};
}

Result<void> set_files(const Worktree& worktree, const ObjectId& commit, const Reset& how) {
  CommandOptions options = in_worktree(worktree);
  if (how.pointers) options.environment.emplace_back(kPointersOnly);
  PAR_TRY(git_output({"read-tree", "--reset", "-u", commit.str()}, options));
  PAR_TRY(git_output({"clean", how.ignored ? "-ffdxq" : "-ffdq"}, in_worktree(worktree)));
  return {};
}

}  // namespace

Result<void> end_operations(const Worktree& worktree) {
  for (const char* name : kOperations) PAR_TRY(os::remove_tree(worktree.git_dir + "/" + name));
  for (const char* name : kOperationNotes) PAR_TRY(os::remove_tree(worktree.git_dir + "/" + name));
  return {};
}

Result<void> reset_worktree(const Worktree& worktree, const ObjectId& commit, const Reset& how) {
  PAR_TRY(end_operations(worktree));
  if (how.detach)
    PAR_TRY(git_output({"update-ref", "--no-deref", "HEAD", commit.str()}, in_worktree(worktree)));
  if (set_files(worktree, commit, how)) return {};
  open_directories(worktree);
  return set_files(worktree, commit, how);
}

Result<UncommittedPaths> uncommitted_paths(const Worktree& worktree) {
  PAR_ASSIGN(const auto entries, read_status(in_worktree(worktree), true));
  std::set<RepoPath> all;
  std::set<RepoPath> unmerged;
  std::set<RepoPath> repositories;
  for (const auto& entry : entries) {
    std::string path = entry.path;
    while (path.ends_with('/')) path.pop_back();
    if (is_unmerged(entry)) unmerged.emplace(path);
    if (is_repository(entry)) repositories.emplace(path);
    all.emplace(std::move(path));
  }
  return UncommittedPaths{{all.begin(), all.end()},
                          {unmerged.begin(), unmerged.end()},
                          {repositories.begin(), repositories.end()}};
}

bool operation_waits(const Worktree& worktree) {
  return std::any_of(kOperations.begin(), kOperations.end(),
                     [&](const char* name) { return os::exists(worktree.git_dir + "/" + name); });
}

void open_directories(const Worktree& worktree) {
  namespace fs = std::filesystem;
  const auto open = [](const fs::path& path) {
    std::error_code failed;
    const auto status = fs::symlink_status(path, failed);
    const bool is_open = (status.permissions() & fs::perms::owner_all) == fs::perms::owner_all;
    if (fs::is_directory(status) && !is_open)
      fs::permissions(path, fs::perms::owner_all, fs::perm_options::add, failed);
    return true;
  };
  open(worktree.path);
  visit_directories(worktree.path, open);
}

bool was_filled(const Worktree& worktree) {
  const std::string index = worktree.git_dir + "/index";
  if (!os::is_directory(worktree.path)) return false;
  if (os::exists(index) || os::exists(index + ".lock")) return os::exists(index);
  const auto names = os::list_directory(worktree.path);
  return !names || std::any_of(names->begin(), names->end(), [](const auto& name) { return name != ".git"; });
}

Result<void> copy_index(const Worktree& worktree, const std::string& index) {
  PAR_TRY(os::remove_file(index + ".lock"));
  std::error_code error;
  const std::string original = worktree.git_dir + "/index";
  // git reads a file that is not older than the index, instead of trusting its size and time: a copy with a
  // time of its own would hide what was changed in the second in which the original was written. Read
  // before the copy is made, so that an index written meanwhile counts as older than it is, never as newer.
  const auto written = std::filesystem::last_write_time(original, error);
  const auto overwrite = std::filesystem::copy_options::overwrite_existing;
  if (!error) std::filesystem::copy_file(original, index, overwrite, error);
  if (!error) std::filesystem::last_write_time(index, written, error);
  if (!error) return {};
  return Error(fmt::format("cannot copy the index of '{}': {}", worktree.path, error.message()));
}

Result<ObjectId> write_index_tree(const Worktree& worktree, const std::string& index) {
  PAR_TRY(copy_index(worktree, index));
  CommandOptions options = in_worktree(worktree);
  options.index_file = index;
  // Files that somebody told git to take for unchanged are looked at all the same. (Exits 1 where some need
  // it.)
  PAR_TRY(run_git({"update-index", "-q", "--really-refresh"}, options));
  return add_all(options);
}

Result<ObjectId> write_worktree_tree(const Worktree& worktree) {
  const std::string index = worktree.git_dir + "/par-saved-index";
  auto tree = write_index_tree(worktree, index);
  if (!tree && !worktree.head.empty()) {
    // An index that git cannot read, or none: what it knew of the files is told by HEAD as well.
    PAR_TRY(os::remove_file(index));
    CommandOptions options = in_worktree(worktree);
    options.index_file = index;
    PAR_TRY(git_output({"read-tree", worktree.head.str()}, options));
    tree = add_all(options);
  }
  PAR_TRY(os::remove_file(index));
  return tree;
}

Result<bool> is_clean(const Worktree& worktree) {
  if (operation_waits(worktree)) return false;
  PAR_ASSIGN(const auto entries, read_status(in_worktree(worktree), false));
  return entries.empty();
}

Result<bool> move_files(const Worktree& worktree, const ObjectId& from, const ObjectId& to) {
  const CommandOptions options = in_worktree(worktree);
  PAR_ASSIGN(const Move move, read_move(worktree, from, to));
  for (const auto& path : move.added)
    if (is_in_the_way(worktree.path, path, move.removed)) return false;
  // Files that only look changed (touched, copied) must not stand in the way. (Exits 1 where some are.)
  PAR_TRY(run_git({"update-index", "-q", "--refresh"}, options));
  PAR_ASSIGN(const auto trial, run_git({"read-tree", "-n", "-m", "-u", from.str(), to.str()}, options));
  if (trial.exit_code != 0) return false;
  PAR_ASSIGN(const auto finished, run_git({"read-tree", "-m", "-u", from.str(), to.str()}, options));
  if (finished.exit_code == 0) return true;
  // Either nothing was touched (the index is locked), or the disk failed in the middle.
  PAR_ASSIGN(const auto entries, read_status(options, false));
  const auto is_there = [&](const std::string& path) { return os::exists(worktree.path + "/" + path); };
  if (entries.empty() && std::none_of(move.added.begin(), move.added.end(), is_there)) return false;
  PAR_TRY(undo_move(worktree, from, move));
  return command_failed("read-tree", finished);
}

}  // namespace par::git
