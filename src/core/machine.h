// The two machines of a run, pure: what an event changes, and what to do next.
//
// run_machine.cc moves agents from `waiting` to a finished branch; landing_machine.cc and its parts take
// finished branches into the candidate, the candidate to the target, and what landed off it again. Both
// follow one scheme: a decision is
// recorded as an event before its effect; while the state says that an effect is due, `next_step` names it;
// its result is recorded as an event. Every effect is idempotent or a compare-and-swap, so after a crash the
// same step is simply taken again.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/state.h"

namespace par::core {

// ---- steps that are taken at once
struct Record {
  EventBody body;
};  // a decision, nothing but the event
struct PrepareRun {
  ObjectId base;
};  // -> RunPrepared
struct TakeBranches {
  std::vector<TakenBranch> branches;
};  // -> BranchesTaken
struct AddWorktree {
  AgentName agent;
  int attempt = 1;
  ObjectId start;
};  // -> WorktreeAdded
// An attempt failed; it is rejected for this unless another one is worth it (core/retry.h).
struct Refuse {
  AgentRejected why;
};  // -> AgentRejected | AgentRetried
struct Collect {
  AgentName agent;
  int attempt = 1;
  ObjectId start;
};  // -> AgentCollected | AgentRejected | AgentRetried
struct BuildTrial {
  int trial = 0;
  ObjectId onto;
  std::vector<BranchRef> branches;
  Strategy strategy = Strategy::merge;
};  // -> TrialBuilt
struct MoveCandidate {
  ObjectId from;
  ObjectId to;
};  // -> Accepted
// Reads the target: still at `expected` -> LandingBuilt with the commits of `steps`; moved -> Rebased.
struct BuildLanding {
  RefName target;
  ObjectId expected;
  std::vector<Step> steps;
};
// Merges what takes landed work out onto the target as it is.
struct BuildRevert {
  RefName target;
  BranchRef branch;   // of one of those whose work it is
  ObjectId expected;  // as in RevertRequested
};                    // -> LandingBuilt | LandingRefused
struct MoveTarget {
  RefName target;
  ObjectId from;
  ObjectId to;
};  // -> Landed | LandingLost | LandingRefused

using Action = std::variant<Record, PrepareRun, TakeBranches, AddWorktree, Refuse, Collect, BuildTrial,
                            MoveCandidate, BuildLanding, BuildRevert, MoveTarget>;

// ---- things that must be under way until their event comes
struct AwaitWorktree {
  AgentName agent;
  int attempt = 1;
};  // -> WorktreeReady | AgentRejected | AgentExited
struct AwaitAgent {
  AgentName agent;
  int attempt = 1;
};  // -> AgentExited
struct AwaitValidation {
  ObjectId commit;
  ObjectId tree;
  std::vector<std::string> names;
};  // -> TrialValidated

struct Limits {
  int jobs = 4;           // agents at once
  bool draining = false;  // start nothing new
  Millis now = 0;         // wall clock
};

struct Next {
  std::optional<Action> action;  // take it, record its event, ask again
  std::vector<AwaitWorktree> worktrees;
  std::vector<AwaitAgent> agents;
  std::vector<AwaitValidation> validations;  // the most wanted first
  std::optional<Millis> wake;                // wall clock: ask again then, an agent may start again

  // Nothing to do and nothing to wait for.
  [[nodiscard]] bool idle() const {
    return !action && worktrees.empty() && agents.empty() && validations.empty() && !wake;
  }
};

// Total: an event that does not fit the state is a bug of ours (BugFound), never ignored.
void apply_event(RunState& state, const Event& event);

// What to do in this state. Deterministic; O(agents).
[[nodiscard]] Next next_step(const Plan& plan, const RunState& state, const Limits& limits);

// The parts, each in its own file.
void apply_run_event(RunState& state, const Event& event);
void apply_landing_event(RunState& state, const Event& event);
[[nodiscard]] Next next_agent_step(const Plan& plan, const RunState& state, const Limits& limits);
[[nodiscard]] Next next_landing_step(const Plan& plan, const RunState& state);
void apply_fallback_event(RunState& state, const Event& event);
[[nodiscard]] std::optional<FellBack> next_fallback(const Plan& plan, const RunState& state,
                                                    const Limits& limits);
// The agent's branch does not queue up any more, and takes no part in the search: it was rejected, held,
// parked, or withdrawn for another attempt.
void leave_queue(Integration& integration, const AgentName& agent, search::Stage as);

// The validations that what a landed run has on the target has to pass without these agents, sorted: the
// file's, and those of the agents whose work stays.
[[nodiscard]] std::vector<std::string> validations_without(const Plan& plan, const RunState& state,
                                                           const std::vector<AgentName>& out);

// Why the agent cannot go on: something it comes after is not in the candidate and, at present, not on its
// way there. Empty: it can.
[[nodiscard]] std::string hold_reason(const RunState& state, const AgentSpec& spec);
// The run landed, failed or was cleaned, and no revert is under way: nothing is left to do.
[[nodiscard]] bool is_over(const RunState& state);
// The candidate is on its way to the target, or what landed on its way off it. A run of agents that was asked
// to land when it began is not landing before it has ended.
[[nodiscard]] bool is_landing(const Plan& plan, const RunState& state);
// True when the agent needs nothing more for the run to end.
[[nodiscard]] bool is_settled(Stage stage);
// The number of the agent's next attempt: the present one when it has not begun.
[[nodiscard]] int next_attempt_of(const AgentState& agent);
// The canary will not get into the candidate unless somebody does something: nobody else starts.
[[nodiscard]] bool canary_failed(const RunState& state);
// It takes one of the places of agents at once: its worktree is made, or its command runs.
[[nodiscard]] bool is_active(Stage stage);
// Its work is in the candidate, or with it on the target.
[[nodiscard]] bool is_accepted(Stage stage);
// The accepted steps can land as the plan's strategy wants it: each tree that would be on the target's
// first-parent history has passed.
[[nodiscard]] bool fits_strategy(const Plan& plan, const RunState& state);
// The agents that come `after` any of `names`, directly or not, in plan order.
[[nodiscard]] std::vector<AgentName> dependents_of(const Plan& plan, const std::vector<AgentName>& names);

}  // namespace par::core
