#include "git/command.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <mutex>

#include "base/strings.h"
#include "git/repository.h"

namespace par::git {
namespace {

// What `git rev-parse --local-env-vars` lists (any version), and what else steers git or the programs that it
// runs.
constexpr std::array kRepositoryVariables{
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_CONFIG",
    "GIT_CONFIG_PARAMETERS",
    "GIT_CONFIG_COUNT",
    "GIT_OBJECT_DIRECTORY",
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_GRAFT_FILE",
    "GIT_INDEX_FILE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_REPLACE_REF_BASE",
    "GIT_PREFIX",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_ATTR_SOURCE",
    "GIT_LITERAL_PATHSPECS",
    "GIT_GLOB_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_ICASE_PATHSPECS",
    "GIT_EXTERNAL_DIFF",
    "GIT_DIFF_OPTS",
    "GIT_OPTIONAL_LOCKS",
    "GIT_QUARANTINE_PATH",
    "BASH_ENV",
    "LC_ALL",
    "LANGUAGE",
};
constexpr std::array kUserConfigVariables{"GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM"};

// How long git waits for a ref's lock that somebody else holds.
constexpr const char* kRefLockTimeout = "core.filesRefLockTimeout=5000";
constexpr const char* kPackedRefsTimeout = "core.packedRefsTimeout=5000";

template <std::size_t N>
bool is_one_of(std::string_view name, const std::array<const char*, N>& names) {
  return std::any_of(names.begin(), names.end(), [&](const char* known) { return name == known; });
}

// Where the user's own configuration lies is the user's word, not a repository's: it stays.
bool is_dropped(std::string_view name) {
  if (is_one_of(name, kUserConfigVariables)) return false;
  return is_one_of(name, kRepositoryVariables) || name.starts_with("GIT_CONFIG") ||
         name.starts_with("GIT_SSH") || name.starts_with("LD_");
}

// For a call in the user's name: `git -c` and the user's programs stay, but not the choice of the repository.
bool is_dropped_for_user(std::string_view name, bool repository_given) {
  if (name == "LC_ALL" || name == "LANGUAGE") return true;
  if (!repository_given) return false;
  return is_one_of(name, kRepositoryVariables) && !name.starts_with("GIT_CONFIG") && name != "BASH_ENV";
}

// What the call says to git by its environment.
os::Environment settings_of(const CommandOptions& options) {
  os::Environment env{"LC_ALL=C", "GIT_OPTIONAL_LOCKS=0"};
  const auto set = [&](const char* name, const std::string& value) {
    if (!value.empty()) env.push_back(fmt::format("{}={}", name, value));
  };
  if (!options.user_context) {
    // Replacement objects and grafts would show git another history than the one that is landed.
    env.emplace_back("GIT_NO_REPLACE_OBJECTS=1");
    env.emplace_back("GIT_GRAFT_FILE=/dev/null");
    env.emplace_back("GIT_TERMINAL_PROMPT=0");
  }
  set("GIT_DIR", options.git_dir);
  set("GIT_WORK_TREE", options.work_tree);
  set("GIT_INDEX_FILE", options.index_file);
  env.insert(env.end(), options.environment.begin(), options.environment.end());
  return env;
}

bool is_among(const os::Environment& variables, std::string_view name) {
  return std::any_of(variables.begin(), variables.end(),
                     [&](const std::string& variable) { return os::variable_name(variable) == name; });
}

os::Environment environment_for(const CommandOptions& options) {
  os::Environment env;
  for (auto& variable : os::current_environment()) {
    const auto name = os::variable_name(variable);
    const bool dropped =
        options.user_context ? is_dropped_for_user(name, !options.git_dir.empty()) : is_dropped(name);
    if (!dropped && !is_among(options.environment, name)) env.push_back(std::move(variable));
  }
  const auto settings = settings_of(options);
  env.insert(env.end(), settings.begin(), settings.end());
  return env;
}

std::vector<std::string> argv_for(const std::vector<std::string>& args, const CommandOptions& options) {
  std::vector<std::string> argv{"git"};
  const auto configure = [&](std::initializer_list<const char*> settings) {
    for (const char* setting : settings) {
      argv.emplace_back("-c");
      argv.emplace_back(setting);
    }
  };
  configure({"gc.auto=0", "maintenance.auto=false"});
  if (!options.user_context) {
    configure({"core.hooksPath=/dev/null", "core.fsmonitor=false", "safe.bareRepository=explicit",
               "submodule.recurse=false", "advice.graftFileDeprecated=false", kRefLockTimeout,
               kPackedRefsTimeout});
  }
  argv.insert(argv.end(), args.begin(), args.end());
  return argv;
}

// "2.39.5" or "2.46.0.rc1" as {2, 39}; {0, 0} when it is no version.
std::pair<int, int> major_minor(std::string_view version) {
  const auto parts = split(version, '.');
  std::pair<int, int> numbers{0, 0};
  if (parts.size() < 2) return numbers;
  const auto read = [](const std::string& text, int& number) {
    std::from_chars(text.data(), text.data() + text.size(), number);
  };
  read(parts[0], numbers.first);
  read(parts[1], numbers.second);
  return numbers;
}

Result<void> check_version() {
  constexpr std::string_view kPrefix = "git version ";
  CommandOptions options;
  options.cwd = "/";
  auto finished = run_git({"version"}, options);
  if (!finished) return std::move(finished).error().hint("install git 2.38 or newer");
  std::string_view text = trim(finished->out);
  if (text.starts_with(kPrefix)) text.remove_prefix(kPrefix.size());
  if (major_minor(text) >= std::pair(2, 38)) return {};
  return Error(fmt::format("git {} is too old", display_text(text))).hint("install git 2.38 or newer");
}

}  // namespace

Result<os::Finished> run_git(const std::vector<std::string>& args, const CommandOptions& options) {
  os::Command command;
  command.argv = argv_for(args, options);
  command.cwd = options.cwd.empty() ? "/" : options.cwd;
  command.env = environment_for(options);
  command.input = options.input;
  return os::run(command);
}

std::string git_command_line(const std::vector<std::string>& args, const CommandOptions& options) {
  std::string line;
  for (const auto& setting : settings_of(options)) {
    const auto value = setting.find('=') + 1;
    line += setting.substr(0, value) + shell_quote(setting.substr(value)) + " ";
  }
  std::vector<std::string> words;
  for (const auto& arg : argv_for(args, options)) words.push_back(shell_quote(arg));
  return line + join(words, " ");
}

Result<std::string> git_output(const std::vector<std::string>& args, const CommandOptions& options) {
  PAR_ASSIGN(os::Finished finished, run_git(args, options));
  if (finished.exit_code == 0) return std::move(finished.out);
  return command_failed(args.empty() ? "" : args.front(), finished);
}

Error command_failed(const std::string& verb, const os::Finished& finished) {
  Error error(fmt::format("git {} failed", verb));
  for (const auto& line : split_terminated(finished.err, '\n'))
    if (!trim(line).empty()) error.causes.push_back(display_text(line));
  if (error.causes.empty()) error.causes.push_back(fmt::format("exit code {}", finished.exit_code));
  return error;
}

CommandOptions in_repository(const Repository& repository) {
  CommandOptions options;
  options.git_dir = repository.git_dir;
  return options;
}

Result<void> require_git() {
  static std::once_flag once;
  static Result<void> result;
  std::call_once(once, [] { result = check_version(); });
  return result;
}

}  // namespace par::git
