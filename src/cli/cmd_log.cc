// git par log: what happened in a run, or what an agent printed.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <memory>
#include <utility>

#include "base/json_writer.h"
#include "base/strings.h"
#include "cli/agent_output.h"
#include "cli/command.h"
#include "cli/progress.h"
#include "cli/report.h"
#include "cli/run_support.h"
#include "os/signals.h"

namespace par::cli {
namespace {

constexpr Millis kPollMs = 200;

struct Options {
  std::string agent;
  OutputOptions output;
};

std::string clock_text(Millis at) {
  return fmt::format("{:%F %T}", fmt::localtime(static_cast<std::time_t>(at / 1000)));
}

// The run's events after the first `skipped` as lines, by replaying them.
std::string timeline_text(const app::LoadedRun& run, std::size_t skipped) {
  core::RunState state = core::initial_state(run.id, run.head.plan);
  std::string text;
  for (std::size_t i = 0; i < run.events.size(); ++i) {
    const auto& event = run.events[i];
    core::apply_event(state, event);
    if (i < skipped) continue;
    const auto line = event_line(run.head.plan, state, event);
    if (!line.empty()) text += fmt::format("{}  {}\n", clock_text(event.at), display_text(line));
  }
  return text;
}

std::string timeline_json(const app::LoadedRun& run) {
  core::RunState state = core::initial_state(run.id, run.head.plan);
  JsonWriter json;
  json.begin_object().member("schema", 1).member("run", run.id.str()).key("events").begin_array();
  for (const auto& event : run.events) {
    core::apply_event(state, event);
    json.begin_object().member("at_ms", event.at).member("kind", core::kind_of(event.body));
    json.member("text", event_line(run.head.plan, state, event)).end_object();
  }
  return std::move(json.end_array().end_object()).take() + "\n";
}

// The events as they come, until nobody works on the run.
Result<int> follow_timeline(const app::Project& project, const store::Database& database, RunView view) {
  std::size_t shown = 0;
  for (;;) {
    if (shown < view.run.events.size()) print_out(timeline_text(view.run, shown));
    shown = view.run.events.size();
    if (os::interrupt_count() > 0) return interrupted_code();
    if (!view.live.worker) return 0;
    os::wait_for_interrupt(kPollMs);
    PAR_ASSIGN(view, view_run(project, database, view.run.id.str()));
  }
}

Result<int> log(const Options& options, const Invocation& invocation) {
  if (options.output.follow && invocation.json)
    return usage_error("--json shows a run as it stands, it cannot be followed");
  if (options.agent.empty() && options.output.lines >= 0)
    return usage_error("-n is for an agent's output").hint("name an agent");
  PAR_ASSIGN(const auto project, app::find_project(invocation.cwd));
  PAR_ASSIGN(const auto database, app::open_state(project));
  if (!options.agent.empty() && invocation.json) {
    PAR_ASSIGN(const auto text, output_json(project, database, options.agent, options.output));
    print_out(text);
    return 0;
  }
  if (!options.agent.empty()) return show_output(project, database, options.agent, options.output);
  PAR_ASSIGN(auto view, view_run(project, database, options.output.run));
  if (options.output.follow) return follow_timeline(project, database, std::move(view));
  print_out(invocation.json ? timeline_json(view.run) : timeline_text(view.run, 0));
  return 0;
}

Handler configure(OptionList& line) {
  const auto options = std::make_shared<Options>();
  line.value("agent", options->agent, "the agent whose output is shown");
  line.value("--run", options->output.run, "the run; the newest by default").value_name("<run>");
  line.flag("-f,--follow", options->output.follow, "go on as more comes");
  line.value("-n,--lines", options->output.lines, "only so many lines of an agent's output, from the end")
      .range(0, 1'000'000'000)
      .value_name("<count>");
  return [options](const Invocation& invocation) { return log(*options, invocation); };
}

}  // namespace

Command log_command() {
  return {
      "log",
      Group::run,
      "[<options>] [<agent>]",
      "show what happened in a run, or what an agent printed",
      "Without an agent: the run's events, one line each. With one: its output, standard output and "
      "error together, "
      "each line with the time it came. Control characters are shown, not sent to the terminal. As JSON: the "
      "events, or the 'path' of the agent's log and its 'lines'.",
      {{"git par log", "what happened in the newest run"},
       {"git par log -f", "the same, and what happens next"},
       {"git par log -f errors", "what agent errors prints"}},
      "0: shown. 1: the agent has printed nothing yet.",
      configure};
}

}  // namespace par::cli
