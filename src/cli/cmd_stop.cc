// git par stop: drains or ends a run, or single agents of it.
#include <fmt/format.h>

#include <memory>

#include "app/agent_job.h"
#include "base/json_writer.h"
#include "cli/command.h"
#include "cli/report.h"
#include "cli/run_support.h"
#include "os/jobs.h"
#include "os/process.h"
#include "os/signals.h"
#include "os/system_clock.h"

namespace par::cli {
namespace {

// More than the keepers take: their grace, ten seconds to end what respawns, and some to record it.
constexpr Millis kStopTimeout = 20000;
constexpr Millis kBetweenSignals = 200;
constexpr Millis kBetweenLooks = 20;

struct Options {
  std::vector<std::string> agents;
  std::string run;
  bool now = false;
};

Result<void> stop_agents(const RunView& view, const app::RunPaths& paths,
                         const std::vector<std::string>& names) {
  std::vector<std::string> ids;
  for (const auto& name : names) {
    const auto* agent = view.run.state.find(AgentName(name));
    if (agent == nullptr) return Error(fmt::format("run '{}' has no agent '{}'", view.run.id.str(), name));
    ids.push_back(app::current_job_id(*agent));
    if (ids.back().empty()) return refused(fmt::format("agent '{}' is not running", name));
  }
  return os::stop_jobs(paths.jobs(), ids, kStopTimeout);
}

// Nobody works on the run, but one that was killed may have left agents running.
Result<void> stop_leftovers(const app::RunPaths& paths, bool now) {
  const auto& run = paths.run.str();
  PAR_ASSIGN(const auto jobs, os::list_jobs(paths.jobs()));
  std::vector<std::string> ids;
  for (const auto& job : jobs)
    if (job.alive) ids.push_back(job.id);
  if (ids.empty()) return refused(fmt::format("run '{}' is not running", run));
  if (!now)
    return refused(fmt::format("run '{}' was killed, but what it started still runs", run))
        .hint(fmt::format("'git par resume {0}' takes it over, 'git par stop --now --run {0}' ends it", run));
  return os::stop_jobs(paths.jobs(), ids, kStopTimeout);
}

// Until this process does not work on the run any more.
Result<void> await_end(const app::RunPaths& paths, int worker) {
  const os::SystemClock clock;
  const Millis until = clock.monotonic() + kStopTimeout;
  for (;;) {
    PAR_ASSIGN(const auto now, app::worker_of(paths));
    if (now != worker) return {};
    if (clock.monotonic() > until)
      return Error(fmt::format("run '{}' was told to end, but process {} still works on it", paths.run.str(),
                               worker))
          .hint(fmt::format("'kill -9 {}' ends it, and 'git par stop --now --run {}' then what it has left",
                            worker, paths.run.str()));
    if (!os::wait_undisturbed(kBetweenLooks))
      return Error(fmt::format("run '{}' was told to end, and may not have yet", paths.run.str()));
  }
}

Result<void> stop_worker(const app::RunPaths& paths, int worker, bool now) {
  if (!now) return os::drain_process(worker);
  // As Ctrl-C twice there. Not SIGINT, which a run in a script's background ignores; and not at the same
  // moment, or the two would count as one.
  PAR_TRY(os::terminate_process(worker));
  os::wait_for_interrupt(kBetweenSignals);
  PAR_TRY(os::terminate_process(worker));  // gone where nothing was under way: the first was enough
  return await_end(paths, worker);
}

// Agents that were named have ended.
std::string stopped_json(const RunId& run, const Options& options) {
  JsonWriter json;
  json.begin_object().member("schema", 1).member("run", run.str()).key("agents").begin_array();
  for (const auto& agent : options.agents) json.value(agent);
  json.end_array().member("ended", options.now || !options.agents.empty()).end_object();
  return std::move(json).take() + "\n";
}

Result<int> stop(const Options& options, const Invocation& invocation) {
  PAR_ASSIGN(const auto project, app::find_project(invocation.cwd));
  PAR_ASSIGN(const auto database, app::open_state(project));
  PAR_ASSIGN(const auto view, view_run(project, database, options.run));
  const app::RunPaths paths{project.repository.state_dir(), view.run.id};
  if (!options.agents.empty()) {
    PAR_TRY(stop_agents(view, paths, options.agents));
    if (invocation.json) print_out(stopped_json(paths.run, options));
    return 0;
  }
  PAR_ASSIGN(const auto worker, app::worker_of(paths));
  PAR_TRY(worker ? stop_worker(paths, *worker, options.now) : stop_leftovers(paths, options.now));
  if (invocation.json) print_out(stopped_json(paths.run, options));
  if (!invocation.quiet)
    print_hint(fmt::format("run '{}' {}; 'git par resume {}' goes on", paths.run.str(),
                           options.now ? "has ended" : "finishes what runs and then stops", paths.run.str()));
  return 0;
}

Handler configure(OptionList& line) {
  const auto options = std::make_shared<Options>();
  line.value("agent", options->agents, "end only these agents");
  line.value("--run", options->run, "the run; the newest by default").value_name("<run>");
  line.flag("--now", options->now, "end what runs, instead of waiting for it");
  return [options](const Invocation& invocation) { return stop(*options, invocation); };
}

}  // namespace

Command stop_command() {
  return {
      "stop",
      Group::run,
      "[<options>] [<agent>...]",
      "drain a run, end it, or end single agents",
      "Without an agent, the run starts nothing new, finishes and validates what is under way, and "
      "stops. With --now it ends the agents' whole process trees instead, also those that a run which was "
      "killed has left running. Their worktrees stay as they are; when such an agent starts again, what "
      "it had done is saved under 'refs/par/salvage/' first.\n\n"
      "As JSON: the 'agents' that were named, and whether they, or without names the run, have 'ended' "
      "already.",
      {{"git par stop", "drain the newest run"}, {"git par stop errors", "end one agent"}},
      "0: told; with --now, it has ended. 1: nothing of it is running, or only what a run that was killed "
      "has left and --now ends.",
      configure};
}

}  // namespace par::cli
