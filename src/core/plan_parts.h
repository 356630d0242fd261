// The steps of make_plan, one file each. For plan*.cc alone; everything is in the file's order of agents.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/footprints.h"
#include "core/owner_index.h"
#include "core/ownership.h"
#include "core/plan.h"

namespace par::core::planning {

class PredictedShare;  // below

using AgentIndex = std::size_t;
using AgentPair = std::pair<AgentIndex, AgentIndex>;  // the earlier in the file first
using AgentIndices = std::map<AgentName, AgentIndex>;

// Of a list in a reason, so many.
inline constexpr std::size_t kNamesInReason = 5;

// ---- plan_paths.cc
struct PathSurvey {
  std::vector<std::int64_t> file_counts;  // by agent
  std::int64_t unowned = 0;
  std::map<AgentPair, RepoPath> shared;  // the shortest path of both, then the smallest
};

// What a plan can hold: beyond, agents are not apart in any sense.
inline constexpr std::size_t kMostOverlaps = 1'000'000;

// One pass over the paths, whose order does not matter. `agents`: how many ownerships the index is made of.
// Errors, of find_meetings too: more than kMostOverlaps.
[[nodiscard]] Result<PathSurvey> survey_paths(OwnerIndex& index, std::size_t agents,
                                              const std::vector<RepoPath>& paths);

struct Meeting {
  AgentPair agents;
  RepoPath witness;
  OverlapKind kind = OverlapKind::file;
};

// Every pair of agents with a path in common, once and sorted: an existing path where there is one, otherwise
// one that does not exist yet (core/common_path.h).
[[nodiscard]] Result<std::vector<Meeting>> find_meetings(const std::vector<Ownership>& ownerships,
                                                         const PathSurvey& survey);

// ---- plan_items.cc
// An item of `then` comes after an item of `first`.
struct ItemOrder {
  AgentIndex first = 0;
  AgentIndex then = 0;
  ItemId first_item;
  ItemId then_item;
};

struct Assignment {
  std::vector<std::vector<Item>> items;  // by agent; by id, but each behind what it comes after
  std::vector<ItemId> unowned;           // by id
};

// Errors: an item listed twice, an unknown agent or item, a cycle of items. Near-linear in the
// items' mentions of files.
[[nodiscard]] Result<Assignment> assign_items(std::vector<Item> items, const std::vector<AgentSpec>& agents,
                                              const std::vector<Ownership>& ownerships, Folding folding);
// Where the item stands in a list that is sorted by id.
[[nodiscard]] std::optional<ItemIndex> find_item(const std::vector<Item>& sorted, const ItemId& id);
// What the items' `after` means for different agents.
[[nodiscard]] std::vector<ItemOrder> item_orders(const std::vector<std::vector<Item>>& items_by_agent);

// ---- plan_finished.cc
// What is left when the finished items are taken out.
struct Remaining {
  struct Unlanded {
    ItemId item;
    RunId run;  // that holds its work
  };
  std::int64_t finished = 0;            // items taken out
  std::set<AgentName> doers;            // of those
  std::map<AgentName, RunId> unlanded;  // doers of work that has not landed, and the run that holds it
  std::map<ItemId, Unlanded> waiting;   // items left that come after such work
};
[[nodiscard]] Remaining take_finished(std::vector<Item>& items, const std::vector<FinishedItem>& finished);
// Takes out the agents that had items in earlier plans and have none now (see PlanRequest::had_items), with
// what is said of them elsewhere. `ownerships` and `assignment.items` follow. Errors (refused): no agent is
// left; one that is, or its item, comes after work that has not landed and so is not in the base.
[[nodiscard]] Result<void> dismiss_idle(std::vector<AgentSpec>& agents, std::vector<Ownership>& ownerships,
                                        Assignment& assignment, const PlanRequest& request,
                                        const Remaining& remaining);

// ---- plan_pools.cc
// The agents that share the work; request.members makes one of them a pool. Errors: see PlanRequest.
[[nodiscard]] Result<std::vector<AgentSpec>> call_agents(const PlanRequest& request);
// A path of policy.shared belongs to one agent alone, the first in the file that could change it: all others
// are forbidden it.
[[nodiscard]] Result<void> give_shared_to_one(std::vector<AgentSpec>& agents, const PlanRequest& request);

// A worker owns its files by patterns, which have so many segments at most.
[[nodiscard]] bool may_be_owned_alone(const RepoPath& path);

// The agents with each pool in its place divided into workers, who own the files of their items and nothing
// else.
struct Staff {
  std::vector<AgentSpec> agents;
  std::vector<std::vector<Item>> items;  // by agent
  std::vector<RepoPath> hot;             // see core/division.h
  std::vector<std::string> remarks;      // what keeps pools from being divided evenly
};
// `items` by agent. Errors: a pool without items.
[[nodiscard]] Result<Staff> form_staff(const PlanRequest& request, const std::vector<AgentSpec>& agents,
                                       PredictedShare& predicted, std::vector<std::vector<Item>> items);

// ---- plan_predictions.cc
// Which predictions the workers of pools are given (see PlanRequest::predictions). What it is made of must
// outlive it.
class PredictedShare {
 public:
  PredictedShare(const std::vector<Prediction>& predictions, const std::vector<Ownership>& ownerships);

