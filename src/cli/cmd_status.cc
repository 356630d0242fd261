// git par status: where a run stands.
#include <memory>
#include <utility>

#include "cli/command.h"
#include "cli/report.h"
#include "cli/run_support.h"
#include "cli/screen.h"
#include "os/signals.h"
#include "os/terminal.h"

namespace par::cli {
namespace {

constexpr Millis kRedrawMs = 1000;

struct Options {
  std::string run;
  bool watch = false;
};

// Draws it until nobody works on the run; what it came to stays on the screen.
Result<int> watch(const app::Project& project, const store::Database& database, RunView view) {
  {
    const Screen screen;
    while (view.live.worker && os::interrupt_count() == 0) {
      screen.draw(status_text(view.run, view.live, static_cast<std::size_t>(os::terminal_height())));
      os::wait_for_interrupt(kRedrawMs);
      PAR_ASSIGN(view, view_run(project, database, view.run.id.str()));
    }
  }
  print_out(status_text(view.run, view.live));
  return os::interrupt_count() > 0 ? interrupted_code() : 0;
}

Result<int> status(const Options& options, const Invocation& invocation) {
  if (options.watch && (invocation.json || !os::stdout_is_terminal()))
    return usage_error("--watch draws on a terminal")
        .hint("'git par log -f' follows a run as lines, 'git par status --json' shows it to a program");
  PAR_ASSIGN(const auto project, app::find_project(invocation.cwd));
  PAR_ASSIGN(const auto database, app::open_state(project));
  PAR_ASSIGN(auto view, view_run(project, database, options.run));
  if (options.watch) return watch(project, database, std::move(view));
  if (invocation.json)
    print_out(status_json(view.run, view.live));
  else if (!invocation.quiet)
    print_out(status_text(view.run, view.live));
  return 0;
}

Handler configure(OptionList& line) {
  const auto options = std::make_shared<Options>();
  line.value("run", options->run, "the run; the newest by default");
  line.flag("-w,--watch", options->watch, "show it again every second, until the work on it ends");
  return [options](const Invocation& invocation) { return status(*options, invocation); };
}

}  // namespace

Command status_command() {
  return {"status",
          Group::run,
          "[<options>] [<run>]",
          "show where a run and its agents stand",
          "Shows the run's state and, for each agent, its phase, state, items done, changed files, when its "
          "present attempt last printed something, time, and why it is not in; below, how many items are "
          "done per hour and how long the rest will take at that rate, once a minute's work tells. When the "
          "work on a run has ended: how much of the time in sequence was saved, how much of the time no "
          "agent was at work, and "
          "how many attempts failed, each beside what it should keep to.\n\n"
          "Where agents pull their work (git-par-next(1)) also how many items are ready, claimed, done and "
          "failed, and who found everything held by others five times in a row or more. "
          "While somebody works on the run: which branches are validated together. "
          "What made the run fall back, or was noticed of it, is listed below. "
          "Takes no lock and changes nothing.",
          {{"git par status", "the newest run"},
           {"git par status --watch", "the same, as it changes"},
           {"git par status --json r3", "run r3, for a program"}},
          "0: shown.",
          configure};
}

}  // namespace par::cli
