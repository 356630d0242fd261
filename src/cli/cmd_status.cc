// git par status: where a run stands.
#include <memory>

#include "cli/command.h"
#include "cli/report.h"
#include "cli/run_support.h"

namespace par::cli {
namespace {

Result<int> status(const std::string& run, const Invocation& invocation) {
  PAR_ASSIGN(const auto project, app::find_project(invocation.cwd));
  PAR_ASSIGN(const auto database, app::open_state(project));
  PAR_ASSIGN(const auto view, view_run(project, database, run));
  if (invocation.json)
    print_out(status_json(view.run, view.live));
  else if (!invocation.quiet)
    print_out(status_text(view.run, view.live));
  return 0;
}

Handler configure(OptionList& line) {
  const auto run = std::make_shared<std::string>();
  line.value("run", *run, "the run; the newest by default");
  return [run](const Invocation& invocation) { return status(*run, invocation); };
}

}  // namespace

Command status_command() {
  return {"status",
          Group::run,
          "[<run>]",
          "show where a run and its agents stand",
          "Shows the run's state and, for each agent, its phase, state, changed files, time, and why it is "
          "not in. "
          "Where agents pull their work (git-par-next(1)) also how many items are ready, claimed, done and "
          "failed, and who found everything held by others five times in a row or more. "
          "What made the run fall back, or was noticed of it, is listed below. "
          "Takes no lock and changes nothing.",
          {{"git par status", "the newest run"}, {"git par status --json r3", "run r3, for a program"}},
          "0: shown.",
          configure};
}

}  // namespace par::cli
