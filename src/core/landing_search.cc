#include "core/landing_search.h"

#include <algorithm>

#include "base/check.h"

namespace par::core::search {
namespace {

void leave(Search& search, BranchIndex branch, Stage stage) {
  search.branches.at(branch).stage = stage;
  search.open.erase(branch);
  search.untried.erase(branch);
  search.suspects.erase(branch);
  search.trials_without_progress = 0;
}

void open_again(Search& search, BranchIndex branch) {
  search.branches.at(branch).stage = Stage::open;
  search.landed.erase(branch);
  search.open.insert(branch);
}

// Nothing is known but that the base, with what has landed on it, is what all compare with.
void forget(Search& search) {
  search.facts.clear();
  search.facts[search.landed].is_green = true;
  search.compatible.assign(search.branches.size(), search.landed);
  search.untried = search.open;
  search.suspects = {};
}

void learn_green(Search& search, const BranchSet& set) {
  set.each([&](BranchIndex branch) { search.compatible[branch] |= set; });
}

// The likeliest of each test's branches that took part, and was not named yet.
void learn_names(Search& search, const BranchSet& set, const TrialEnded& e) {
  const BranchSet present = set & search.open;
  for (const auto branch : e.suspects)
    if (present.contains(branch)) search.suspects.insert(branch);
  if (!search.options.ranking) return;
  for (const auto& test : e.tests)
    for (const auto branch : search.options.ranking(test))
      if (present.contains(branch)) {
        search.suspects.insert(branch);
        break;
      }
}

struct ApplyEvent {
  Search& search;

  void operator()(const BranchArrived& e) const {
    const BranchIndex branch = search.branches.size();
    for (const auto before : e.branch.after) check(before < branch, "a branch comes after an unknown one");
    search.branches.push_back({e.branch, Stage::open});
    search.compatible.emplace_back();
    search.open.insert(branch);
    search.untried.insert(branch);
    if (!e.branch.green_alone || !e.branch.after.empty()) return;
    search.facts[{branch}].is_green = true;
    search.compatible[branch].insert(branch);
  }
  void operator()(const BranchWithdrawn& e) const {
    const Stage stage = search.branches.at(e.branch).stage;
    if (stage != Stage::open && stage != Stage::condemned) return;
    if (search.landing && search.landing->contains(e.branch)) return;
    leave(search, e.branch, Stage::withdrawn);
  }
  void operator()(const BranchRaised& e) const { search.branches.at(e.branch).branch.priority = e.priority; }
  void operator()(const TrialEnded& e) const {
    TrialState& trial = search.trials.at(e.trial);
    trial.is_running = false;
    if (trial.base != search.base) return;
    Fact& fact = search.facts[trial.branches];
    const bool says = e.outcome != Outcome::error && e.outcome != Outcome::skip;
    if (says) {
      search.errors_in_a_row = 0;
      fact.trial = e.trial;
    } else if (!trial.explains) {
      ++search.errors_in_a_row;
    }
    switch (e.outcome) {
      case Outcome::green:
        fact.is_green = true;
        learn_green(search, trial.branches);
        break;
      case Outcome::conflict:
        fact.is_conflict = true;
        [[fallthrough]];
      case Outcome::red:
        ++fact.reds;
        fact.tests = e.tests;
        learn_names(search, trial.branches, e);
        break;
      case Outcome::error:
        ++fact.errors;
        break;
      case Outcome::skip:
        fact.is_skipped = true;
        break;
    }
  }
  void operator()(const SetLanded&) const {
    check(search.landing.has_value(), "a set landed that nobody landed");
    const BranchSet arrived = *search.landing - search.landed;
    arrived.each([&](BranchIndex branch) { leave(search, branch, Stage::landed); });
    search.landed = *search.landing;
    search.landing.reset();
  }
  void operator()(const BaseMoved& e) const {
    ++search.base;
    search.landing.reset();
    for (const auto branch : e.lost)
      if (search.landed.contains(branch)) open_again(search, branch);
    for (BranchIndex branch = 0; branch < search.branches.size(); ++branch)
      if (search.branches[branch].stage == Stage::condemned) open_again(search, branch);
    forget(search);
    search.trials_without_progress = 0;
  }
};

struct ApplyAction {
  Search& search;

  void operator()(const StartTrial& a) const {
    check(a.trial == search.trials.size(), "trials are numbered in their order");
    search.trials.push_back({a.branches, search.base, a.explains, true});
    search.untried -= a.branches;
    if (!a.explains) ++search.trials_without_progress;
  }
  void operator()(const StopTrial& a) const { search.trials.at(a.trial).is_running = false; }
  void operator()(const Land& a) const { search.landing = a.branches; }
  void operator()(const Condemn& a) const { leave(search, a.branch, Stage::condemned); }
  void operator()(const Reject& a) const { leave(search, a.branch, Stage::rejected); }
  void operator()(const Hold& a) const { leave(search, a.branch, Stage::held); }
  void operator()(const Park& a) const { leave(search, a.branch, Stage::parked); }
};

}  // namespace

Search::Search(Options with) : options(std::move(with)) {
  check(options.slots > 0, "a search needs a slot");
  facts[{}].is_green = true;
}

std::size_t Search::running() const {
  return static_cast<std::size_t>(
      std::count_if(trials.begin(), trials.end(), [](const auto& trial) { return trial.is_running; }));
}

bool Search::is_settled() const {
  return open.empty() && !landing && running() == 0 &&
         std::none_of(branches.begin(), branches.end(),
                      [](const auto& branch) { return branch.stage == Stage::condemned; });
}

void apply_event(Search& search, const Event& event) { std::visit(ApplyEvent{search}, event); }

void apply_action(Search& search, const Action& action) { std::visit(ApplyAction{search}, action); }

}  // namespace par::core::search
