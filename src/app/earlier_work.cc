#include "app/earlier_work.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "git/refs.h"
#include "git/workspace.h"

namespace par::app {
namespace {

bool is_accepted(const core::AgentState& agent) {
  return agent.stage == core::Stage::accepted || agent.stage == core::Stage::landed;
}

void take_times(const LoadedRun& run, const core::Plan& plan, EarlierWork& work) {
  for (std::size_t i = 0; i < run.state.agents.size(); ++i) {
    const auto& agent = run.state.agents[i];
    if (!is_accepted(agent)) continue;
    core::FinishedWork done{agent.name, agent.seconds, {}};
    for (const auto& item : plan.agents[i].items) done.categories.push_back(item.category);
    work.timed.push_back(std::move(done));
  }
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

Result<void> take_finished(const Project& project, const LoadedRun& run, const core::Plan& plan,
                           const Base& base, EarlierWork& work) {
  PAR_ASSIGN(const auto stage, stage_that_counts(project, run, base));
  if (!stage) return {};
  const auto before = work.finished.size();
  for (std::size_t i = 0; i < run.state.agents.size(); ++i) {
    if (run.state.agents[i].stage != *stage) continue;
    const auto& planned = plan.agents[i];
    for (const auto& item : planned.items)
      work.finished.push_back({item.id, planned.spec.name, planned.spec.pool});
  }
  if (*stage == core::Stage::accepted && work.finished.size() > before) work.unlanded.push_back(run.id);
  return {};
}

}  // namespace

Result<EarlierWork> read_earlier_work(const Project& project, const store::Database& database,
                                      const Base& base) {
  EarlierWork work;
  PAR_ASSIGN(const auto rows, database.runs());
  for (const auto& row : rows) {
    const auto leave_out = [&](const Error& error) {
      work.warnings.push_back(
          fmt::format("run '{}' is left out of account: {}", row.id.str(), error.message));
    };
    const auto run = load_run(database, row.id.str());
    if (!run) {
      leave_out(run.error());
      continue;
    }
    const auto& agents = run->state.agents;
    if (std::none_of(agents.begin(), agents.end(), is_accepted)) continue;
    const auto plan = database.plan(row.plan.str());
    if (!plan) {
      leave_out(plan.error());
      continue;
    }
    take_times(*run, *plan, work);
    PAR_TRY(take_finished(project, *run, *plan, base, work));
  }
  return work;
}

}  // namespace par::app
