// git par log: what happened in a run, or what an agent printed.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <fstream>
#include <memory>

#include "base/json_writer.h"
#include "base/strings.h"
#include "base/utf8.h"
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
  std::string run;
  bool follow = false;
};

std::string clock_text(Millis at) {
  return fmt::format("{:%F %T}", fmt::localtime(static_cast<std::time_t>(at / 1000)));
}

// The run's events as lines, by replaying them.
std::string timeline_text(const app::LoadedRun& run) {
  core::RunState state = core::initial_state(run.id, run.head.plan);
  std::string text;
  for (const auto& event : run.events) {
    core::apply_event(state, event);
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

// Copies what the log holds beyond what was shown, but for a character that is not whole yet: it is `held`.
// Returns whether there was anything.
bool show_rest(std::ifstream& file, std::string& held) {
  std::string chunk(64 << 10, '\0');
  bool any = false;
  for (;;) {
    file.read(chunk.data(), static_cast<std::streamsize>(chunk.size()));
    const auto count = static_cast<std::size_t>(file.gcount());
    if (count > 0) {
      const std::string text = std::move(held) + chunk.substr(0, count);
      const auto whole = text.size() - utf8_cut_off(text);
      print_out(display_text(std::string_view(text).substr(0, whole)));
      held = text.substr(whole);
    }
    any = any || count > 0;
    if (!file) break;
  }
  file.clear();
  return any;
}

Result<int> agent_log(const app::Project& project, const store::Database& database, const Options& options) {
  PAR_ASSIGN(auto view, view_run(project, database, options.run));
  const AgentName name(options.agent);
  if (view.run.state.find(name) == nullptr) {
    std::vector<std::string> names;
    for (const auto& agent : view.run.state.agents) names.push_back(agent.name.str());
    return Error(fmt::format("run '{}' has no agent '{}'", view.run.id.str(), options.agent))
        .hint("its agents are: " + join(names, ", "));
  }
  const app::RunPaths paths{project.repository.state_dir(), view.run.id};
  std::ifstream file(paths.agent_log(name), std::ios::binary);
  if (!file && !options.follow) return refused(fmt::format("agent '{}' has no log yet", options.agent));
  std::string held;
  for (;;) {
    if (!file.is_open()) file.open(paths.agent_log(name), std::ios::binary);
    const bool any = file.is_open() && show_rest(file, held);
    if (!options.follow || os::interrupt_count() > 0) break;
    if (!any) {
      PAR_ASSIGN(view, view_run(project, database, view.run.id.str()));
      if (!view.live.worker || core::is_settled(view.run.state.find(name)->stage)) break;
      os::wait_for_interrupt(kPollMs);
    }
  }
  print_out(display_text(held));
  return os::interrupt_count() > 0 ? interrupted_code() : 0;
}

Result<int> log(const Options& options, const Invocation& invocation) {
  PAR_ASSIGN(const auto project, app::find_project(invocation.cwd));
  PAR_ASSIGN(const auto database, app::open_state(project));
  if (!options.agent.empty()) return agent_log(project, database, options);
  PAR_ASSIGN(const auto view, view_run(project, database, options.run));
  print_out(invocation.json ? timeline_json(view.run) : timeline_text(view.run));
  return 0;
}

Handler configure(OptionList& line) {
  const auto options = std::make_shared<Options>();
  line.value("agent", options->agent, "the agent whose output is shown");
  line.value("--run", options->run, "the run; the newest by default").value_name("<run>");
  line.flag("-f,--follow", options->follow, "go on as the agent prints more");
  return [options](const Invocation& invocation) { return log(*options, invocation); };
}

}  // namespace

Command log_command() {
  return {"log",
          Group::run,
          "[<options>] [<agent>]",
          "show what happened in a run, or what an agent printed",
          "Without an agent: the run's events, one line each. With one: its output, standard output and "
          "error together, "
          "each line with the time it came. Control characters are shown, not sent to the terminal.",
          {{"git par log", "what happened in the newest run"},
           {"git par log -f errors", "what agent errors prints"}},
          "0: shown. 1: the agent has printed nothing yet.",
          configure};
}

}  // namespace par::cli
