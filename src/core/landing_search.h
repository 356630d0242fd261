// Which sets of branches are tried next, until each branch has landed or it is known why it cannot: the pure
// planner of landings. Owns what is known of the branches of one target; knows nothing of trees, commands or
// processes. The caller performs the actions and reports events:
//
//   apply_event(search, event);
//   while (true) {
//     const auto actions = next_actions(search);
//     if (actions.empty()) break;
//     for (const auto& action : actions) { apply_action(search, action); /* and perform it */ }
//   }
//
// Recording both events and actions is enough to replay a search. Both loops are deterministic.
//
// A trial is one run of the validations of base + a set of branches; its key is the base and the set, and no
// key is tried again but to confirm a red (`reruns`) or after an error (`error_tries`). The target only ever
// moves to a set whose trial was green. A branch is rejected when a confirmed red set without it has landed.
// What a red or green says of other sets is used to skip trials and to reject; a red set of which a superset
// was green says nothing of others any more.
//
// A decision takes O(t^2 * n / 64 + s * n^2 / 64) for n branches, t sets tried on this base and s slots: the
// first to see which reds a green contradicts, the second to choose.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/branch_set.h"

namespace par::core::search {

// The branches that a failing test may be due to, the likeliest first; empty: unknown.
using SuspectRanking = std::function<std::vector<BranchIndex>(const std::string& test)>;

struct Options {
  std::size_t slots = 1;        // trials at the same time, at least 1
  bool eager = false;           // idle slots cost nothing: the union is tried together with nested cuts of it
  int reruns = 0;               // how many more reds a red needs before it counts
  int error_tries = 2;          // how often a trial that could not run is tried in all
  std::size_t max_errors = 16;  // after so many errors and nothing else, all branches are parked
  bool explain = true;          // trials are spent on the minimal partners of a branch that tests reject
  SuspectRanking ranking;       // empty: names of tests are not used
};

enum class Stage { open, landed, condemned, rejected, held, parked, withdrawn };

struct Branch {
  std::string name;
  std::vector<BranchIndex> after;     // these must have landed, or land together with it
  BranchSet upon;                     // it began on these: its partners are not looked for without them
  std::vector<BranchIndex> overlaps;  // known to touch the same files: likelier to break together
  bool green_alone = false;           // validated on the base, alone
  int priority = 0;                   // the higher, the earlier; then in the order of arrival
};

struct BranchState {
  Branch branch;
  Stage stage = Stage::open;
};

enum class Outcome {
  green,
  red,
  conflict,  // the set does not merge: red without a doubt
  error,     // could not run, or the job was lost: neither red nor green
  skip,      // says that it cannot be validated: like an error, but not tried again
};

// ---- events

struct BranchArrived {
  Branch branch;  // becomes the next number, from 0 on
};
// It has not landed: a branch that has, or that is in a set about to land, stays.
struct BranchWithdrawn {
  BranchIndex branch = 0;
};
struct BranchRaised {
  BranchIndex branch = 0;
  int priority = 0;
};
struct TrialEnded {
  std::size_t trial = 0;
  Outcome outcome = Outcome::green;
  std::vector<std::string> tests;          // the new failures of a red one, as far as they are known
  std::vector<BranchIndex> suspects = {};  // that it is likely due to, besides those of the ranking
};
// The set of the last `Land` is now what the target holds.
struct SetLanded {};
// The target was moved by someone else; a landing that was under way has failed. What is known of sets is
// void. `lost`: landed branches that the new base does not hold; they are open again.
struct BaseMoved {
  std::vector<BranchIndex> lost;
};
using Event = std::variant<BranchArrived, BranchWithdrawn, BranchRaised, TrialEnded, SetLanded, BaseMoved>;

// ---- actions

inline constexpr std::size_t kNoTrial = static_cast<std::size_t>(-1);

struct StartTrial {
  std::size_t trial = 0;  // counted from 0 on
  BranchSet branches;     // on the base; holds what has landed since, but for trials that explain
  bool explains = false;  // looks for the partners of a condemned branch
};
// Its result is known or no longer of use. If it ends all the same, its result counts.
struct StopTrial {
  std::size_t trial = 0;
};
struct Land {
  std::size_t trial = 0;  // the green one; kNoTrial: it was known to be green before
  BranchSet branches;     // the target then holds exactly these on the base
};
// Will be rejected: it cannot land. Its partners are looked for; so this is not told to the user.
struct Condemn {
  BranchIndex branch = 0;
};
struct Reject {
  BranchIndex branch = 0;
  BranchSet with;                  // red together with these; empty: red alone on the base
  bool is_minimal = false;         // no smaller set of partners is red, as far as reds grow
  std::vector<std::string> tests;  // the new failures of that trial
  std::size_t trial = 0;           // the confirmed red: base + branch + with
};
struct Hold {
  BranchIndex branch = 0;
  BranchIndex because = 0;  // comes `after` this one, which will not land
};
// Could not be validated: neither landed nor rejected.
struct Park {
  BranchIndex branch = 0;
};
using Action = std::variant<StartTrial, StopTrial, Land, Condemn, Reject, Hold, Park>;

// ---- state

struct TrialState {
  BranchSet branches;
  std::size_t base = 0;  // how often the base had moved
  bool explains = false;
  bool is_running = true;
};

// What the trials of one set on this base have said.
struct Fact {
  std::size_t trial = kNoTrial;  // the last one that said it; kNoTrial: it was known before
  bool is_green = false;
  bool is_skipped = false;
  bool is_conflict = false;
  int reds = 0;
  int errors = 0;
  std::vector<std::string> tests;

  [[nodiscard]] bool is_red() const { return !is_green && (reds > 0 || is_conflict); }
  [[nodiscard]] bool is_confirmed(const Options& options) const {
    return is_red() && (is_conflict || reds > options.reruns);
  }
  [[nodiscard]] bool cannot_run(const Options& options) const {
    return !is_green && !is_confirmed(options) && (is_skipped || errors >= options.error_tries);
  }
};

struct Search {
  explicit Search(Options with = {});

  Options options;
  std::vector<BranchState> branches;
  std::vector<TrialState> trials;
  BranchSet landed;
  BranchSet open;
  BranchSet untried;   // open, and not in any trial on this base
  BranchSet suspects;  // named by the ranking, or with a result
  std::optional<BranchSet> landing;
  std::size_t base = 0;
  std::map<BranchSet, Fact> facts;    // on this base
  std::vector<BranchSet> compatible;  // by branch: those that were green together with it, on this base
  std::size_t errors_in_a_row = 0;
  std::size_t trials_without_progress = 0;

  [[nodiscard]] std::size_t running() const;
  [[nodiscard]] bool is_settled() const;  // no branch is open or condemned, and nothing runs
};

void apply_event(Search& search, const Event& event);
void apply_action(Search& search, const Action& action);
[[nodiscard]] std::vector<Action> next_actions(const Search& search);

}  // namespace par::core::search
