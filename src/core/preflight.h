// The checklist before a run: facts that app/ has gathered about a plan and the world around it, judged.
// Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/enum_names.h"
#include "base/folding.h"
#include "base/result.h"
#include "core/config.h"
#include "core/validation.h"

namespace par::core {

// `error`: as things stand, the run or its landing would be refused or fail.
enum class CheckResult { ok, warning, error };

struct PreflightCheck {
  std::string
      name;  // "target", "upstream", "patterns", "items", "disk", "commands", "validation", "leftovers"
  CheckResult result = CheckResult::ok;
  std::string detail;                 // what is so
  std::string hint;                   // what to do; empty: nothing
  std::vector<std::string> subjects;  // all that it is about: patterns, items, agents, validations, runs

  bool operator==(const PreflightCheck&) const = default;
};

// The branch that the target follows, as far as it is known here.
struct UpstreamFacts {
  std::string name;
  bool exists = true;
  std::int64_t ahead = 0;   // commits of the target that it has not
  std::int64_t behind = 0;  // its commits that the target has not
};

struct DiskFacts {
  std::int64_t worktrees = 0;       // that a run makes
  std::int64_t worktree_bytes = 0;  // of each
  std::int64_t free_bytes = 0;      // where they will be
};

// An agent and a pattern of its `owns`, or the first word of its `run`.
struct AgentWord {
  AgentName agent;
  std::string word;  // empty: it has no command

  bool operator==(const AgentWord&) const = default;
};

struct RecordedValidation {
  std::string name;
  std::optional<ValidationResult> result;  // nullopt: not known for the base
};

// A run that still has something here, or whose record cannot be read.
struct LeftRun {
  RunId run;
  bool is_over = false;  // it landed or failed
  std::int64_t worktrees = 0;
  std::string damage;  // why its record cannot be read; empty: it can
};

struct PreflightFacts {
  std::string target;
  ObjectId base;         // empty: there is no such branch, and nothing below is known
  std::string obstacle;  // why the target could not be moved now; empty: it could
  std::optional<UpstreamFacts> upstream;
  std::vector<AgentWord> unmatched;  // patterns that match no path
  std::int64_t item_count = 0;
  std::vector<ItemId> unowned_items;
  DiskFacts disk;
  std::vector<AgentWord> missing_commands;
  std::vector<RecordedValidation> validations;
  std::vector<LeftRun> left_runs;
  std::string in_the_way;  // of the next run; empty: nothing
  std::string in_the_way_hint;
};

// One check of each kind, in a fixed order; of a target that does not exist, only that.
[[nodiscard]] std::vector<PreflightCheck> evaluate_preflight(const PreflightFacts& facts);

// Patterns in the agents' `owns` that own none of the paths, in the agents' order. Errors: a pattern that
// cannot be read. Near-linear in paths and patterns.
[[nodiscard]] Result<std::vector<AgentWord>> unmatched_patterns(const std::vector<AgentSpec>& agents,
                                                                const std::vector<RepoPath>& paths,
                                                                Folding folding);

// The program that a shell command starts first, behind assignments of variables; nullopt where only a shell
// could tell (expansions, placeholders, subshells).
[[nodiscard]] std::optional<std::string> first_command_word(std::string_view command);

}  // namespace par::core

namespace par {
template <>
inline constexpr std::array<std::string_view, 3> enum_names<core::CheckResult>{"ok", "warning", "error"};
}  // namespace par
