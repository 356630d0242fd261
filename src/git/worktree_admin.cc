#include "git/worktree_admin.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>

#include "base/strings.h"
#include "os/files.h"

namespace par::git {
namespace {

constexpr std::string_view kGitDir = "gitdir: ";
constexpr std::string_view kInitializing =
    "initializing";  // git's reason for the lock of an unfinished entry

std::string first_line(const std::string& path) {
  const auto content = os::read_file(path);
  return content ? std::string(trim(*content)) : std::string();
}

// What <path>/.git says, absolute; empty: it is no such file.
std::string git_dir_named_in(const std::string& path) {
  const std::string line = first_line(path + "/.git");
  if (!line.starts_with(kGitDir)) return "";
  return os::absolute_path(line.substr(kGitDir.size()), path);
}

// The worktree that an entry is for; empty: it does not say.
std::string path_of(const std::string& git_dir) {
  std::string line = first_line(git_dir + "/gitdir");
  if (line.empty()) return "";
  line = os::absolute_path(line, git_dir);
  return os::base_name(line) == ".git" ? os::parent_directory(line) : "";
}

// The directory is another repository's, or another worktree, by now.
bool has_become_another(const AdminEntry& entry) {
  if (os::is_directory(entry.path + "/.git")) return true;
  const std::string named = git_dir_named_in(entry.path);
  if (named.empty() || named == os::absolute_path(entry.git_dir)) return false;
  return os::is_directory(named) && path_of(named) == entry.path;
}

Result<void> remove_empty_directory(const std::string& path) {
  if (::rmdir(path.c_str()) == 0 || errno == ENOENT) return {};
  return errno_error(fmt::format("cannot remove '{}'", path), errno);
}

// Without the number that git appends to make an id unique.
bool is_id_for(const std::string& id, const std::string& path) {
  const std::string name = os::base_name(path);
  return id.starts_with(name) && id.find_first_not_of("0123456789", name.size()) == std::string::npos;
}

Result<void> remove_nameless_entries(const std::string& common_dir, const std::string& path) {
  PAR_ASSIGN(const auto ids, os::list_directory(common_dir + "/worktrees"));
  for (const auto& id : ids) {
    const std::string git_dir = fmt::format("{}/worktrees/{}", common_dir, id);
    if (is_id_for(id, path) && !os::exists(git_dir + "/gitdir")) PAR_TRY(os::remove_tree(git_dir));
  }
  return {};
}

}  // namespace

Result<std::vector<AdminEntry>> admin_entries(const std::string& common_dir) {
  PAR_ASSIGN(const auto ids, os::list_directory(common_dir + "/worktrees"));
  std::vector<AdminEntry> entries;
  for (const auto& id : ids) {
    AdminEntry entry;
    entry.git_dir = fmt::format("{}/worktrees/{}", common_dir, id);
    entry.path = path_of(entry.git_dir);
    if (!entry.path.empty()) entries.push_back(std::move(entry));
  }
  return entries;
}

Result<std::optional<AdminEntry>> find_admin_entry(const std::string& common_dir, const std::string& path) {
  const std::string wanted = os::absolute_path(path);
  PAR_ASSIGN(const auto entries, admin_entries(common_dir));
  std::optional<AdminEntry> found;
  for (const auto& entry : entries) {
    if (entry.path != wanted) continue;
    // Of several (all but one are left over), the one that the worktree itself names.
    if (!found || is_named_by_worktree(entry)) found = entry;
  }
  return found;
}

bool is_named_by_worktree(const AdminEntry& entry) {
  return git_dir_named_in(entry.path) == os::absolute_path(entry.git_dir);
}

bool is_complete(const AdminEntry& entry) {
  const std::string head = first_line(entry.git_dir + "/HEAD");
  const bool head_is_set = head.find_first_not_of('0') != std::string::npos;
  return head_is_set && os::exists(entry.git_dir + "/commondir") && os::exists(entry.path + "/.git");
}

bool is_locked(const std::string& git_dir) {
  const std::string file = git_dir + "/locked";
  return os::exists(file) && first_line(file) != kInitializing;
}

Result<void> end_initialization(const AdminEntry& entry) {
  if (is_locked(entry.git_dir)) return {};
  return os::remove_file(entry.git_dir + "/locked");
}

Result<bool> is_free(const std::string& common_dir, const std::string& path) {
  if (!os::exists(path)) return true;
  if (!os::is_directory(path)) return false;
  PAR_ASSIGN(const auto names, os::list_directory(path));
  if (names.empty()) return true;
  const std::string named = git_dir_named_in(path);
  return names == std::vector<std::string>{".git"} &&
         named.starts_with(os::absolute_path(common_dir + "/worktrees") + "/");
}

Result<void> remove_unfinished_directory(const std::string& path) {
  if (!os::exists(path)) return {};
  if (!git_dir_named_in(path).empty()) PAR_TRY(os::remove_file(path + "/.git"));
  return remove_empty_directory(path);
}

Result<void> remove_entry(const AdminEntry& entry) {
  if (!has_become_another(entry)) PAR_TRY(os::remove_tree(entry.path));
  PAR_TRY(os::remove_tree(entry.git_dir));
  // As git does: no empty directory of entries is left.
  ::rmdir(os::parent_directory(entry.git_dir).c_str());
  return {};
}

Result<AddingWorktree> AddingWorktree::begin(const std::string& common_dir) {
  const std::string locks = common_dir + "/par/locks";
  PAR_TRY(os::make_directories(common_dir + "/par", 0700));
  PAR_TRY(os::make_directories(locks, 0700));
  PAR_ASSIGN(auto lock, os::FileLock::acquire(locks + "/worktrees.lock"));
  AddingWorktree adding(std::move(lock), locks + "/worktrees.adding");
  const std::string path = first_line(adding.note_);
  if (!path.empty()) PAR_TRY(remove_nameless_entries(common_dir, path));
  PAR_TRY(adding.finished());
  return adding;
}

Result<void> AddingWorktree::announce(const std::string& path) const {
  std::ofstream note(note_, std::ios::binary | std::ios::trunc);
  note << path;
  note.close();
  if (!note) return errno_error(fmt::format("cannot write '{}'", note_), errno);
  return {};
}

Result<void> AddingWorktree::finished() const { return os::remove_file(note_); }

CommandOptions in_worktree(const Worktree& worktree) {
  const bool linked = os::base_name(os::parent_directory(worktree.git_dir)) == "worktrees" &&
                      os::exists(worktree.git_dir + "/gitdir");
  CommandOptions options;
  options.git_dir = worktree.git_dir;
  options.work_tree = worktree.path;
  if (linked)
    options.environment.push_back("GIT_COMMON_DIR=" +
                                  os::parent_directory(os::parent_directory(worktree.git_dir)));
  return options;
}

}  // namespace par::git
