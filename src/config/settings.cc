// Values that are written as text: durations, and the user's settings in git config.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "base/strings.h"
#include "config/config_file.h"

namespace par::config {
namespace {

constexpr core::Seconds kLongest = 366LL * 24 * 3600;
constexpr std::int64_t kLeastLog = 4 << 10;
constexpr std::int64_t kMostLog = 1LL << 40;

Error bad_duration(std::string_view text) {
  return Error(fmt::format("'{}' is not a duration", display_text(text)))
      .hint("write it as \"90s\", \"5m\", \"2h\" or \"1h30m\", a year at most");
}

// Takes the digits at the start of `rest`; nullopt when there are none or too many.
std::optional<std::int64_t> take_number(std::string_view& rest) {
  std::int64_t number = 0;
  const auto* end = rest.data() + rest.size();
  const auto [stop, error] = std::from_chars(rest.data(), end, number);
  if (error != std::errc() || rest.front() == '-') return std::nullopt;
  rest.remove_prefix(static_cast<std::size_t>(stop - rest.data()));
  return number;
}

Error bad_setting(std::string_view key, std::string_view value, std::string_view example) {
  return Error(fmt::format("bad value '{}' for '{}' in git config", display_text(value), key))
      .hint(fmt::format("for example: git config {} {}", key, example));
}

// From 1 to `most`.
Result<int> parse_count(std::string_view key, std::string_view value, int most) {
  auto rest = trim(value);
  const auto number = take_number(rest);
  if (!number || !rest.empty() || *number < 1 || *number > most) return bad_setting(key, value, "4");
  return static_cast<int>(*number);
}

// Bytes, with git's suffixes k, m and g.
Result<std::int64_t> parse_log_limit(std::string_view value) {
  const auto bad = [&] { return bad_setting("par.logLimit", value, "64m"); };
  auto rest = trim(value);
  const auto number = take_number(rest);
  if (!number) return bad();
  static constexpr std::string_view kSuffixes = "kmg";
  std::int64_t bytes = *number;
  if (rest.size() == 1) {
    const auto at = kSuffixes.find(ascii_lowered(std::string(rest)));
    if (at == std::string_view::npos) return bad();
    const auto unit = std::int64_t{1} << (10 * (at + 1));
    if (bytes > kMostLog / unit) return bad();
    bytes *= unit;
  } else if (!rest.empty()) {
    return bad();
  }
  if (bytes < kLeastLog || bytes > kMostLog) return bad();
  return bytes;
}

// A variable's name, or the start of one with '*' for the rest.
bool is_variable(std::string_view name) {
  if (name.ends_with('*')) name.remove_suffix(1);
  return !name.empty() && !(name.front() >= '0' && name.front() <= '9') &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
         });
}

// Names between spaces or commas. As with git's own lists, an empty value forgets the ones before it.
Result<void> add_variables(std::string_view value, std::vector<std::string>& names) {
  if (trim(value).empty()) names.clear();
  auto text = std::string(value);
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == ',' || c == '\t' || c == '\n'; }, ' ');
  for (const auto& name : split(text, ' ')) {
    if (name.empty()) continue;
    if (!is_variable(name)) return bad_setting("par.agentEnv", value, "ANTHROPIC_API_KEY");
    names.push_back(name);
  }
  return {};
}

// How the files of an agent's worktree come to be there: one way so far (core::Workspace::fill_command).
Result<void> check_worktree_backend(std::string_view value) {
  if (value == "checkout") return {};
  return Error(fmt::format("bad value '{}' for 'par.worktreeBackend' in git config", display_text(value)))
      .hint(
          "the one back end there is, 'checkout', is used where nothing is set: "
          "git config --unset par.worktreeBackend");
}

}  // namespace

Result<core::Seconds> parse_duration(std::string_view text) {
  static constexpr std::string_view kUnits = "hms";
  auto rest = text;
  core::Seconds total = 0;
  std::size_t next_unit = 0;
  bool first = true;
  do {
    const auto number = take_number(rest);
    if (!number || *number > kLongest) return bad_duration(text);
    if (rest.empty() && !first) return bad_duration(text);  // "1h30": of what
    const auto unit = rest.empty() ? kUnits.find('s') : kUnits.find(rest.front(), next_unit);
    if (unit == std::string_view::npos) return bad_duration(text);
    if (!rest.empty()) rest.remove_prefix(1);
    total += *number * (unit == 0 ? 3600 : unit == 1 ? 60 : 1);
    if (total > kLongest) return bad_duration(text);
    next_unit = unit + 1;
    first = false;
  } while (!rest.empty());
  return total;
}

Result<core::UserSettings> parse_user_settings(
    const std::vector<std::pair<std::string, std::string>>& entries) {
  core::UserSettings settings;
  for (const auto& [written, value] : entries) {
    const auto key = ascii_lowered(written);
    if (key == "par.jobs") {
      PAR_ASSIGN(settings.jobs, parse_count("par.jobs", value, core::kMostAtOnce));
    } else if (key == "par.validations") {
      PAR_ASSIGN(settings.validations, parse_count("par.validations", value, core::kMostValidations));
    } else if (key == "par.agentenv") {
      PAR_TRY(add_variables(value, settings.agent_env));
    } else if (key == "par.loglimit") {
      PAR_ASSIGN(settings.log_limit, parse_log_limit(value));
    } else if (key == "par.toolchain") {
      settings.toolchain = trim(value);
    } else if (key == "par.prmerge") {
      const auto merge = parse_enum<core::PullMerge>(value);
      if (!merge) return bad_setting("par.prMerge", value, "squash");
      settings.pr_merge = *merge;
    } else if (key == "par.worktreebackend") {
      PAR_TRY(check_worktree_backend(value));
    }
  }
  return settings;
}

}  // namespace par::config
