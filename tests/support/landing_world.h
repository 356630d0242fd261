// Worlds in which some branches are bad alone and some break together, and a landing in such a world with
// trials that all take one round: an oracle for the search.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "core/landing_search.h"
#include "support/python_random.h"

namespace par::test {

enum class Faults { alone, pairs };

struct LandingWorld {
  std::size_t branches = 0;
  core::BranchSet bad;
  std::vector<core::BranchSet> together;  // each is red as a whole

  // The world that queue_sim.py makes with random.Random(seed); `random` goes on behind it.
  static LandingWorld like_simulator(std::size_t branches, std::size_t count, Faults faults,
                                     PythonRandom& random);

  [[nodiscard]] bool is_green(const core::BranchSet& set) const;
  // What a red set's failing tests name, each with a likelihood of `hit`: the branch that is bad, or the last
  // one of those that break together; and a Poisson number of innocent ones, one in the mean.
  [[nodiscard]] core::BranchSet named(const core::BranchSet& set, double hit, PythonRandom& random) const;
};

struct LandingCost {
  std::size_t rounds = 0;
  std::size_t runs = 0;
  std::size_t rounds_to_land = 0;  // until the last branch has landed
};

// What a trial of a set says.
using TrialOracle = std::function<core::search::TrialEnded(const core::BranchSet& set)>;

// Performs all actions until nothing is left to do.
LandingCost land_in_rounds(core::search::Search& search, const TrialOracle& oracle);

struct RollingCost {
  double tail = 0;  // from the last arrival until all is decided, in trials' times
  std::size_t runs = 0;
};

// Performs all actions; each trial takes 1, and branch n arrives at arrivals[n], ascending.
RollingCost land_rolling(core::search::Search& search, const std::vector<double>& arrivals,
                         const TrialOracle& oracle);

// A search with the branches of the world.
core::search::Search search_of(const LandingWorld& world, core::search::Options options, bool green_alone);

}  // namespace par::test
