// All that was merged on one base: steps, each on the base or on another step, so that sets of branches that
// begin alike share their steps. Owns the steps; knows nothing of trials.
#pragma once

#include <cstddef>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/event.h"

namespace par::core {

// The work of one attempt.
struct BranchRef {
  AgentName agent;
  ObjectId start;  // empty: see ExistingBranch
  ObjectId tip;
};

// A chain of steps from the base on, by its last one; 0: no step, the base itself.
using ChainEnd = std::size_t;

class Chains {
 public:
  // One step on top of a chain, which stays.
  ChainEnd add(ChainEnd before, Step step);
  // The last step. Precondition: there is one.
  [[nodiscard]] const Step& last(ChainEnd end) const;
  // The chain without its last step. Precondition: there is one.
  [[nodiscard]] ChainEnd before(ChainEnd end) const;
  // The chain whose last step has this commit, the first of several; nullopt: none has.
  [[nodiscard]] std::optional<ChainEnd> find(const ObjectId& commit) const;
  // The longest chain of the first of these branches in their order, and its length. O(its length).
  [[nodiscard]] std::pair<ChainEnd, std::size_t> longest(const std::vector<BranchRef>& order) const;
  // The steps of the chain behind the part of it that `from` is; nullopt: it is none. O(what is asked for, or
  // the chain).
  [[nodiscard]] std::optional<std::vector<Step>> steps_behind(ChainEnd from, ChainEnd end) const;

 private:
  struct Link {
    Step step;
    ChainEnd before = 0;
    std::vector<ChainEnd> next = {};
  };

  std::vector<Link> links_{Link()};  // by their ends; the first stands for the base
  std::unordered_map<ObjectId, ChainEnd> by_commit_;
};

}  // namespace par::core
