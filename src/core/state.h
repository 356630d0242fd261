// The state of a run: a fold over its events. Owns no rules; run_machine and landing_machine do.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/chains.h"
#include "core/event.h"

namespace par::core {

enum class Stage {
  waiting,    // not started: an earlier phase, or no free place
  preparing,  // intent: its worktree is made
  filling,    // intent: its files are checked out, what was asked for is set up
  prepared,   // its worktree stands
  running,    // intent: its command runs
  exited,     // its command ended; its branch is not yet looked at
  queued,     // its branch waits for, or is in, a trial on top of the candidate
  accepted,   // in the candidate
  rejected,
  held,  // something it comes `after` is not in the candidate
  rolled_back,
  landed,
  stopped,  // ended by the user; `resume` starts it again
  parked,   // its branch stands, but a validation could not run; `resume` tries again
};

// Why an attempt that was followed by another one was refused; all empty: there was none.
struct EarlierAttempt {
  std::string reason;
  std::vector<std::string> tests;  // new failures
  std::string log;                 // of what refused it
};

struct AgentState {
  AgentName name;
  int phase = 1;
  Stage stage = Stage::waiting;
  int attempt = 1;
  int losses = 0;    // attempts whose end nobody saw
  int failures = 0;  // attempts that failed and that it followed by itself with another
  EarlierAttempt earlier;
  Millis retried_at = 0;  // wall clock: from here ...
  Millis not_before = 0;  // ... to here it does not start again
  RefName branch;         // that it stands for; empty: the run made its branch
  ObjectId start;         // where its branch began; empty: see ExistingBranch
  ObjectId tip;           // its finished branch
  std::string worktree;
  std::int64_t files = 0;            // changed
  std::vector<std::string> changed;  // these
  int commits = 0;
  ExitKind how = ExitKind::exited;
  int code = 0;
  Millis started_at = 0;  // wall clock; 0: not yet
  Millis ended_at = 0;
  double seconds = 0;  // that its command took
  std::string reason;  // why rejected, held, rolled back
  std::vector<std::string> tests;
  std::vector<AgentName> with;
  std::string log;    // of what refused it
  ObjectId reverted;  // rolled back after it had landed: the commit that took it off the target
};

// A set of branches that was merged on the base.
struct Trial {
  ChainEnd end = 0;                // of the chain of those that merged, in the order in which they were tried
  AgentName conflict;              // the branch that did not; empty: all did
  std::vector<std::string> paths;  // where
  ObjectId source;                 // as in TrialBuilt
  bool outside = false;            // likewise
  std::optional<search::Outcome> outcome;
  std::vector<std::string> tests;  // as in TrialJudged
};

using ResultsByName = std::map<std::string, ValidationResult>;

// The candidate and what queues up for it.
struct Integration {
  ObjectId base;  // what `steps` are built on: the run's base, or where the target moved to
  ObjectId base_tree;
  bool holds_run_base = true;  // `base` is, or comes after, the run's base
  std::vector<Step> steps;
  ChainEnd reached = 0;          // the chain that `steps` are
  Chains chains;                 // all that was merged on `base`
  ObjectId candidate;            // the value of refs/par/<run>/candidate
  std::vector<AgentName> queue;  // finished branches that do not take part in the search yet
  // Which sets of branches are tried next; what lands, in its words, gets into the candidate.
  search::Search planner = search::Search();
  std::vector<BranchRef> branches;                    // by the planner's numbers
  std::unordered_map<AgentName, BranchIndex> latest;  // the last of these of each agent
  std::map<std::size_t, Trial> trials;                // those that were built, by the planner's numbers
  std::optional<Accepting> accepting;
  std::map<ObjectId, ResultsByName> results;  // by tree
  std::string blocked;  // why nothing can be judged: a validation could not run on the base; empty: nothing

  // The commit that holds what is in.
  [[nodiscard]] const ObjectId& head() const { return steps.empty() ? base : steps.back().commit; }
  // What the trial's last step made. Preconditions: it was built, and a branch merged.
  [[nodiscard]] const Step& last_step(std::size_t trial) const { return chains.last(trials.at(trial).end); }
  // The trial that holds more than what is in, and ends at this commit.
  [[nodiscard]] std::optional<std::size_t> trial_to(const ObjectId& commit) const;
};

struct LandingState {
  bool requested = false;  // also of a revert
  RefName target;
  Strategy strategy = Strategy::merge;
  bool push = false;  // it was asked to go on to the remote when it has landed
  std::optional<LandingBuilt> built;
  ObjectId landed;                        // empty: not landed
  std::optional<RevertRequested> revert;  // under way; what it takes out has landed
  int lost = 0;                           // how often the target moved away under us
  std::string refused;
  std::vector<std::string> refused_tests;  // as in LandingRefused
  std::string refused_log;
};

struct RunState {
  RunId id;
  PlanId plan;
  ObjectId base;
  bool prepared = false;
  std::vector<AgentState> agents;                      // in the plan's order
  std::unordered_map<AgentName, std::size_t> numbers;  // of the agents, by name
  Integration integration;
  LandingState landing;
  std::optional<RunEnd> finished;
  AgentName canary;  // works alone until it is in the candidate; empty: nobody does, or not any more
  int failed_attempts = 0;
  double cost = 0;                  // of all attempts, as AgentExited has it
  std::int64_t tokens = 0;          // likewise
  std::vector<FellBack> noticed;    // to be recorded
  std::vector<FellBack> fallbacks;  // each trigger once
  bool in_sequence = false;         // it fell back: one agent at a time
  Millis started_at = 0;
  Millis last_at = 0;

  [[nodiscard]] AgentState* find(const AgentName& name);
  [[nodiscard]] const AgentState* find(const AgentName& name) const;
};

// A run before its first event.
[[nodiscard]] RunState initial_state(const RunId& id, const Plan& plan);

// What the plan says of an agent of the run; nullptr: it has none of that name. In O(1), which Plan::find is
// not. Precondition: the run is of this plan.
[[nodiscard]] const PlannedAgent* find_planned(const Plan& plan, const RunState& state,
                                               const AgentName& name);

}  // namespace par::core

namespace par {
template <>
inline constexpr std::array<std::string_view, 14> enum_names<core::Stage>{
    "waiting",  "preparing", "filling", "prepared",    "running", "exited",  "queued",
    "accepted", "rejected",  "held",    "rolled-back", "landed",  "stopped", "parked"};
}  // namespace par
