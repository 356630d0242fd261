// git par retry: runs again what failed.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <set>

#include "base/strings.h"
#include "cli/command.h"
#include "cli/progress.h"
#include "cli/report.h"
#include "cli/run_support.h"
#include "os/signals.h"

namespace par::cli {
namespace {

using core::Stage;

struct Options {
  std::vector<std::string> agents;
  std::string run;
  int jobs = 0;
  bool dry_run = false;
};

Result<void> check_run(const core::Plan& plan, const core::RunState& state) {
  if (!state.landing.landed.empty())
    return refused(fmt::format("run '{}' has landed", state.id.str())).hint("'git par run' starts another");
  return check_not_landing(plan, state);
}

// It is not in the candidate, and not on its way there.
Result<void> check_agent(const core::AgentState& agent) {
  if (!agent.branch.empty())
    return refused(fmt::format("'{}' stands for a branch: it has no command to run again", agent.name.str()))
        .hint(fmt::format("'git par merge --branches {}' takes the branch as it is now",
                          display_text(short_name(agent.branch))));
  switch (agent.stage) {
    case Stage::rejected:
    case Stage::held:
    case Stage::stopped:
    case Stage::parked:
    case Stage::rolled_back:
      return {};
    case Stage::accepted:
    case Stage::landed:
      return refused(fmt::format("agent '{}' is accepted", agent.name.str()))
          .hint(fmt::format("'git par rollback {}' takes it out first", agent.name.str()));
    default:
      return refused(fmt::format("agent '{}' has not failed: it is {}", agent.name.str(),
                                 agent_state_name(agent)))
          .hint("'git par resume' goes on with it");
  }
}

Result<std::set<AgentName>> named_agents(const core::RunState& state, const std::vector<std::string>& words) {
  std::set<AgentName> names;
  for (const auto& word : words) {
    const auto* agent = state.find(AgentName(word));
    if (agent == nullptr)
      return Error(fmt::format("run '{}' has no agent '{}'", state.id.str(), word))
          .hint("'git par status' lists them");
    PAR_TRY(check_agent(*agent));
    names.insert(agent->name);
  }
  return names;
}

// In plan order: those named, and those that were held because of them.
std::vector<core::AgentRetried> to_start(const core::Plan& plan, const core::RunState& state,
                                         const std::set<AgentName>& names) {
  const auto dependents = core::dependents_of(plan, {names.begin(), names.end()});
  const bool all_held = names.contains(state.canary);
  std::vector<core::AgentRetried> retried;
  for (const auto& agent : state.agents) {
    const bool depends = std::find(dependents.begin(), dependents.end(), agent.name) != dependents.end();
    const bool was_held = agent.stage == Stage::held && (depends || all_held);
    if (!names.contains(agent.name) && !was_held) continue;
    core::AgentRetried& again = retried.emplace_back();
    again.agent = agent.name;
    again.attempt = core::next_attempt_of(agent);
    again.cause = core::RetryCause::asked;
  }
  return retried;
}

Result<int> retry(const Options& options, const Invocation& invocation) {
  PAR_ASSIGN(auto project, app::open_project(invocation.cwd));
  PAR_ASSIGN(auto database, app::open_state(project));
  Progress progress(invocation.quiet);
  app::SessionOptions session_options;
  session_options.jobs = options.jobs;
  session_options.interrupts = os::interrupt_count;
  PAR_ASSIGN(auto session, app::Session::open(project, database, options.run, progress, session_options));
  PAR_TRY(check_run(session->plan(), session->state()));
  PAR_ASSIGN(const auto names, named_agents(session->state(), options.agents));
  const auto retried = to_start(session->plan(), session->state(), names);
  if (options.dry_run) {
    std::string text = "would start again:\n";
    for (const auto& again : retried)
      text += fmt::format("  {}, attempt {}\n", again.agent.str(), again.attempt);
    print_out(text);
    return 0;
  }
  for (const auto& again : retried) PAR_TRY(session->engine().record(again));
  PAR_ASSIGN(const auto end, session->engine().run());
  return conclude(project, database, *session, end, invocation);
}

Handler configure(OptionList& line) {
  const auto options = std::make_shared<Options>();
  line.value("agent", options->agents, "the agents to start again").required();
  line.value("--run", options->run, "the run; the newest by default").value_name("<run>");
  add_jobs(line, options->jobs);
  line.flag("-n,--dry-run", options->dry_run, "say what would start again, and stop");
  return [options](const Invocation& invocation) { return retry(*options, invocation); };
}

}  // namespace

Command retry_command() {
  return {
      "retry",
      Group::run,
      "[<options>] <agent>...",
      "run agents again that failed",
      "Agents that were rejected, stopped, held or rolled back start again as a new attempt, from the newest "
      "candidate, and whoever was held because of them follows. What the earlier attempt did is saved under "
      "'refs/par/salvage/' first; its late results are refused. Their prompt says why it was rejected, and "
      "they have all their retries again.\n\n"
      "An agent that is accepted, or on its way there, is refused.",
      {{"git par retry errors", "run agent errors again"},
       {"git par retry -n errors docs", "say what would start again"}},
      "0: every agent is in the candidate. 1: some are not, or one cannot start again. 130: interrupted.",
      configure};
}

}  // namespace par::cli
