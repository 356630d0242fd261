// What `.gitpar.toml` and the user's git config say, as values. Owns defaults; config/ reads and checks them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/enum_names.h"
#include "base/ids.h"

namespace par::core {

using Seconds = std::int64_t;

// No number of agents, or of items in a batch, is above it.
inline constexpr int kMostAtOnce = 1000;

enum class Strategy { merge, squash, rebase, single };
enum class ReportKind { exit, tap, junit };
enum class When { both, agent, integration };
enum class OnOverlap { serialise, refuse };
enum class Severity { blocker, critical, major, minor, info };

struct ValidationSpec {
  std::string name;
  std::string run;                       // a shell command; {report} is the file it writes its report to
  ReportKind report = ReportKind::exit;  // how failing names are read
  std::vector<std::string> inputs;       // patterns of what the result depends on; empty: the whole tree
  Seconds timeout = 600;
  int reruns = 1;  // a red counts only when it is red again
  When when = When::both;
  bool clean = false;  // nothing that git ignores is there when it starts

  bool operator==(const ValidationSpec&) const = default;
};

struct Item {
  ItemId id;
  std::string title;
  std::vector<RepoPath> files;
  Severity severity = Severity::major;
  std::string category;
  Seconds estimate = 0;  // 0: not known
  std::vector<ItemId> after;
  AgentName agent;  // pinned to this agent; empty: free

  bool operator==(const Item&) const = default;
};

// One rule of an ordered list, as CODEOWNERS files have them: of a section's rules that match a path the last
// one decides. What the sections grant is added up.
struct OwnershipRule {
  std::string pattern;    // dialect of core/glob.h
  bool grants = true;     // false: whoever the path belongs to, it is not this agent
  bool it_alone = false;  // a literal last segment does not stand for what is below it
  int section = 0;

  bool operator==(const OwnershipRule&) const = default;
};

// Failures of an agent's command that another attempt would only repeat.
struct PermanentErrors {
  std::vector<int> codes;          // exit codes
  std::vector<std::string> texts;  // searched for, as they stand, in the end of the attempt's output

  bool operator==(const PermanentErrors&) const = default;
};

struct AgentSpec {
  AgentName name;
  std::vector<std::string> owns;     // patterns, dialect of core/glob.h
  std::vector<OwnershipRule> rules;  // owned besides `owns`
  std::vector<std::string> forbids;  // subtracted from both
  std::vector<AgentName> after;      // their work must be in the candidate first
  std::string run;  // a shell command with placeholders, or the name of a preset (core/presets.h)
  std::string prompt;
  std::vector<std::string> validate;    // shell commands checked for this agent's branch too
  std::vector<std::string> categories;  // items it may take; empty: any
  int count = 1;                        // more: a pool, whose items are divided among so many workers
  AgentName pool;                       // of a pool's worker: the agent whose items it has a part of
  Seconds timeout = 7200;
  Seconds idle_timeout = 0;  // without a sign of life; 0: none
  Seconds estimate = 0;
  int batch = 0;    // its command is run once for so many of its items at a time; 0: once for all
  int retries = 0;  // how often it starts again by itself after an attempt that failed
  PermanentErrors permanent;

  bool operator==(const AgentSpec&) const = default;
};

struct Policy {
  int jobs = 4;
  double min_speedup = 1.5;
  Seconds min_sequential = 300;
  double max_failure_rate = 0.10;
  bool canary = false;
  OnOverlap on_overlap = OnOverlap::serialise;
  std::vector<std::string> shared;
  int retries = 0;                 // of agents that say nothing of it
  double budget = 0;               // US dollars that a run's agents may cost; 0: no limit
  std::int64_t budget_tokens = 0;  // the same in tokens

  bool operator==(const Policy&) const = default;
};

// What an agent's worktree gets besides the files of its commit.
struct WorktreeSpec {
  std::vector<std::string> copy;  // paths that git ignores, from the main worktree
  std::string setup;              // a shell command, run in it before the agent

  bool operator==(const WorktreeSpec&) const = default;
};

struct Config {
  std::string target;  // branch name; empty: the branch that is checked out
  Strategy strategy = Strategy::merge;
  std::string worktrees = "../{repo}.par/{run}/{agent}";
  WorktreeSpec worktree;
  bool owners_from_codeowners = false;  // agents without `owns` work once for each owner of CODEOWNERS
  Policy policy;
  std::vector<ValidationSpec> validations;
  std::vector<AgentSpec> agents;  // in the file's order
  std::vector<Item> items;

  bool operator==(const Config&) const = default;
};

// Validations of a run at once, at most.
inline constexpr int kMostValidations = 64;

// How the forge merges a pull request when it may.
enum class PullMerge { none, merge, squash, rebase };

// The user's own settings (git config `par.*`), which the repository cannot set.
struct UserSettings {
  int jobs = 0;                        // par.jobs: a cap; 0: not set
  int validations = 0;                 // par.validations: trees validated at once; 0: not set
  std::vector<std::string> agent_env;  // par.agentEnv: further variables that agents may see
  std::int64_t log_limit = 64 << 20;   // par.logLimit: bytes kept of one agent's output
  std::string toolchain;               // par.toolchain: a shell command that prints what validations run with
  PullMerge pr_merge = PullMerge::none;  // par.prMerge
};

}  // namespace par::core

namespace par {
template <>
inline constexpr std::array<std::string_view, 4> enum_names<core::Strategy>{"merge", "squash", "rebase",
                                                                            "single"};
template <>
inline constexpr std::array<std::string_view, 3> enum_names<core::ReportKind>{"exit", "tap", "junit"};
template <>
inline constexpr std::array<std::string_view, 3> enum_names<core::When>{"both", "agent", "integration"};
template <>
inline constexpr std::array<std::string_view, 2> enum_names<core::OnOverlap>{"serialise", "refuse"};
template <>
inline constexpr std::array<std::string_view, 4> enum_names<core::PullMerge>{"none", "merge", "squash",
                                                                             "rebase"};
template <>
inline constexpr std::array<std::string_view, 5> enum_names<core::Severity>{"blocker", "critical", "major",
                                                                            "minor", "info"};
}  // namespace par
