#include "core/search_verdicts.h"

#include <algorithm>

namespace par::core::search {
namespace {

bool is_lost(Stage stage) {
  return stage == Stage::rejected || stage == Stage::held || stage == Stage::parked ||
         stage == Stage::withdrawn;
}

void hold_dependents(const Search& search, std::vector<Action>& actions) {
  search.open.each([&](BranchIndex branch) {
    for (const auto before : search.branches[branch].branch.after)
      if (is_lost(search.branches[before].stage)) {
        actions.emplace_back(Hold{branch, before});
        return;
      }
  });
}

// The largest green set that adds to what has landed.
void land(const View& view, bool known_before, std::vector<Action>& actions) {
  for (const auto* green : view.greens()) {
    const auto trial = view.search().facts.at(*green).trial;
    if ((trial == kNoTrial) != known_before) continue;
    if (green->size() <= view.landed().size() || !view.landed().is_within(*green)) continue;
    actions.emplace_back(Land{trial, *green});
    return;
  }
}

// What was tried of the branch alone on top of exactly what has landed.
const Fact* exact_fact(const View& view, BranchIndex branch) {
  const auto found = view.search().facts.find(view.landed() | BranchSet{branch});
  return found == view.search().facts.end() ? nullptr : &found->second;
}

void judge_alone(const View& view, std::vector<Action>& actions) {
  BranchSet judged;
  for (const auto& residue : view.residues()) {
    if (residue.branches.size() != 1 || residue.branches.meets(judged)) continue;
    const BranchIndex branch = residue.branches.first();
    if (residue.fact->is_confirmed(view.options()) && view.reds_grow()) {
      judged.insert(branch);
      actions.emplace_back(Condemn{branch});
    } else if (residue.fact->cannot_run(view.options())) {
      judged.insert(branch);
      actions.emplace_back(Park{branch});
    }
  }
  if (view.reds_grow()) return;
  (view.open() - judged).each([&](BranchIndex branch) {
    const Fact* fact = exact_fact(view, branch);
    if (fact != nullptr && fact->is_confirmed(view.options())) actions.emplace_back(Condemn{branch});
  });
}

// A smaller set says for certain what this one will be. While a red may be a flake, a larger green would show
// it.
bool is_foregone(const View& view, const BranchSet& whole) {
  if (!view.reds_grow()) return false;
  return std::any_of(view.residues().begin(), view.residues().end(), [&](const Residue& residue) {
    return residue.whole->size() < whole.size() && residue.whole->is_within(whole) &&
           (residue.fact->is_confirmed(view.options()) || residue.fact->cannot_run(view.options()));
  });
}

bool holds_condemned(const Search& search, const BranchSet& set) {
  bool found = false;
  set.each([&](BranchIndex branch) { found |= search.branches[branch].stage == Stage::condemned; });
  return found;
}

}  // namespace

std::vector<Action> verdicts(const View& view) {
  std::vector<Action> actions;
  const Search& search = view.search();
  if (search.errors_in_a_row >= search.options.max_errors && search.running() == 0) {
    search.open.each([&](BranchIndex branch) { actions.emplace_back(Park{branch}); });
    return actions;
  }
  hold_dependents(search, actions);
  if (actions.empty()) land(view, false, actions);
  if (actions.empty()) judge_alone(view, actions);
  return actions;
}

std::vector<Action> last_landing(const View& view) {
  std::vector<Action> actions;
  land(view, true, actions);
  return actions;
}

std::vector<Action> needless_trials(const View& view) {
  std::vector<Action> actions;
  const Search& search = view.search();
  const BranchSet usable = view.landed() | search.open;
  for (std::size_t id = 0; id < search.trials.size(); ++id) {
    const TrialState& trial = search.trials[id];
    if (!trial.is_running) continue;
    const bool of_use = trial.explains
                            ? holds_condemned(search, trial.branches)
                            : !trial.branches.is_within(view.landed()) && trial.branches.is_within(usable) &&
                                  !is_foregone(view, trial.branches);
    if (trial.base != search.base || !of_use) actions.emplace_back(StopTrial{id});
  }
  return actions;
}

std::vector<BranchSet> repetitions(const View& view) {
  std::vector<BranchSet> sets;
  for (const auto& residue : view.residues()) {
    if (residue.branches.size() != 1 || !residue.fact->is_red()) continue;
    if (residue.fact->cannot_run(view.options())) continue;
    if (!residue.fact->is_confirmed(view.options()))
      sets.push_back(*residue.whole);
    else if (!view.is_known(view.landed() | residue.branches))
      sets.push_back(view.landed() | residue.branches);
  }
  if (view.reds_grow()) return sets;
  view.open().each([&](BranchIndex branch) {
    const Fact* fact = exact_fact(view, branch);
    if (fact != nullptr && fact->is_red() && !fact->is_confirmed(view.options()) &&
        !fact->cannot_run(view.options()))
      sets.push_back(view.landed() | BranchSet{branch});
  });
  return sets;
}

}  // namespace par::core::search
