#include "git/worktrees.h"

#include <fmt/format.h>

#include <map>

#include "base/strings.h"
#include "git/command.h"
#include "git/worktree_admin.h"
#include "os/crash_point.h"
#include "os/files.h"

namespace par::git {
namespace {

Worktree parse_worktree(const std::vector<std::string>& lines) {
  Worktree worktree;
  for (const auto& line : lines) {
    const auto space = line.find(' ');
    const std::string name = line.substr(0, space);
    const std::string value = space == std::string::npos ? "" : line.substr(space + 1);
    if (name == "worktree") worktree.path = os::absolute_path(value);
    if (name == "HEAD" && value.find_first_not_of('0') != std::string::npos) worktree.head = ObjectId(value);
    if (name == "branch") worktree.branch = RefName(value);
    if (name == "bare") worktree.bare = true;
  }
  return worktree;
}

Result<void> take_away_unfinished(const Repository& repository, const std::string& path) {
  PAR_ASSIGN(const auto entry, find_admin_entry(repository.common_dir, path));
  PAR_ASSIGN(const bool free, is_free(repository.common_dir, path));
  if (!free && entry) {
    return Error(fmt::format("the worktree '{}' is damaged", path))
        .hint("save what you need of it, then remove it: git par starts with a new one");
  }
  if (!free) return Error(fmt::format("'{}' already exists", path)).hint("move it away");
  PAR_TRY(remove_unfinished_directory(path));
  if (entry) PAR_TRY(os::remove_tree(entry->git_dir));
  return {};
}

// Its administrative entry and an empty directory, on the branch or detached at the commit.
Result<void> add_entry(const Repository& repository, const std::string& path, const RefName& branch,
                       const ObjectId& commit) {
  PAR_ASSIGN(const auto adding, AddingWorktree::begin(repository.common_dir));
  PAR_ASSIGN(const auto entry, find_admin_entry(repository.common_dir, path));
  if (entry && is_complete(*entry)) return end_initialization(*entry);
  PAR_TRY(take_away_unfinished(repository, path));
  PAR_TRY(os::make_directories(os::parent_directory(path)));
  PAR_TRY(adding.announce(path));
  // An existing branch sets up no tracking: nothing is written to the shared configuration.
  std::vector<std::string> args{"worktree", "add", "--no-checkout"};
  if (branch.empty())
    args.insert(args.end(), {"--detach", "--", path, commit.str()});
  else
    args.insert(args.end(), {"--", path, short_name(branch)});
  PAR_TRY(git_output(args, in_repository(repository)));
  PAR_TRY(adding.finished());
  return {};
}

// git gives a new worktree the sparse patterns of the one it was made from. An agent works on all files,
// whatever the user has checked out: its worktree's own configuration says so.
Result<void> make_full(const Worktree& worktree) {
  const std::string config = worktree.git_dir + "/config.worktree";
  if (!os::exists(config)) return {};
  CommandOptions options;
  options.cwd = worktree.git_dir;
  PAR_TRY(git_output({"config", "--file", config, "core.sparseCheckout", "false"}, options));
  return os::remove_file(worktree.git_dir + "/info/sparse-checkout");
}

Result<void> set_head(const Worktree& worktree, const RefName& branch, const ObjectId& commit) {
  if (!branch.empty())
    PAR_TRY(git_output({"symbolic-ref", "HEAD", branch.str()}, in_worktree(worktree)));
  else
    PAR_TRY(git_output({"update-ref", "--no-deref", "HEAD", commit.str()}, in_worktree(worktree)));
  return {};
}

std::string index_of(const Worktree& worktree) { return worktree.git_dir + "/index"; }

// git writes the index when all files are there; without one they are not, or not all.
bool is_filled(const Worktree& worktree) { return os::exists(index_of(worktree)); }

std::vector<std::string> fill_args(const ObjectId& commit) {
  return {"read-tree", "--reset", "-u", commit.str()};
}

}  // namespace

Result<std::vector<Worktree>> list_worktrees(const Repository& repository) {
  PAR_ASSIGN(const std::string out,
             git_output({"worktree", "list", "--porcelain", "-z"}, in_repository(repository)));
  std::vector<Worktree> worktrees;
  std::vector<std::string> lines;
  for (auto& line : split_terminated(out, '\0')) {
    if (!line.empty()) {
      lines.push_back(std::move(line));
      continue;
    }
    worktrees.push_back(parse_worktree(lines));
    lines.clear();
  }
  if (worktrees.empty()) return Error("git worktree list printed nothing");
  // git guesses the main worktree's place from the common directory's; we know it.
  worktrees.front().git_dir = repository.common_dir;
  if (!worktrees.front().bare) worktrees.front().path = repository.main_root;
  PAR_ASSIGN(const auto entries, admin_entries(repository.common_dir));
  std::map<std::string, std::string> git_dirs;
  for (const auto& entry : entries) {
    const auto [known, is_new] = git_dirs.emplace(entry.path, entry.git_dir);
    if (!is_new && is_named_by_worktree(entry)) known->second = entry.git_dir;
  }
  for (std::size_t i = 1; i < worktrees.size(); ++i) worktrees[i].git_dir = git_dirs[worktrees[i].path];
  return worktrees;
}

Result<std::optional<Worktree>> find_worktree(const Repository& repository, const std::string& path) {
  const std::string wanted = os::absolute_path(path);
  if (wanted != os::absolute_path(repository.main_root)) {
    // Most often it is asked for before it is made: git need not say so.
    PAR_ASSIGN(const auto entry, find_admin_entry(repository.common_dir, path));
    if (!entry) return std::optional<Worktree>();
  }
  PAR_ASSIGN(auto worktrees, list_worktrees(repository));
  for (auto& worktree : worktrees)
    if (worktree.path == wanted && !worktree.git_dir.empty()) return std::optional(std::move(worktree));
  return std::optional<Worktree>();
}

Result<Worktree> add_worktree(const Repository& repository, const std::string& path, const RefName& branch,
                              const ObjectId& commit) {
  PAR_TRY(add_entry(repository, path, branch, commit));
  PAR_TRY(os::crash_point("worktree.added"));
  PAR_ASSIGN(auto worktree, find_worktree(repository, path));
  if (!worktree) return Error(fmt::format("git made no worktree at '{}'", path));
  if (!is_filled(*worktree)) PAR_TRY(make_full(*worktree));
  const bool head_is_set =
      branch.empty() ? !worktree->branch && worktree->head == commit : worktree->branch == branch;
  if (head_is_set) return std::move(*worktree);
  PAR_TRY(set_head(*worktree, branch, commit));
  PAR_ASSIGN(worktree, find_worktree(repository, path));
  if (!worktree) return Error(fmt::format("the worktree at '{}' is gone", path));
  return std::move(*worktree);
}

std::string fill_command(const Worktree& worktree, const ObjectId& commit,
                         const std::vector<std::string>& environment) {
  CommandOptions options = in_worktree(worktree);
  options.environment.insert(options.environment.end(), environment.begin(), environment.end());
  return fmt::format("test -e {} || {{ rm -f {} && {}; }}", shell_quote(index_of(worktree)),
                     shell_quote(index_of(worktree) + ".lock"), git_command_line(fill_args(commit), options));
}

Result<Worktree> ensure_worktree(const Repository& repository, const std::string& path, const RefName& branch,
                                 const ObjectId& commit) {
  PAR_ASSIGN(auto worktree, add_worktree(repository, path, branch, commit));
  if (is_filled(worktree)) return worktree;
  PAR_TRY(os::remove_file(index_of(worktree) + ".lock"));
  PAR_TRY(git_output(fill_args(commit), in_worktree(worktree)));
  PAR_TRY(os::crash_point("worktree.filled"));
  return worktree;
}

Result<void> remove_worktree(const Repository& repository, const std::string& path) {
  if (os::absolute_path(path) == os::absolute_path(repository.main_root))
    return Error(fmt::format("'{}' is the main worktree", path));
  PAR_ASSIGN(const auto adding, AddingWorktree::begin(repository.common_dir));
  PAR_ASSIGN(const auto entry, find_admin_entry(repository.common_dir, path));
  if (entry && is_locked(entry->git_dir)) {
    return Error(fmt::format("the worktree '{}' is locked", path))
        .hint(fmt::format("'git worktree unlock {}' unlocks it", shell_quote(path)));
  }
  if (entry) return remove_entry(*entry);
  PAR_ASSIGN(const bool free, is_free(repository.common_dir, path));
  // What else is there is not ours.
  if (free) PAR_TRY(remove_unfinished_directory(path));
  return {};
}

}  // namespace par::git
