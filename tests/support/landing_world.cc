#include "support/landing_world.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <stdexcept>
#include <string>
#include <utility>

namespace par::test {

using core::BranchIndex;
using core::BranchSet;
using namespace core::search;  // NOLINT(google-build-using-namespace): its words are the subject here

LandingWorld LandingWorld::like_simulator(std::size_t branches, std::size_t count, Faults faults,
                                          PythonRandom& random) {
  LandingWorld world;
  world.branches = branches;
  if (faults == Faults::alone) {
    for (const auto branch : random.sample(branches, std::min(count, branches))) world.bad.insert(branch);
    return world;
  }
  while (world.together.size() < count) {
    const auto ends = random.sample(branches, 2);
    const BranchSet pair{ends[0], ends[1]};
    if (std::find(world.together.begin(), world.together.end(), pair) == world.together.end())
      world.together.push_back(pair);
  }
  return world;
}

bool LandingWorld::is_green(const BranchSet& set) const {
  return !set.meets(bad) && std::none_of(together.begin(), together.end(),
                                         [&](const BranchSet& some) { return some.is_within(set); });
}

BranchSet LandingWorld::named(const BranchSet& set, double hit, PythonRandom& random) const {
  std::vector<BranchIndex> culprits = (set & bad).members();
  for (const auto& some : together)
    if (some.is_within(set)) culprits.push_back(some.members().back());
  BranchSet names;
  for (const auto culprit : culprits)
    if (random.random() < hit) names.insert(culprit);
  const auto present = set.members();
  std::size_t innocent = 0;
  double share = std::exp(-1.0);
  double sum = share;
  for (const double drawn = random.random(); drawn > sum && innocent < 9;) {
    ++innocent;
    share /= static_cast<double>(innocent);
    sum += share;
  }
  for (const auto at : random.sample(present.size(), std::min(innocent, present.size())))
    names.insert(present[at]);
  return names;
}

Search search_of(const LandingWorld& world, Options options, bool green_alone) {
  Search search(std::move(options));
  for (BranchIndex branch = 0; branch < world.branches; ++branch) {
    Branch arrived;
    arrived.name = "b" + std::to_string(branch);
    arrived.green_alone = green_alone;
    apply_event(search, BranchArrived{arrived});
  }
  return search;
}

LandingCost land_in_rounds(Search& search, const TrialOracle& oracle) {
  LandingCost cost;
  std::vector<std::size_t> running;
  const auto act = [&] {
    for (auto actions = next_actions(search); !actions.empty(); actions = next_actions(search))
      for (const auto& action : actions) {
        apply_action(search, action);
        if (const auto* start = std::get_if<StartTrial>(&action)) {
          running.push_back(start->trial);
          ++cost.runs;
        } else if (std::holds_alternative<Land>(action)) {
          apply_event(search, SetLanded{});
          cost.rounds_to_land = cost.rounds;
        }
      }
  };
  for (act(); !running.empty(); act()) {
    ++cost.rounds;
    for (const auto trial : std::exchange(running, {})) {
      if (!search.trials[trial].is_running) continue;
      TrialEnded ended = oracle(search.trials[trial].branches);
      ended.trial = trial;
      apply_event(search, ended);
    }
  }
  if (!search.is_settled()) throw std::logic_error("a search came to rest before it was done");
  return cost;
}

RollingCost land_rolling(Search& search, const std::vector<double>& arrivals, const TrialOracle& oracle) {
  RollingCost cost;
  std::deque<std::pair<double, std::size_t>> running;  // by when they end
  double now = 0;
  double decided = 0;
  std::size_t next = 0;
  while (next < arrivals.size() || !running.empty()) {
    if (running.empty() || (next < arrivals.size() && arrivals[next] <= running.front().first)) {
      now = arrivals[next++];
      apply_event(search, BranchArrived{});
    } else {
      const auto [end, trial] = running.front();
      running.pop_front();
      now = end;
      if (search.trials[trial].is_running) {
        TrialEnded ended = oracle(search.trials[trial].branches);
        ended.trial = trial;
        apply_event(search, ended);
      }
      // What ends at the same time is known before anything is decided.
      if (!running.empty() && running.front().first <= now) continue;
    }
    for (auto actions = next_actions(search); !actions.empty(); actions = next_actions(search))
      for (const auto& action : actions) {
        apply_action(search, action);
        if (const auto* start = std::get_if<StartTrial>(&action)) {
          running.emplace_back(now + 1, start->trial);
          ++cost.runs;
        } else if (!std::holds_alternative<StopTrial>(action)) {
          decided = now;
        }
        if (std::holds_alternative<Land>(action)) apply_event(search, SetLanded{});
      }
  }
  if (!search.is_settled()) throw std::logic_error("a search came to rest before it was done");
  cost.tail = decided - arrivals.back();
  return cost;
}

}  // namespace par::test
