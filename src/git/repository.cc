#include "git/repository.h"

#include <fmt/format.h>

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

struct Facts {
  bool ignore_case = false;
  bool precompose = false;
  std::string work_tree;  // core.worktree
};

bool is_true(std::string_view value) { return value == "true" || value == "yes" || value == "1"; }

Result<Facts> read_facts(const Repository& repository) {
  PAR_ASSIGN(const auto entries,
             read_config(repository, R"(^core\.(ignorecase|precomposeunicode|worktree)$)"));
  Facts facts;
  for (const auto& [key, value] : entries) {
    if (key == "core.worktree") facts.work_tree = value;
    if (key == "core.ignorecase") facts.ignore_case = is_true(value);
    if (key == "core.precomposeunicode") facts.precompose = is_true(value);
  }
  return facts;
}

// The main worktree's root, also when we are in a linked one.
std::string find_main_root(const Repository& repository, const Facts& facts) {
  if (os::base_name(repository.common_dir) == ".git") return os::parent_directory(repository.common_dir);
  if (repository.git_dir == repository.common_dir && !repository.work_tree.empty())
    return repository.work_tree;
  if (!facts.work_tree.empty()) return os::absolute_path(facts.work_tree, repository.common_dir);
  return repository.common_dir;
}

Result<std::optional<RefName>> read_head(const Repository& repository) {
  PAR_ASSIGN(const std::string text, os::read_file(repository.git_dir + "/HEAD"));
  const auto line = trim(text);
  if (!line.starts_with(kSymbolic)) return std::optional<RefName>();
  const auto target = trim(line.substr(kSymbolic.size()));
  if (target != kRefsElsewhere) return std::optional(RefName(target));
  CommandOptions options;
  options.git_dir = repository.git_dir;
  PAR_ASSIGN(const auto finished, run_git({"symbolic-ref", "--quiet", "HEAD"}, options));
  if (finished.exit_code == 0) return std::optional(RefName(trim(finished.out)));
  if (finished.exit_code == 1) return std::optional<RefName>();
  return command_failed("symbolic-ref", finished);
}

}  // namespace

Result<Repository> discover(const std::string& cwd) {
  PAR_TRY(require_git());
  CommandOptions options;
  options.cwd = os::absolute_path(cwd);
  options.user_context = true;
  // The last one fails where there is no work tree; all before it are printed by then.
  PAR_ASSIGN(const auto finished,
             run_git({"rev-parse", "--path-format=absolute", "--absolute-git-dir", "--git-common-dir",
                      "--is-bare-repository", "--show-object-format", "--show-prefix", "--show-toplevel"},
                     options));
  const auto lines = split_terminated(finished.out, '\n');
  if (lines.size() < 5) return discovery_error(options.cwd, finished);
  if (lines[3] != "sha1") {
    return Error("SHA-256 repositories are not supported yet")
        .hint("'git par' works in repositories with SHA-1 object names");
  }
  Repository repository;
  repository.git_dir = without_trailing_slash(lines[0]);
  repository.common_dir = without_trailing_slash(lines[1]);
  repository.bare = lines[2] == "true";
  if (finished.exit_code == 0 && lines.size() > 5) {
    repository.prefix = lines[4];
    repository.work_tree = lines[5];
  }
  PAR_ASSIGN(const Facts facts, read_facts(repository));
  repository.ignore_case = facts.ignore_case;
  repository.precompose = facts.precompose;
  repository.main_root = find_main_root(repository, facts);
  const bool inside_git_dir = repository.work_tree.empty() && !repository.bare;
  if (inside_git_dir && repository.git_dir == repository.common_dir)
    repository.work_tree = repository.main_root;
  PAR_ASSIGN(repository.head, read_head(repository));
  return repository;
}

Result<std::vector<std::pair<std::string, std::string>>> read_config(const Repository& repository,
                                                                     const std::string& key_regex) {
  CommandOptions options;
  options.git_dir = repository.git_dir;
  options.user_context = true;
  PAR_ASSIGN(const auto finished, run_git({"config", "-z", "--get-regexp", key_regex}, options));
  std::vector<std::pair<std::string, std::string>> entries;
  if (finished.exit_code == 1) return entries;  // nothing matches
  if (finished.exit_code != 0) return command_failed("config", finished);
  for (auto& record : split_terminated(finished.out, '\0')) {
    const auto end = record.find('\n');
    // A key without '=' counts as true.
    if (end == std::string::npos)
      entries.emplace_back(std::move(record), "true");
    else
      entries.emplace_back(record.substr(0, end), record.substr(end + 1));
  }
  return entries;
}

}  // namespace par::git
