#include "git/repository.h"

#include <fmt/format.h>
#include <git2.h>

#include "base/strings.h"
#include "git/command.h"
#include "os/files.h"

namespace par::git {
namespace {

constexpr std::string_view kSymbolic = "ref: ";
// What HEAD's file says where refs are not files (reftable): ask git then.
constexpr std::string_view kRefsElsewhere = "refs/heads/.invalid";

bool looks_like_repository(const std::string& directory) {
  if (os::exists(directory + "/.git")) return true;
  return os::exists(directory + "/HEAD") && os::is_directory(directory + "/objects");
}

// git's discovery failed: is there nothing to be found, or something that git will not use?
Error discovery_error(const std::string& cwd, const os::Finished& finished) {
  bool found = os::environment_variable("GIT_DIR").has_value();
  for (std::string directory = os::absolute_path(cwd); !found; directory = os::parent_directory(directory)) {
    found = looks_like_repository(directory);
    if (directory == "/" || directory.empty()) break;
  }
  if (!found) {
    return Error("not a git repository (or any of the parent directories)")
        .hint("run 'git par' inside a repository, 'git init' makes one");
  }
  return command_failed("rev-parse", finished).within("git cannot use the repository here");
}

std::string without_trailing_slash(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

// As git reads it.
bool is_true(const std::string& value) {
  int is = 0;
  return git_config_parse_bool(&is, value.c_str()) == 0 && is != 0;
}

// Settings of ours, and those of git's that say what names and places mean; one look at the configuration.
Result<std::vector<Setting>> read_settings(const Repository& repository) {
  CommandOptions options = in_repository(repository);
  options.user_context = true;
  PAR_ASSIGN(
      const auto finished,
      run_git(
          {"config", "-z", "--get-regexp",
           R"(^(par\..*|core\.(ignorecase|precomposeunicode|worktree)|commit\.gpgsign|filter\.lfs\.(smudge|process))$)"},
          options));
  std::vector<Setting> settings;
  if (finished.exit_code == 1) return settings;  // nothing matches
  if (finished.exit_code != 0) return command_failed("config", finished);
  for (auto& record : split_terminated(finished.out, '\0')) {
    const auto end = record.find('\n');
    // A key without '=' counts as true.
    if (end == std::string::npos)
      settings.emplace_back(std::move(record), "true");
    else
      settings.emplace_back(record.substr(0, end), record.substr(end + 1));
  }
  return settings;
}

// The main worktree's root, also when we are in a linked one.
std::string find_main_root(const Repository& repository, const std::string& configured_work_tree) {
  if (os::base_name(repository.common_dir) == ".git") return os::parent_directory(repository.common_dir);
  if (repository.git_dir == repository.common_dir && !repository.work_tree.empty())
    return repository.work_tree;
  if (!configured_work_tree.empty()) return os::absolute_path(configured_work_tree, repository.common_dir);
  return repository.common_dir;
}

Result<std::optional<RefName>> read_head(const Repository& repository) {
  PAR_ASSIGN(const std::string text, os::read_file(repository.git_dir + "/HEAD"));
  const auto line = trim(text);
  if (!line.starts_with(kSymbolic)) return std::optional<RefName>();
  const auto target = trim(line.substr(kSymbolic.size()));
  if (target != kRefsElsewhere) return std::optional(RefName(target));
  PAR_ASSIGN(const auto finished, run_git({"symbolic-ref", "--quiet", "HEAD"}, in_repository(repository)));
  if (finished.exit_code == 0) return std::optional(RefName(trim(finished.out)));
  if (finished.exit_code == 1) return std::optional<RefName>();
  return command_failed("symbolic-ref", finished);
}

}  // namespace

Result<Repository> discover(const std::string& cwd) {
  CommandOptions options;
  options.cwd = os::absolute_path(cwd);
  options.user_context = true;
  // The last one fails where there is no work tree; all before it are printed by then.
  const auto finished =
      run_git({"rev-parse", "--path-format=absolute", "--is-bare-repository", "--show-object-format",
               "--absolute-git-dir", "--git-common-dir", "--show-prefix", "--show-toplevel"},
              options);
  const auto lines = finished ? split_terminated(finished->out, '\n') : std::vector<std::string>();
  if (lines.size() < 5) {
    PAR_TRY(require_git());  // says more than what a git without one of the options says
    return finished ? discovery_error(options.cwd, *finished) : finished.error();
  }
  if (lines[1] != "sha1") {
    return Error("SHA-256 repositories are not supported yet")
        .hint("'git par' works in repositories with SHA-1 object names");
  }
  const bool has_work_tree = finished->exit_code == 0;
  if (lines.size() != (has_work_tree ? 6 : 5)) {
    return Error("the name of a directory that leads here holds a newline")
        .hint("rename that directory: what git says of its places cannot be told apart");
  }
  Repository repository;
  repository.bare = lines[0] == "true";
  repository.git_dir = without_trailing_slash(lines[2]);
  repository.common_dir = without_trailing_slash(lines[3]);
  if (has_work_tree) {
    repository.prefix = lines[4];
    repository.work_tree = lines[5];
  }
  PAR_ASSIGN(repository.settings, read_settings(repository));
  std::string configured_work_tree;
  for (const auto& [key, value] : repository.settings) {
    if (key == "core.worktree") configured_work_tree = value;
    if (key == "core.ignorecase") repository.ignore_case = is_true(value);
    if (key == "core.precomposeunicode") repository.precompose = is_true(value);
    if (key == "commit.gpgsign") repository.sign = is_true(value);
  }
  repository.main_root = find_main_root(repository, configured_work_tree);
  const bool inside_git_dir = repository.work_tree.empty() && !repository.bare;
  if (inside_git_dir && repository.git_dir == repository.common_dir)
    repository.work_tree = repository.main_root;
  PAR_ASSIGN(repository.head, read_head(repository));
  return repository;
}

}  // namespace par::git
