// git par rollback: takes accepted work out of the candidate again.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "cli/command.h"
#include "cli/progress.h"
#include "cli/report.h"
#include "cli/run_support.h"
#include "os/signals.h"

namespace par::cli {
namespace {

struct Options {
  std::string what;
  std::string run;
  bool dry_run = false;
};

bool is_number(const std::string& text) {
  return !text.empty() && text.size() < 7 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// The agents that `what` names: one, a phase's, or the whole run's.
Result<std::vector<AgentName>> named_agents(const core::RunState& state, const std::string& what) {
  std::vector<AgentName> names;
  const bool phase = is_number(what) && state.find(AgentName(what)) == nullptr;
  for (const auto& agent : state.agents) {
    const bool meant =
        what == state.id.str() || agent.name.str() == what || (phase && agent.phase == std::stoi(what));
    if (meant) names.push_back(agent.name);
  }
  if (names.empty())
    return Error(fmt::format("run '{}' has no agent or phase '{}'", state.id.str(), what))
        .hint("'git par status' lists them");
  return names;
}

// Those of them that are in the candidate, with everything in it that comes after them, in plan order.
std::vector<AgentName> to_take_out(const core::Plan& plan, const core::RunState& state,
                                   std::vector<AgentName> names) {
  for (auto& dependent : core::dependents_of(plan, names)) names.push_back(std::move(dependent));
  std::vector<AgentName> accepted;
  for (const auto& agent : state.agents)
    if (agent.stage == core::Stage::accepted &&
        std::find(names.begin(), names.end(), agent.name) != names.end())
      accepted.push_back(agent.name);
  return accepted;
}

// A run that is named as what to roll back is the run.
Result<std::string> run_meant(const store::Database& database, const Options& options) {
  if (!options.run.empty()) return options.run;
  PAR_ASSIGN(const auto runs, database.runs());
  const bool is_run =
      std::any_of(runs.begin(), runs.end(), [&](const auto& row) { return row.id.str() == options.what; });
  return is_run ? options.what : std::string();
}

Result<int> rollback(const Options& options, const Invocation& invocation) {
  PAR_ASSIGN(auto project, app::open_project(invocation.cwd));
  PAR_ASSIGN(auto database, app::open_state(project));
  Progress progress(invocation.quiet);
  app::SessionOptions session_options;
  session_options.start_agents = false;
  session_options.interrupts = os::interrupt_count;
  PAR_ASSIGN(const std::string run, run_meant(database, options));
  PAR_ASSIGN(auto session, app::Session::open(project, database, run, progress, session_options));
  const auto& state = session->state();
  PAR_ASSIGN(const auto names, named_agents(state, options.what));
  if (!state.landing.landed.empty())
    return refused(fmt::format("run '{}' has landed", state.id.str()))
        .hint(fmt::format("'git revert -m 1 {}' takes it back as a whole", short_oid(state.landing.landed)));
  if (state.landing.requested)
    return refused(fmt::format("run '{}' is landing", state.id.str()))
        .hint(fmt::format("'git par resume {}' finishes or ends that first", state.id.str()));
  const auto out = to_take_out(session->plan(), state, names);
  if (out.empty()) return refused(fmt::format("nothing of '{}' is in the candidate", options.what));
  if (options.dry_run) {
    std::string text = "would roll back:\n";
    for (const auto& name : out) text += "  " + name.str() + "\n";
    print_out(text);
    return 0;
  }
  PAR_TRY(
      session->engine().record(core::RolledBack{out, fmt::format("rolled back with '{}'", options.what)}));
  PAR_ASSIGN(const auto end, session->engine().run());
  PAR_ASSIGN(const int code, conclude(project, database, *session, end, invocation));
  return code == interrupted_code() ? code : 0;
}

Handler configure(OptionList& line) {
  const auto options = std::make_shared<Options>();
  line.value("what", options->what, "an agent, a phase's number, or a run").required();
  line.value("--run", options->run, "the run; the newest by default").value_name("<run>");
  line.flag("-n,--dry-run", options->dry_run, "say what would be taken out, and stop");
  return [options](const Invocation& invocation) { return rollback(*options, invocation); };
}

}  // namespace

Command rollback_command() {
  return {
      "rollback",
      Group::land,
      "[<options>] (<agent>|<phase>|<run>)",
      "take accepted work out of the candidate again",
      "Builds the candidate anew from all accepted branches but those named (and those that come after "
      "them), "
      "validates it, and moves the candidate there. The branches themselves stay. Each earlier candidate is "
      "kept "
      "under 'refs/par/<run>/checkpoint/'.\n\n"
      "Only before landing, for now.",
      {{"git par rollback errors", "take one agent's work out"}, {"git par rollback 2", "take phase 2 out"}},
      "0: rolled back. 1: nothing of it is in the candidate, or the run has landed.",
      configure};
}

}  // namespace par::cli
