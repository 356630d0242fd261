// The agent CLIs that `run = "<name>"` stands for, one row each: how one is started without a terminal, what
// it prints, and which of its failures no further attempt mends. Owns the table; starting and judging agents
// is for others. Pure.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "base/enum_names.h"

namespace par::core {

enum class OutputFormat { text, json_lines };
enum class SelfCommits { yes, no, unknown };

// Where the CLI's documentation, or its output, says what it used: members of a JSON line of its output, as
// JSON pointers; empty: it does not say.
struct UsageFields {
  std::string_view line;  // the line's "type"
  bool each = false;      // there is one for every step: they add up; otherwise the last one counts
  std::string_view cost;  // in US dollars
  std::array<std::string_view, 5> tokens;  // they add up; cached ones are among them
};

struct Preset {
  std::string_view name;      // and that of its program
  std::string_view command;   // as `run` takes it: a shell command with placeholders
  std::string_view approval;  // what in the command keeps it from asking; empty: it never asks
  OutputFormat output = OutputFormat::text;
  UsageFields usage;
  SelfCommits commits = SelfCommits::unknown;         // whether it can commit in a linked worktree
  std::string_view variables;                         // that it may need, for par.agentEnv
  std::span<const int> permanent_codes;               // exit codes that no further attempt mends
  std::span<const std::string_view> permanent_texts;  // the same of what a failed one has printed
  std::string_view verified;                          // the version that was really run; empty: none was
};

// By name.
[[nodiscard]] std::span<const Preset> presets();
// The one that an agent's `run` names; nullptr: it is a shell command. Only the name alone is a preset: with
// an argument or a path it is the program of that name.
[[nodiscard]] const Preset* find_preset(std::string_view run);
// The shell command, with placeholders, that an agent's `run` stands for.
[[nodiscard]] std::string_view command_of(std::string_view run);

}  // namespace par::core

namespace par {
template <>
inline constexpr std::array<std::string_view, 2> enum_names<core::OutputFormat>{"text", "JSON lines"};
template <>
inline constexpr std::array<std::string_view, 3> enum_names<core::SelfCommits>{"yes", "no", "unknown"};
}  // namespace par
