// What an agent's or a validation's command sees of our environment: an allow-list and the user's
// par.agentEnv. Never git's local variables, GIT_CONFIG*, GIT_SSH*, LD_* or BASH_ENV, even when asked for.
#pragma once

#include <string>
#include <vector>

#include "os/process.h"

namespace par::app {

// From `ours` ("NAME=value"): PATH without what git puts in front of it, HOME, USER, LOGNAME, SHELL, LANG,
// LANGUAGE, LC_*, TZ, TMPDIR, XDG_{CONFIG,DATA,CACHE,STATE}_HOME, and the names in `allowed` (a trailing '*'
// stands for any rest); TERM is "dumb", since output goes to a log. Sorted.
[[nodiscard]] os::Environment allowed_environment(const os::Environment& ours,
                                                  const std::vector<std::string>& allowed);

}  // namespace par::app
