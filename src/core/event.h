// What happened in a run, in order: the journal's content and the only input of the machines.
// An event is recorded durably before its effect (`...ing`: the intent, with everything that was decided) or
// after it (the result). Replaying a run's events gives its state; nothing else does.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/exit_kind.h"
#include "core/landing_search.h"
#include "core/plan.h"
#include "core/validation.h"

namespace par::core {

// A commit of a branch, replayed onto the candidate.
struct ReplayedCommit {
  ObjectId source;
  ObjectId commit;  // holds it, all before it and the candidate; below the step's commit
  ObjectId tree;    // that commit's tree

  bool operator==(const ReplayedCommit&) const = default;
};

// One accepted branch within a candidate.
struct Step {
  AgentName agent;
  ObjectId start;  // the commit its branch started from: start..tip is its work
  ObjectId tip;
  ObjectId commit;                            // the candidate that holds it and all before it
  ObjectId tree;                              // that commit's tree
  std::vector<ReplayedCommit> replayed = {};  // under the strategy rebase, oldest first; the last has `tree`

  bool operator==(const Step&) const = default;
};

enum class RejectKind { failed, no_change, outside_ownership, off_branch, conflict, red };
enum class RunEnd { ready, failed, cleaned };
enum class RetryCause {
  lost,    // nobody saw how its command ended
  failed,  // it has retries left
  asked,   // by the user
};

// What makes a run fall back, or at least say something.
enum class Trigger {
  failure_rate,  // more attempts failed than max_failure_rate allows
  crash,         // an agent's command was killed or lost
  red_batch,     // branches fail together
  outside_ownership,
  conflict,  // a branch does not merge onto the candidate
  speedup,   // the plan gains too little by working in parallel
  budget,    // more than 80 % of it is spent
  claims,    // an agent keeps finding what it may claim held by others
  overlap,   // the plan's ownership is not disjoint: its phases keep agents apart
};

// ---- the run
struct RunStarted {
  PlanId plan;
  ObjectId base;
  ObjectId tree;                   // of `base`
  AgentName canary = AgentName();  // works alone until it is in the candidate; empty: nobody does
};
struct RunPrepared {};  // refs/par/<run>/{base,candidate} exist
// A branch that exists, as it was found; `start` as in ExistingBranch.
struct TakenBranch {
  AgentName agent;
  RefName ref;
  ObjectId start;
  ObjectId tip;
  std::vector<std::string> files = {};  // changed since it left the target
  int commits = 0;                      // beyond the run's base
};
struct BranchesTaken {
  std::vector<TakenBranch> branches;
};  // their agents are finished; refs/par/<run>/branch/<agent> keeps each tip
struct AgentAssigned {
  AgentName agent;
  int attempt = 1;
  ObjectId start;
};  // intent: worktree and branch at `start`
struct WorktreeAdded {
  AgentName agent;
  int attempt = 1;
  std::string path;
};  // intent: its files are checked out, and what was asked for is set up
struct WorktreeReady {
  AgentName agent;
  int attempt = 1;
  std::string path;
};
struct AgentStarting {
  AgentName agent;
  int attempt = 1;
};  // intent: its command runs
struct AgentExited {
  AgentName agent;
  int attempt = 1;
  ExitKind how = ExitKind::exited;
  int code = 0;
  double seconds = 0;
  double cost = 0;          // in US dollars, as far as its CLI says (core/presets.h)
  std::int64_t tokens = 0;  // that it read and wrote, likewise
};
struct AgentCollected {
  AgentName agent;
  int attempt = 1;
  ObjectId tip;
  std::vector<std::string> files;
  int commits = 0;
};
struct AgentRejected {
  AgentName agent;
  int attempt = 1;
  RejectKind kind = RejectKind::failed;
  std::string reason;
  std::vector<std::string> tests;  // new failures
  std::vector<AgentName> with;     // what it breaks with, as far as known
  std::string log;
};
struct AgentHeld {
  AgentName agent;
  std::string reason;
};  // its `after` cannot be met
struct AgentParked {
  AgentName agent;
  std::string reason;
};  // its branch could not be validated; nothing is wrong with it
struct AgentRetried {
  AgentName agent;
  int attempt = 2;
  RetryCause cause = RetryCause::lost;
  RejectKind kind = RejectKind::failed;  // of a failed attempt: what it would have been rejected for, ...
  std::string reason;
  std::vector<std::string> tests;
  std::string log;
  Millis not_before = 0;  // ... and the wall-clock time before which the next one does not start
};                        // back to waiting, from the start
struct RunResumed {
  bool no_canary = false;  // whatever became of the canary
};  // by the user: stopped agents start again, parked ones queue up again, what could not run may run now
struct FellBack {
  Trigger trigger = Trigger::failure_rate;
  bool sequence = false;  // from now on one agent at a time; false: only said
  std::string reason;
};
struct RunFinished {
  RunEnd end = RunEnd::ready;
};

// ---- integration: branches onto the candidate
// Which sets of branches are tried, and what follows, is decided by the search (core/landing_search.h); its
// decisions are recorded, so that a replay does not depend on how it decides.
struct Arrival {
  AgentName agent;
  std::vector<AgentName> after;  // its branch gets in only with these
};
struct BranchesArrived {
  std::vector<Arrival> branches;
};  // finished branches take part in the search from now on
struct PlannedTrial {
  int trial = 0;                  // counted from 0 on, anew when the base moves
  std::vector<AgentName> agents;  // whose branches are tried together on the base
  bool explains = false;          // only to see with whom a branch breaks
  bool on_candidate = false;      // so is what is in; false: as far as it is among `agents`
};
struct TrialsPlanned {
  std::vector<PlannedTrial> trials;
};                   // intent: they are merged and validated
struct TrialBuilt {  // its branches are merged, but not yet validated
  ObjectId onto;     // the base, or a commit of an earlier trial
  std::vector<Step> steps;
  AgentName conflict;              // the branch that did not merge; empty: all merged
  std::vector<std::string> paths;  // where
  int trial = -1;                  // -1: of an earlier version, the steps onto the candidate
  ObjectId source = ObjectId();    // the commit of its that could not be replayed; empty: it is merged whole
  bool outside = false;            // it does merge, but that commit changes `paths`, which it does not own
};
struct TrialValidated {
  ObjectId tree;
  std::vector<ValidationResult> results;
};
struct TrialJudged {
  int trial = 0;
  search::Outcome outcome = search::Outcome::green;
  std::vector<std::string> tests;   // red: the new failures; error: the validations that could not run
  std::vector<AgentName> suspects;  // whom it is likely due to, as far as that can be told
};
struct TrialStopped {
  int trial = 0;
};  // what comes of it is of no use any more
struct BranchCondemned {
  AgentName agent;
};                     // it cannot get in; with whom it breaks is looked for before it is rejected
struct TrialSplit {};  // of an earlier version: a red union, whose branches were then tried one by one
struct Accepting {
  ObjectId from;
  ObjectId to;
};  // intent: the candidate moves
struct Accepted {
  ObjectId to;
};

// ---- landing
struct LandRequested {
  RefName target;
  Strategy strategy = Strategy::merge;
  bool push = false;  // what lands goes on to the remote
};
struct Rebased {
  ObjectId base;
  ObjectId tree;
  bool holds_run_base = true;  // false: the run began on commits that the target does not have
};                             // the target moved: all accepted branches queue up again on it
struct LandingBuilt {
  ObjectId from;
  ObjectId to;
  ObjectId tree;                    // of `to`
  ObjectId from_tree = ObjectId();  // of `from`
};                                  // intent: the target moves; a revert is validated first
struct Landed {
  ObjectId to;
};
struct LandingLost {};  // the target was not at `from` any more
struct LandingRefused {
  std::string reason;
  std::vector<std::string> tests = {};  // new failures, of a revert
  std::string log = {};
};  // e.g. the target's worktree is dirty; nothing was touched
struct RolledBack {
  std::vector<AgentName> agents;
  std::string reason;
};  // the others queue up again
// After the landing: start..tip is merged onto the target, validated, and lands as LandingBuilt and Landed
// say.
struct RevertRequested {
  std::vector<AgentName> agents;   // whose work goes, in the plan's order
  ObjectId start;                  // what the run has on the target ...
  ObjectId tip;                    // ... and the same without them
  std::vector<ObjectId> commits;   // that brought it: theirs under squash and rebase, else the landing's
  ObjectId expected = ObjectId();  // the target's tip that there is evidence of; empty: whatever it is
};

using EventBody =
    std::variant<RunStarted, RunPrepared, AgentAssigned, WorktreeAdded, WorktreeReady, AgentStarting,
                 AgentExited, AgentCollected, AgentRejected, AgentHeld, AgentParked, AgentRetried, RunResumed,
                 RunFinished, TrialBuilt, TrialValidated, TrialSplit, Accepting, Accepted, LandRequested,
                 Rebased, LandingBuilt, Landed, LandingLost, LandingRefused, RolledBack, FellBack,
                 BranchesArrived, TrialsPlanned, TrialJudged, TrialStopped, BranchCondemned, RevertRequested,
                 BranchesTaken>;

struct Event {
  Millis at = 0;  // wall clock
  EventBody body;
};

// "AgentExited", ...: the name in the journal, in traces and of crash points.
[[nodiscard]] std::string_view kind_of(const EventBody& body);

}  // namespace par::core

namespace par {
template <>
inline constexpr std::array<std::string_view, 6> enum_names<core::RejectKind>{
    "failed", "no-change", "outside-ownership", "off-branch", "conflict", "red"};
template <>
inline constexpr std::array<std::string_view, 3> enum_names<core::RunEnd>{"ready", "failed", "cleaned"};
template <>
inline constexpr std::array<std::string_view, 3> enum_names<core::RetryCause>{"lost", "failed", "asked"};
template <>
inline constexpr std::array<std::string_view, 5> enum_names<core::search::Outcome>{"green", "red", "conflict",
                                                                                   "error", "skip"};
template <>
inline constexpr std::array<std::string_view, 9> enum_names<core::Trigger>{
    "failure-rate", "crash",  "red-batch", "outside-ownership", "conflict", "speedup",
    "budget",       "claims", "overlap"};
}  // namespace par
