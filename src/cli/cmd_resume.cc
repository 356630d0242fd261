// git par resume: goes on with a run that was interrupted, whatever interrupted it.
#include <fmt/format.h>

#include <memory>

#include "app/reverting.h"
#include "cli/command.h"
#include "cli/landing_push.h"
#include "cli/progress.h"
#include "cli/run_support.h"
#include "os/signals.h"

namespace par::cli {
namespace {

struct Options {
  std::string run;
  int jobs = 0;
  bool no_canary = false;
};

Result<void> check_canary(const core::RunState& state, const Options& options) {
  if (options.no_canary || !core::canary_failed(state)) return {};
  const auto& canary = *state.find(state.canary);
  return refused(fmt::format("the canary '{}' is {}: the others do not start", canary.name.str(),
                             name_of(canary.stage)))
      .hint(fmt::format("'git par retry {}' runs it again", canary.name.str()))
      .hint("'git par resume --no-canary' starts the others all the same");
}

Result<int> resume(const Options& options, const Invocation& invocation) {
  PAR_ASSIGN(auto project, app::open_project(invocation.cwd));
  PAR_ASSIGN(auto database, app::open_state(project));
  Progress progress(invocation.quiet);
  app::SessionOptions session_options;
  session_options.jobs = options.jobs;
  session_options.interrupts = os::interrupt_count;
  PAR_ASSIGN(auto session, app::Session::open(project, database, options.run, progress, session_options));
  const auto revert = session->state().landing.revert;
  if (!session->state().landing.landed.empty() && !revert)
    return with_push_hint(
        project, session->state(),
        refused(fmt::format("run '{}' has landed: there is nothing to resume", session->state().id.str())));
  PAR_TRY(check_canary(session->state(), options));
  PAR_TRY(session->engine().take_over());
  // A landing that was under way is finished as it was; only otherwise stopped agents start again.
  const auto& state = session->state();
  if (!core::is_landing(session->plan(), state) || !state.integration.blocked.empty())
    PAR_TRY(session->engine().record(core::RunResumed{options.no_canary}));
  if (revert) {
    PAR_TRY(app::run_revert(*session));
    return conclude_revert(*session, *revert, invocation);
  }
  PAR_ASSIGN(const auto end, session->engine().run());
  PAR_ASSIGN(const int code, conclude(project, database, *session, end, invocation));
  if (!state.landing.push || state.landing.landed.empty()) return code;
  PAR_ASSIGN(const auto upstream, app::find_upstream(project, state.landing.target));
  PAR_ASSIGN(const int pushed, push_landing(project, upstream, state.landing.landed, invocation));
  return pushed == 0 ? code : pushed;
}

Handler configure(OptionList& line) {
  const auto options = std::make_shared<Options>();
  line.value("run", options->run, "the run; the newest by default");
  add_jobs(line, options->jobs);
  line.flag("--no-canary", options->no_canary, "start the others, whatever became of the canary");
  return [options](const Invocation& invocation) { return resume(*options, invocation); };
}

}  // namespace

Command resume_command() {
  return {
      "resume",
      Group::run,
      "[<options>] [<run>]",
      "go on with a run that was interrupted",
      "Reads the run's journal, looks at what really exists, and goes on from there: after Ctrl-C, 'git "
      "par stop', "
      "kill -9 or a power cut. Agents that still run are taken over, results that were recorded are "
      "kept, agents "
      "that were stopped start again. A landing or a rollback that was under way is finished or found not to "
      "have happened; the target decides. What was to be pushed then is.\n\n"
      "Where the canary of 'git par run --canary' was not accepted, the others start only with --no-canary; "
      "'git par retry' runs the canary itself again.",
      {{"git par resume", "go on with the newest run"}},
      "0: every agent is in the candidate (or landed). 1: some are not, the run has landed, or its canary "
      "failed. 130: "
      "interrupted.",
      configure};
}

}  // namespace par::cli
