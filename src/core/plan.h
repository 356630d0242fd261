// A plan: who works on what, in which phase, and why. A value, immutable once made and named by its content.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/folding.h"
#include "base/result.h"
#include "core/codeowners_index.h"
#include "core/companions.h"
#include "core/config.h"
#include "core/division.h"
#include "core/earlier_work.h"
#include "core/ownership.h"

namespace par::core {

enum class Mode { parallel, sequential };
enum class OverlapKind { file, new_file };
enum class Resolution { serialised, refused };

// A path that two agents could both change, and what the plan does about it.
struct Overlap {
  AgentName a;
  AgentName b;
  RepoPath witness;
  OverlapKind kind = OverlapKind::file;
  Resolution resolution = Resolution::serialised;

  bool operator==(const Overlap&) const = default;
};

// Two branches, or a branch and the target, that git cannot merge: in plans of existing branches.
struct BranchConflict {
  AgentName a;
  AgentName b;
  std::vector<RepoPath> paths;

  bool operator==(const BranchConflict&) const = default;
};

struct Decision {
  Mode mode = Mode::parallel;
  double sequential_s = 0;
  double parallel_s = 0;
  double speedup = 1;
  double efficiency = 0;  // (sequential - parallel) / sequential
  std::vector<std::string> reasons;

  bool operator==(const Decision&) const = default;
};

// A branch that exists, as it was when the plan was made. The agent that stands for it runs nothing: its work
// is done.
struct ExistingBranch {
  RefName ref;     // empty: there is none, the run makes the agent's branch
  ObjectId start;  // its work is start..tip; empty: no single commit begins it (it shares commits with others
                   // of the plan, or crossed with the target), so it is merged as `git merge` does;
                   // so is every branch once the target has gone on
  ObjectId tip;

  bool operator==(const ExistingBranch&) const = default;
};

struct PlannedAgent {
  AgentSpec spec;
  int phase = 1;  // from 1
  std::vector<Item> items;
  std::vector<std::string> validations;  // names of the plan's validations that check this agent's branch
  std::int64_t file_count = 0;           // existing paths it owns
  ExistingBranch branch = {};

  bool operator==(const PlannedAgent&) const = default;
};

struct Plan {
  PlanId id;  // not part of the text it is computed from
  ObjectId base;
  RefName target;
  Strategy strategy = Strategy::merge;
  std::string worktrees;
  WorktreeSpec worktree;
  int jobs = 4;                    // agents at once, unless the decision is against it
  double max_failure_rate = 0.10;  // above it a run goes on in sequence
  bool canary = false;             // one agent alone first
  double budget = 0;               // US dollars that a run's agents may cost; 0: no limit
  std::int64_t budget_tokens = 0;  // the same in tokens
  bool ignore_case = false;
  bool precompose = false;
  std::vector<ValidationSpec> validations;  // of the file, then one per command of an agent's `validate`
  std::vector<PlannedAgent> agents;         // by phase, then by the file's order
  int phases = 0;
  Decision decision;
  std::vector<Overlap> overlaps;
  std::vector<ItemId> unowned_items;
  std::int64_t finished_items = 0;  // of the request's, left out because earlier runs finished them
  std::int64_t unowned_paths = 0;
  std::vector<BranchConflict> conflicts;  // of existing branches
  std::vector<Prediction> predictions;    // by item id
  std::vector<RepoPath> hot;  // files that keep pools from being balanced: to be offered as `shared`

  [[nodiscard]] const PlannedAgent* find(const AgentName& name) const;
  [[nodiscard]] Folding folding() const { return {ignore_case, precompose}; }
  bool operator==(const Plan&) const = default;
};

// What it takes to see where a run stands. Items, patterns, overlaps and predictions may be very many, so
// they are not in it.
struct PlanHead {
  Plan plan;  // id, base, target, worktrees, phases; of each agent its name and phase; no other member is set
  std::vector<std::int64_t> item_counts;  // by agent

