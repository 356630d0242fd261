// Reads `.gitpar.toml` into core::Config. Every error names file, line and what to do; unknown keys are
// errors with a suggestion; keys only the user may set (trust, sandbox, agent_env) are ignored with a
// warning.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "core/config.h"

namespace par::config {

// A prompt that stands in a file of the same commit.
struct PromptFile {
  std::size_t agent = 0;  // of the configuration's agents
  RepoPath path;
  std::string where;  // for messages: "main:.gitpar.toml:12: 'prompt_file' in [agent.errors]"
};

struct Parsed {
  core::Config config;
  std::vector<std::string> warnings;
  std::vector<PromptFile> prompt_files;  // these agents have no prompt yet
};

// `name`: how the file is called in messages ("main:.gitpar.toml").
[[nodiscard]] Result<Parsed> parse_config(std::string_view text, const std::string& name);

// "90", "90s", "5m", "2h", "1h30m" -> seconds.
[[nodiscard]] Result<core::Seconds> parse_duration(std::string_view text);

// The user's own settings from git config entries ("par.jobs", "4"), as git/repository gives
// them. Unknown par.* keys are left alone (newer versions have more).
[[nodiscard]] Result<core::UserSettings> parse_user_settings(
    const std::vector<std::pair<std::string, std::string>>& entries);

}  // namespace par::config