  // By item of the pool, for DivisionRequest::companions.
  [[nodiscard]] std::vector<std::vector<RepoPath>> companions_of(AgentIndex pool,
                                                                 const std::vector<Item>& items,
                                                                 const DivisionRequest& how);

 private:
  const std::vector<Prediction>& predictions_;
  std::optional<OwnerIndex> owners_;
};

// Those of the staff's items, with `owned` set. `index`: of the staff's ownerships.
[[nodiscard]] std::vector<Prediction> predictions_for(const Staff& staff, std::vector<Prediction> predictions,
                                                      OwnerIndex& index);

// ---- plan_phases.cc
// Errors: an agent listed twice.
[[nodiscard]] Result<AgentIndices> index_agents(const std::vector<AgentSpec>& agents);

// The phase of each agent, from 1. Errors: an unknown agent in `after`, a cycle, an overlap that is refused.
[[nodiscard]] Result<std::vector<int>> find_phases(const Staff& staff, OnOverlap on_overlap,
                                                   const std::vector<Meeting>& meetings);

// ---- plan_decision.cc
// Its own, or the sum of those of its items, where what is not known counts as 0.
[[nodiscard]] Seconds estimate_of(const PlannedAgent& agent);

// What has its estimate from earlier runs.
struct LearnedEstimates {
  std::set<ItemId> items;
  std::set<AgentName> agents;
};

// Reads plan.agents, plan.phases and plan.jobs (the places there are). As long as something has no estimate,
// those of earlier runs decide nothing: they would be compared with nothing.
[[nodiscard]] Decision decide(const Plan& plan, const PlanRequest& request, const LearnedEstimates& learned);

// ---- plan_estimates.cc
// Fill in what is not given: of items before they are assigned, of agents that then have none.
void estimate_items(std::vector<Item>& items, const EarlierTimes& earlier, LearnedEstimates& learned);
void estimate_agents(Staff& staff, const EarlierTimes& earlier, LearnedEstimates& learned);
// "estimates from earlier runs: 4m for each item of 'security' (12 done), 2m for 'docs' (once)"; empty:
// estimate_of reads none of them.
[[nodiscard]] std::string learned_reason(const Plan& plan, const EarlierTimes& earlier,
                                         const LearnedEstimates& learned);

// ---- texts that several steps use
// "x -> y -> x"
[[nodiscard]] std::string chain(const std::vector<std::string>& names);
// `error` with a hint at the name that was probably meant.
[[nodiscard]] Error unknown_name(std::string message, const std::string& name,
                                 const std::vector<std::string>& known);

}  // namespace par::core::planning