  bool operator==(const PlanHead&) const = default;
};

[[nodiscard]] PlanHead head_of(const Plan& plan);

// The agent that a run with a canary begins with: of the first phase, the one with the least estimate, or the
// first when none has one. Precondition: there are agents.
[[nodiscard]] AgentName canary_of(const Plan& plan);

struct PlanRequest {
  ObjectId base;
  RefName target;
  Config config;
  std::vector<RepoPath> paths;  // every path of the base's tree
  bool ignore_case = false;     // core.ignoreCase
  bool precompose = false;      // core.precomposeUnicode
  int jobs_cap = 0;             // par.jobs or -j; 0: none
  bool force_parallel = false;
  // Divide the work among so many workers of the only agent, or of nobody in particular when there is none
  // (they may then change every path); 0: as each agent's `count` says.
  int members = 0;
  By by = By::automatic;                                       // how pools are divided
  std::function<std::string(std::string_view path)> owner_of;  // for By::owner
  // Sorted by item. A pool's items that are predicted to meet in a file stay together, and their worker owns
  // that file too, where only the pool owns it, it is not shared, it does not make a worker's part too heavy,
  // and items that share a file stay together anyway. Never a reason for an error.
  std::vector<Prediction> predictions;
  // Their items are not planned again, as long as they ask for the same work, and count as done for what is
  // `after` them; an agent that did such items and has no others now is left out too. The order does not
  // matter.
  std::vector<FinishedItem> finished;
  // Agents and pools that had items in earlier plans. One that has none now is left out, if it is a pool or
  // others have items; a pool that never had any is an error.
  std::set<AgentName> had_items;
  EarlierTimes earlier;  // estimates of items, and of agents without items, where none is given
  // An agent without `owns` and rules stands for one agent per owner of these; without such an agent the
  // owners themselves are agents, which can be planned but have no command.
  std::optional<std::vector<CodeownersAgent>> owners;

  [[nodiscard]] Folding folding() const { return {ignore_case, precompose}; }
};

// Pure, deterministic, independent of the order of `paths`. Overlaps are decided over the existing paths and,
// for pairs that share none, over all paths that could exist (core/common_path.h says how exact that is). The
// file's order of agents matters where nothing else decides: the earlier of two that overlap goes first,
// unless other orders already say otherwise; of the agents that own all its files, an item goes to the one
// with the least work so far, the heaviest items first; a pool's items are divided as core/division.h says.
// The order of the items does not matter. Errors: no agents, a pool without items, a pattern that cannot be
// read, an agent or item listed twice, an unknown name in `after` or `agent`, a cycle of agents or items
// (printed), an overlap that no `after` orders under on_overlap = "refuse" (refused, with the witness), more
// than a million overlaps, a path with too many segments for a pool (core/glob.h), nothing left to do
// (refused), something left that comes after finished work which has not landed (refused). Cost: paths and
// patterns added up for ownership (core/pattern_index.h), pairs of agents whose patterns may meet for
// overlaps (core/common_path.h).
[[nodiscard]] Result<Plan> make_plan(PlanRequest request);

// What overlaps among agents as they are, before any order: once per pair, in the agents' order. `ownerships`
// by agent.
[[nodiscard]] Result<std::vector<Overlap>> find_overlaps(const std::vector<AgentSpec>& agents,
                                                         const std::vector<Ownership>& ownerships,
                                                         const std::vector<RepoPath>& paths);

}  // namespace par::core

namespace par {
template <>
inline constexpr std::array<std::string_view, 2> enum_names<core::Mode>{"parallel", "sequential"};
template <>
inline constexpr std::array<std::string_view, 2> enum_names<core::OverlapKind>{"file", "new-file"};
template <>
inline constexpr std::array<std::string_view, 2> enum_names<core::Resolution>{"serialised", "refused"};
}  // namespace par
