#include "app/environment.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace par::app {
namespace {

constexpr std::array<std::string_view, 13> kAllowed{"PATH",   "HOME",     "USER",   "LOGNAME", "SHELL",
                                                    "LANG",   "LANGUAGE", "LC_*",   "TERM",    "TZ",
                                                    "TMPDIR", "XDG_*",    "COLUMNS"};
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

}  // namespace

os::Environment allowed_environment(const os::Environment& ours, const std::vector<std::string>& allowed) {
  os::Environment kept;
  for (const auto& entry : ours) {
    const std::string_view name = std::string_view(entry).substr(0, entry.find('='));
    if (matches_any(kNever, name)) continue;
    if (matches_any(kAllowed, name) || matches_any(allowed, name)) kept.push_back(entry);
  }
  std::sort(kept.begin(), kept.end());
  return kept;
}

}  // namespace par::app
