#include "app/earlier_work.h"

#include <fmt/format.h>

namespace par::app {
namespace {

bool is_accepted(const core::AgentState& agent) {
  return agent.stage == core::Stage::accepted || agent.stage == core::Stage::landed;
}

void take_times(const LoadedRun& run, EarlierWork& work) {
  for (std::size_t i = 0; i < run.state.agents.size(); ++i) {
    const auto& agent = run.state.agents[i];
    if (!is_accepted(agent) || agent.started_at == 0 || agent.ended_at <= agent.started_at) continue;
    core::FinishedWork done{agent.name, static_cast<double>(agent.ended_at - agent.started_at) / 1000, {}};
    for (const auto& item : run.plan.agents[i].items) done.categories.push_back(item.category);
    work.timed.push_back(std::move(done));
  }
}

}  // namespace

Result<EarlierWork> read_earlier_work(const store::Database& database) {
  EarlierWork work;
  PAR_ASSIGN(const auto rows, database.runs());
  for (const auto& row : rows) {
    const auto run = load_run(database, row.id.str());
    if (!run) {
      work.warnings.push_back(
          fmt::format("run '{}' is left out of account: {}", row.id.str(), run.error().message));
      continue;
    }
    take_times(*run, work);
  }
  return work;
}

}  // namespace par::app
