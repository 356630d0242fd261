// The order in which a search decides: what follows from what is known, then what to try.
#include <algorithm>

#include "core/search_explain.h"
#include "core/search_round.h"
#include "core/search_verdicts.h"

namespace par::core::search {
namespace {

std::vector<BranchIndex> condemned(const Search& search) {
  std::vector<BranchIndex> branches;
  for (BranchIndex branch = 0; branch < search.branches.size(); ++branch)
    if (search.branches[branch].stage == Stage::condemned) branches.push_back(branch);
  return branches;
}

class Trials {
 public:
  explicit Trials(const View& view)
      : search_(view.search()),
        free_(search_.options.slots - std::min(search_.options.slots, search_.running())) {}

  [[nodiscard]] std::size_t free() const { return free_; }

  void start(const BranchSet& set, bool explains) {
    if (free_ == 0 || is_running(set)) return;
    actions_.emplace_back(StartTrial{search_.trials.size() + actions_.size(), set, explains});
    --free_;
  }
  [[nodiscard]] std::vector<Action> take() { return std::move(actions_); }

 private:
  [[nodiscard]] bool is_running(const BranchSet& set) const {
    const auto same = [&](const TrialState& t) {
      return t.is_running && t.base == search_.base && t.branches == set;
    };
    const auto starts = [&](const Action& a) { return std::get<StartTrial>(a).branches == set; };
    return std::any_of(search_.trials.begin(), search_.trials.end(), same) ||
           std::any_of(actions_.begin(), actions_.end(), starts);
  }

  const Search& search_;
  std::size_t free_;
  std::vector<Action> actions_;
};

// A branch that came while a round is under way is tried at once, on everything that may yet be green.
void try_newcomers(const View& view, Trials& trials) {
  const Search& search = view.search();
  if ((search.untried & view.open()).empty()) return;
  Weights weights(view);
  const Field field = survey(view, weights);
  const BranchSet newcomers = (search.untried & view.open()) - field.doomed - search.suspects;
  if (newcomers.empty()) return;
  BranchSet hopeful = view.landed() | newcomers;
  for (const auto& trial : search.trials)
    if (trial.is_running && !trial.explains && !view.is_hopeless(hopeful | trial.branches))
      hopeful |= trial.branches;
  hopeful = view.landed() | view.closed(hopeful);
  if (!view.is_hopeless(hopeful) && !view.is_known(hopeful)) trials.start(hopeful, false);
}

void try_again_after_errors(const View& view, Trials& trials) {
  const BranchSet usable = view.landed() | view.open();
  for (const auto& [set, fact] : view.search().facts)
    if (fact.errors > 0 && !fact.is_green && !fact.is_red() && !fact.cannot_run(view.options()) &&
        set.is_within(usable) && !set.is_within(view.landed()) && !view.is_hopeless(set))
      trials.start(set, false);
}

}  // namespace

std::vector<Action> next_actions(const Search& search) {
  if (search.landing) return {};
  const View view(search);
  if (auto actions = verdicts(view); !actions.empty()) return actions;
  if (auto actions = needless_trials(view); !actions.empty()) return actions;

  std::vector<Action> rejections;
  std::vector<BranchSet> tries;
  const auto doomed = condemned(search);
  for (const auto branch : doomed) {
    const auto explanation =
        explain(search, branch, std::max<std::size_t>(1, search.options.slots / doomed.size()));
    const Fact& fact = search.facts.at(explanation.red);
    // What a conflict says of its branch is known; the colours of smaller sets would add nothing to that.
    if (search.options.explain && !explanation.tries.empty() && !fact.is_conflict) {
      tries.insert(tries.end(), explanation.tries.begin(), explanation.tries.end());
      continue;
    }
    rejections.emplace_back(
        Reject{branch, explanation.red - BranchSet{branch}, explanation.is_minimal, fact.tests, fact.trial});
  }
  if (!rejections.empty()) return rejections;

  Trials trials(view);
  const bool round_is_open =
      std::any_of(search.trials.begin(), search.trials.end(),
                  [](const TrialState& trial) { return trial.is_running && !trial.explains; });
  if (round_is_open) {
    try_newcomers(view, trials);
  } else {
    for (const auto& set : repetitions(view)) trials.start(set, false);
    try_again_after_errors(view, trials);
    for (const auto& set : plan_round(view, trials.free())) trials.start(set, false);
  }
  for (const auto& set : tries) trials.start(set, true);
  auto actions = trials.take();
  return actions.empty() && search.running() == 0 ? last_landing(view) : actions;
}

}  // namespace par::core::search
