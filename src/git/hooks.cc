#include "git/hooks.h"

#include "base/strings.h"
#include "git/command.h"
#include "os/files.h"

namespace par::git {

Result<HooksPlace> find_hooks(const Repository& repository) {
  CommandOptions options = in_repository(repository);
  options.work_tree = repository.work_tree;
  options.cwd = repository.work_tree.empty() ? repository.git_dir : repository.work_tree;
  options.user_context = true;
  PAR_ASSIGN(std::string directory,
             git_output({"rev-parse", "--path-format=absolute", "--git-path", "hooks"}, options));
  if (directory.ends_with('\n')) directory.pop_back();
  const bool own = os::absolute_path(directory) == os::absolute_path(repository.common_dir + "/hooks");
  return HooksPlace{std::move(directory), !own};
}

Result<std::vector<RepoPath>> staged_paths(const std::string& cwd) {
  CommandOptions options;
  options.cwd = cwd;
  options.user_context = true;
  PAR_ASSIGN(const std::string out, git_output({"diff", "--cached", "--name-only", "-z", "--no-renames",
                                                "--no-ext-diff", "--ignore-submodules=none"},
                                               options));
  std::vector<RepoPath> paths;
  for (auto& path : split_terminated(out, '\0')) paths.emplace_back(std::move(path));
  return paths;
}

Result<std::optional<std::string>> default_branch_of(const Repository& repository,
                                                     const std::string& remote) {
  const std::string prefix = "refs/remotes/" + remote + "/";
  PAR_ASSIGN(const auto finished,
             run_git({"symbolic-ref", "--quiet", prefix + "HEAD"}, in_repository(repository)));
  const auto ref = trim(finished.out);
  if (finished.exit_code != 0 || !ref.starts_with(prefix)) return std::optional<std::string>();
  return std::optional(std::string(ref.substr(prefix.size())));
}

}  // namespace par::git
