#include "app/earlier_work.h"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <set>
#include <utility>

#include "app/claiming.h"
#include "git/refs.h"
#include "git/workspace.h"

namespace par::app {
namespace {

// Whose work is looked at: by their place in the plan. A branch that existed is not an agent's, whatever it
// is called, and says nothing about the time that one takes.
std::vector<std::size_t> accepted_agents(const core::RunState& state) {
  std::vector<std::size_t> accepted;
  for (std::size_t i = 0; i < state.agents.size(); ++i) {
    const auto& agent = state.agents[i];
    if (!agent.branch.empty()) continue;
    if (core::is_accepted(agent.stage) || !agent.reverted.empty()) accepted.push_back(i);
  }
  return accepted;
}

void take_time(const core::AgentState& agent, const core::AgentWork& work, EarlierWork& earlier) {
  core::FinishedWork done{agent.name, agent.seconds, {}};
  for (const auto& item : work.items) done.categories.push_back(item.category);
  earlier.timed.push_back(std::move(done));
}

// The stage in which an agent's work is in the candidate that counts; nullopt: nothing of the run does.
Result<std::optional<core::Stage>> stage_that_counts(const Project& project, const LoadedRun& run,
                                                     const Base& base) {
  const ObjectId& landed = run.state.landing.landed;
  if (!landed.empty()) {
    if (!project.objects->has(landed)) return std::optional<core::Stage>();
    PAR_ASSIGN(const bool is_kept, project.objects->is_ancestor(landed, base.commit));
    return is_kept ? std::optional(core::Stage::landed) : std::nullopt;
  }
  if (run.head.plan.target != base.target) return std::optional<core::Stage>();
  PAR_ASSIGN(const auto candidate, git::read_ref(project.repository, git::candidate_ref(run.id)));
  return candidate ? std::optional(core::Stage::accepted) : std::nullopt;
}

// Its work is there in that stage. What was taken off the target counts on a base that still has it.
Result<bool> counts_in(const Project& project, const core::AgentState& agent, core::Stage stage,
                       const Base& base) {
  if (agent.stage == stage) return true;
  if (stage != core::Stage::landed || agent.reverted.empty()) return false;
  if (!project.objects->has(agent.reverted)) return true;
  PAR_ASSIGN(const bool is_out, project.objects->is_ancestor(agent.reverted, base.commit));
  return !is_out;
}

// Items that were found again after the run, which therefore did not finish them for good, by the runs'
// order.
class Reopened {
 public:
  Reopened(const std::vector<store::RunRow>& runs, std::map<ItemId, RunId> items) : items_(std::move(items)) {
    if (items_.empty()) return;
    for (std::size_t i = 0; i < runs.size(); ++i) places_.emplace(runs[i].id, i);
  }

  [[nodiscard]] bool has(const ItemId& item, const RunId& run) const {
    const auto at = items_.find(item);
    if (at == items_.end()) return false;
    const auto newest = places_.find(at->second);
    return newest != places_.end() && places_.at(run) <= newest->second;
  }

 private:
  std::map<ItemId, RunId> items_;
  std::map<RunId, std::size_t> places_;
};

// What an agent that is in has done for good.
class Lasting {
 public:
  Lasting(const Reopened& reopened, const RunId& run, std::set<ItemId> undone)
      : reopened_(reopened), run_(run), undone_(std::move(undone)) {}
  [[nodiscard]] bool has(const ItemId& item) const {
    return !undone_.contains(item) && !reopened_.has(item, run_);
  }

 private:
  const Reopened& reopened_;
  const RunId& run_;
  std::set<ItemId> undone_;
};

void take_finished(const LoadedRun& run, core::AgentWork work, core::Stage stage, const Lasting& lasting,
                   EarlierWork& earlier) {
  const RunId unlanded = stage == core::Stage::accepted ? run.id : RunId();
  bool any = false;
  for (auto& item : work.items) {
    if (!lasting.has(item.item)) continue;
    earlier.finished.push_back({std::move(item.item), std::move(item.work), work.agent, work.pool, unlanded});
    any = true;
  }
  if (any && !unlanded.empty() && (earlier.unlanded.empty() || earlier.unlanded.back() != run.id))
    earlier.unlanded.push_back(run.id);
}

// Error: the record of the run is damaged.
Result<std::vector<core::AgentWork>> read_work(const store::Database& database, const store::RunRow& row,
                                               const std::vector<std::size_t>& accepted,
                                               EarlierWork& earlier) {
  PAR_ASSIGN(auto names, database.had_items(row.plan));
  PAR_ASSIGN(auto work, database.work(row.plan, accepted));
  earlier.had_items.merge(names);
  return work;
}

}  // namespace

Result<EarlierWork> read_earlier_work(const Project& project, const store::Database& database,
                                      const Base& base) {
  EarlierWork earlier;
  PAR_ASSIGN(const auto rows, database.runs());
  PAR_ASSIGN(auto found_again, database.reopened_items());
  const Reopened reopened(rows, std::move(found_again));
  for (const auto& row : rows) {
    const auto leave_out = [&](const Error& error) {
      earlier.warnings.push_back(
          fmt::format("run '{}' is left out of account: {}", row.id.str(), error.message));
    };
    const auto run = load_run(database, row);
    if (!run) {
      leave_out(run.error());
      continue;
    }
    const auto accepted = accepted_agents(run->state);
    auto works = read_work(database, row, accepted, earlier);
    if (!works) {
      leave_out(works.error());
      continue;
    }
    if (accepted.empty()) continue;
    PAR_ASSIGN(const auto stage, stage_that_counts(project, *run, base));
    for (std::size_t i = 0; i < accepted.size(); ++i) {
      const auto& agent = run->state.agents[accepted[i]];
      take_time(agent, (*works)[i], earlier);
      if (!stage) continue;
      PAR_ASSIGN(const bool counts, counts_in(project, agent, *stage, base));
      if (!counts) continue;
      PAR_ASSIGN(auto undone, items_left_undone(database, run->id, agent.name));
      take_finished(*run, std::move((*works)[i]), *stage, {reopened, run->id, std::move(undone)}, earlier);
    }
  }
  return earlier;
}

}  // namespace par::app
