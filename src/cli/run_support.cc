#include "cli/run_support.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/merge_view.h"
#include "cli/report.h"
#include "git/workspace.h"
#include "os/jobs.h"
#include "os/system_clock.h"

namespace par::cli {

Result<RunView> view_run(const app::Project& project, const store::Database& database,
                         const std::string& run) {
  PAR_ASSIGN(const auto row, app::find_run(database, run));
  // Asked first: who is gone by now has written all that is read then.
  PAR_ASSIGN(const auto worker, app::worker_of({project.repository.state_dir(), row.id}));
  PAR_ASSIGN(auto loaded, app::load_run(database, row));
  PAR_ASSIGN(auto queue, app::view_queue(database, loaded.id));
  Live live{worker.has_value(), os::SystemClock().wall(), std::move(queue), {}};
  const app::RunPaths paths{project.repository.state_dir(), loaded.id};
  for (const auto& agent : loaded.state.agents) {
    const auto job = app::current_job_id(agent);
    live.last_output.push_back(job.empty() ? std::nullopt
                                           : os::last_output(paths.jobs(), job, paths.agent_log(agent.name)));
  }
  return RunView{std::move(loaded), std::move(live)};
}

std::string branch_name(const RunId& run, const core::AgentState& agent) {
  return short_name(agent.branch.empty() ? git::branch_ref(run, agent.name) : agent.branch);
}

void add_jobs(OptionList& line, int& jobs) {
  line.value("-j,--jobs", jobs, "agents at once, instead of the plan's").value_name("<n>").range(1, 10000);
}

Result<int> conclude(const app::Project& project, const store::Database& database,
                     const app::Session& session, app::EngineEnd end, const Invocation& invocation) {
  PAR_ASSIGN(auto view, view_run(project, database, session.state().id.str()));
  view.live.worker = false;  // it was us, and we are done
  if (invocation.json)
    print_out(status_json(view.run, view.live));
  else if (!invocation.quiet)
    print_out(status_text(view.run, view.live));
  if (end == app::EngineEnd::interrupted) return interrupted_code();
  if (!session.state().landing.refused.empty())
    return landing_refusal(session.state())
        .hint(fmt::format("'git par merge --run {}' tries again", session.state().id.str()));
  const auto& agents = session.state().agents;
  const bool all =
      std::all_of(agents.begin(), agents.end(), [](const auto& a) { return core::is_accepted(a.stage); });
  return all ? 0 : kExitNo;
}

Result<void> check_no_revert(const core::RunState& state) {
  if (!state.landing.revert) return {};
  return refused(fmt::format("a rollback of run '{}' was cut off", state.id.str()))
      .hint(fmt::format("'git par resume {}' finishes it", state.id.str()));
}

Result<void> check_not_landing(const core::Plan& plan, const core::RunState& state) {
  if (!core::is_landing(plan, state)) return {};
  return refused(fmt::format("run '{}' is landing", state.id.str()))
      .hint(fmt::format("'git par resume {}' finishes or ends that first", state.id.str()));
}

Error landing_refusal(const core::RunState& state) {
  const auto& landing = state.landing;
  Error error =
      refused(fmt::format("not {}: {}", landing.landed.empty() ? "landed" : "rolled back", landing.refused));
  if (landing.refused_tests.size() > 1) error.causes = landing.refused_tests;
  if (!landing.refused_log.empty()) error.hints.push_back("see " + landing.refused_log);
  return error;
}

Result<int> conclude_revert(const app::Session& session, const core::RevertRequested& revert,
                            const Invocation& invocation) {
  const auto& state = session.state();
  if (state.landing.requested) {
    print_hint(fmt::format("'git par resume {}' goes on", state.id.str()));
    return interrupted_code();
  }
  if (!state.landing.refused.empty()) {
    auto error = landing_refusal(state);
    if (!revert.expected.empty()) error.hints.emplace_back("'git par rollback --landed --auto' looks again");
    return error;
  }
  const auto& validator = session.validator();
  const RevertReport report{state, revert, validator.runs(), validator.hits()};
  if (invocation.json)
    print_out(revert_json(report));
  else if (!invocation.quiet)
    print_out(revert_text(report));
  return 0;
}

}  // namespace par::cli
