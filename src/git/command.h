// Runs the git binary, hardened: what a repository or an agent wrote must not make it run code or look
// elsewhere. Every call: explicit GIT_DIR (and GIT_WORK_TREE where files are touched); no replacement
// objects, no grafts; environment without git's local variables, GIT_CONFIG* (but where the user's own
// configuration lies), GIT_SSH*, LD_*; -c core.hooksPath=/dev/null, core.fsmonitor=false,
// safe.bareRepository=explicit, submodule.recurse=false, advice.graftFileDeprecated=false, gc.auto=0,
// maintenance.auto=false; LC_ALL=C; a cwd that is never an agent's worktree. Only plumbing and porcelain
// formats are read, never message text.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "os/process.h"

namespace par::git {

struct CommandOptions {
  std::string git_dir;     // GIT_DIR; empty: none is set (discovery from cwd)
  std::string work_tree;   // GIT_WORK_TREE
  std::string index_file;  // GIT_INDEX_FILE
  std::string cwd;
  std::string input;
  std::vector<std::string> environment;  // further NAME=value
  bool user_context =
      false;  // keep `git -c` settings (GIT_CONFIG_PARAMETERS) and the user's hooks: config reads, push
};

struct Repository;
[[nodiscard]] CommandOptions in_repository(const Repository& repository);

// Whatever the exit code.
[[nodiscard]] Result<os::Finished> run_git(const std::vector<std::string>& args,
                                           const CommandOptions& options);
// The same call as a line for /bin/sh, to be run without any of git's own variables in the environment.
[[nodiscard]] std::string git_command_line(const std::vector<std::string>& args,
                                           const CommandOptions& options);
// stdout; a non-zero exit is an Error "git <verb> failed" with git's own stderr as causes.
[[nodiscard]] Result<std::string> git_output(const std::vector<std::string>& args,
                                             const CommandOptions& options);

// The Error of a git command that ended with a failure: "git <verb> failed", git's own stderr as causes.
[[nodiscard]] Error command_failed(const std::string& verb, const os::Finished& finished);

// "2.39.5" -> at least 2.38, checked once; an Error with a hint for an older git or none.
[[nodiscard]] Result<void> require_git();

}  // namespace par::git
