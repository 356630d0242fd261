#include "app/environment.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace par::app {
namespace {

// Nothing that is another one in each terminal or session: validation results are kept by the environment.
constexpr std::array<std::string_view, 13> kAllowed{
    "HOME", "USER",   "LOGNAME",         "SHELL",         "LANG",           "LANGUAGE",      "LC_*",
    "TZ",   "TMPDIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"};
// GIT_* as a whole: everything git reads from the environment can point it elsewhere or make it run
// something.
constexpr std::array<std::string_view, 4> kNever{"GIT_*", "LD_*", "BASH_ENV", "ENV"};

bool name_matches(std::string_view pattern, std::string_view name) {
  if (pattern.ends_with('*')) return name.starts_with(pattern.substr(0, pattern.size() - 1));
  return name == pattern;
}

template <class Patterns>
bool matches_any(const Patterns& patterns, std::string_view name) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const auto& p) { return name_matches(p, name); });
}

// git puts its own directory in front of PATH for `git par`, and not for `git-par`.
std::string without_exec_path(const std::string& entry, const std::string& exec_path) {
  const std::string added = "PATH=" + exec_path + ":";
  return !exec_path.empty() && entry.starts_with(added) ? "PATH=" + entry.substr(added.size()) : entry;
}

}  // namespace

os::Environment allowed_environment(const os::Environment& ours, const std::vector<std::string>& allowed) {
  std::string exec_path;
  for (const auto& entry : ours)
    if (entry.starts_with("GIT_EXEC_PATH=")) exec_path = entry.substr(entry.find('=') + 1);
  os::Environment kept{"TERM=dumb"};
  for (const auto& entry : ours) {
    const auto name = os::variable_name(entry);
    if (matches_any(kNever, name)) continue;
    if (name == "PATH")
      kept.push_back(without_exec_path(entry, exec_path));
    else if (matches_any(kAllowed, name) || matches_any(allowed, name))
      kept.push_back(entry);
  }
  std::sort(kept.begin(), kept.end());
  return kept;
}

}  // namespace par::app
