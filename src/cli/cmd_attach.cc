// git par attach: what an agent prints, from now on.
#include <fmt/format.h>

#include <memory>

#include "cli/agent_output.h"
#include "cli/command.h"
#include "cli/report.h"

namespace par::cli {
namespace {

constexpr int kLinesBefore = 20;

struct Options {
  std::string agent;
  std::string run;
};

Result<int> attach(const Options& options, const Invocation& invocation) {
  PAR_ASSIGN(const auto project, app::find_project(invocation.cwd));
  PAR_ASSIGN(const auto database, app::open_state(project));
  PAR_ASSIGN(auto view, view_run(project, database, options.run));
  PAR_ASSIGN(const auto* agent, find_agent(view, options.agent));
  if (!view.live.worker || core::is_settled(agent->stage))
    return refused(fmt::format("agent '{}' is {}", options.agent, agent_state_name(*agent)))
        .hint(fmt::format("'git par log {}' shows what it printed", options.agent));
  if (!invocation.quiet)
    print_hint(agent->worktree.empty()
                   ? "it has not started; Ctrl-C leaves it"
                   : fmt::format("in '{}'; Ctrl-C leaves it, the agent goes on", agent->worktree));
  PAR_ASSIGN(const int code,
             show_output(project, database, options.agent, {view.run.id.str(), true, kLinesBefore}));
  if (code != 0) return code;
  PAR_ASSIGN(view, view_run(project, database, view.run.id.str()));
  PAR_ASSIGN(agent, find_agent(view, options.agent));
  if (!invocation.quiet) print_hint(fmt::format("agent '{}' is {}", options.agent, agent_state_name(*agent)));
  return core::is_accepted(agent->stage) ? 0 : kExitNo;
}

Handler configure(OptionList& line) {
  const auto options = std::make_shared<Options>();
  line.value("agent", options->agent, "the agent").required();
  line.value("--run", options->run, "the run; the newest by default").value_name("<run>");
  return [options](const Invocation& invocation) { return attach(*options, invocation); };
}

}  // namespace

Command attach_command() {
  return {"attach",
          Group::run,
          "[<options>] <agent>",
          "watch an agent at work",
          "Shows the last lines that the agent printed and goes on as it prints more, until its work is "
          "accepted or refused. It can only be watched: agents read nothing from a terminal. Ctrl-C ends the "
          "watching, not the agent; 'git par stop <agent>' ends that.",
          {{"git par attach errors", "what agent errors does now"}},
          "0: its work was accepted. 1: it was not, or the agent is not at work.",
          configure};
}

}  // namespace par::cli
