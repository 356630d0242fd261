#include "git/lfs.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/strings.h"
#include "git/command.h"
#include "git/worktree_admin.h"
#include "os/files.h"

namespace par::git {

bool uses_lfs(const Repository& repository) {
  return std::any_of(repository.settings.begin(), repository.settings.end(),
                     [](const Setting& setting) { return setting.first.starts_with("filter.lfs."); });
}

Result<std::vector<RepoPath>> lfs_paths(const Worktree& worktree, const ObjectId& commit) {
  CommandOptions options = in_worktree(worktree);
  options.index_file = worktree.git_dir + "/par-lfs-index";
  PAR_TRY(os::remove_file(options.index_file + ".lock"));
  PAR_TRY(git_output({"read-tree", commit.str()}, options));
  PAR_ASSIGN(const std::string out, git_output({"ls-files", "-z", "--", ":(attr:filter=lfs)"}, options));
  PAR_TRY(os::remove_file(options.index_file));
  std::vector<RepoPath> paths;
  for (auto& path : split_terminated(out, '\0')) paths.emplace_back(std::move(path));
  return paths;
}

Result<std::string> fill_command_with_pointers(const Worktree& worktree, const ObjectId& commit,
                                               const std::vector<RepoPath>& wanted) {
  std::string line = fill_command(worktree, commit, {kPointersOnly});
  if (wanted.empty()) return line;
  std::string text;
  for (const auto& path : wanted) text += path.str() + '\0';
  const std::string list = worktree.git_dir + "/par-lfs-paths";
  PAR_TRY(os::write_file_durably(list, text));
  // What the index does not know is checked out anew, and all of it at once.
  const auto options = in_worktree(worktree);
  return fmt::format(
      "{{ {}; }} && rm -f {} && {} <{} && {}", line, shell_quote(worktree.git_dir + "/index.lock"),
      git_command_line({"update-index", "--force-remove", "-z", "--stdin"}, options), shell_quote(list),
      git_command_line({"read-tree", "--reset", "-u", commit.str()}, options));
}

}  // namespace par::git
