// git par rollback: takes accepted work out again, of the candidate or of the target.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "app/evidence.h"
#include "app/reverting.h"
#include "base/strings.h"
#include "cli/command.h"
#include "cli/progress.h"
#include "cli/report.h"
#include "cli/run_support.h"
#include "core/agent_names.h"
#include "os/signals.h"

namespace par::cli {
namespace {

using core::Stage;

struct Options {
  std::vector<std::string> what;
  std::string run;
  bool landed = false;
  bool automatic = false;
  bool dry_run = false;
};

bool is_number(const std::string& text) {
  return !text.empty() && text.size() < 7 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool stands_for(const core::AgentState& agent, const std::string& branch) {
  return !agent.branch.empty() && short_name(agent.branch) == branch;
}

// The agents that `word` names: that of a branch, one by its name, a phase's, or the whole run's; the first
// that there is of these.
Result<void> add_named(const core::RunState& state, const std::string& word, std::vector<AgentName>& names) {
  const auto add = [&](const auto& is_meant) {
    const auto before = names.size();
    for (const auto& agent : state.agents)
      if (is_meant(agent)) names.push_back(agent.name);
    return names.size() > before;
  };
  if (add([&](const auto& agent) { return stands_for(agent, word); })) return {};
  if (add([&](const auto& agent) { return agent.name.str() == word; })) return {};
  if (is_number(word) && add([&](const auto& agent) { return agent.phase == std::stoi(word); })) return {};
  if (word == state.id.str() && add([](const auto&) { return true; })) return {};
  return Error(fmt::format("run '{}' has no agent or phase '{}'", state.id.str(), word))
      .hint("'git par status' lists them");
}

Result<std::vector<AgentName>> named_agents(const core::RunState& state, const Options& options) {
  std::vector<AgentName> names;
  for (const auto& word : options.what) PAR_TRY(add_named(state, word, names));
  return names;
}

// Those of `all` that are among them.
std::vector<AgentName> those_among(const std::vector<AgentName>& all, const std::vector<AgentName>& names) {
  std::vector<AgentName> in;
  std::copy_if(all.begin(), all.end(), std::back_inserter(in),
               [&](const auto& name) { return core::is_among(names, name); });
  return in;
}

// Those of them that stand there, in plan order.
std::vector<AgentName> in_stage(const core::RunState& state, const std::vector<AgentName>& names,
                                Stage stage) {
  std::vector<AgentName> in;
  for (const auto& agent : state.agents)
    if (agent.stage == stage && core::is_among(names, agent.name)) in.push_back(agent.name);
  return in;
}

// The newest run; of landed work, the newest that landed. nullopt: there is none that can be read.
std::optional<core::RunState> usual_run(const store::Database& database,
                                        const std::vector<store::RunRow>& rows, bool landed) {
  for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
    auto run = app::load_run(database, *row);
    if (run && (!landed || !run->state.landing.landed.empty())) return std::move(run->state);
    if (!landed) break;
  }
  return std::nullopt;
}

// A run that is named as what to roll back is the run, unless the usual one has an agent of that name.
Result<std::string> run_meant(const store::Database& database, const Options& options) {
  if (!options.run.empty()) return options.run;
  PAR_ASSIGN(const auto rows, database.runs());
  const auto usual = usual_run(database, rows, options.landed);
  const std::string word = options.what.empty() ? "" : options.what.front();
  const bool is_agent = usual && std::any_of(usual->agents.begin(), usual->agents.end(), [&](const auto& a) {
                          return a.name.str() == word || stands_for(a, word);
                        });
  for (const auto& row : rows)
    if (row.id.str() == word && !is_agent) return word;
  if (usual) return usual->id.str();
  if (!options.landed) return std::string();
  return refused("no run has landed").hint("without --landed, work is taken out of the candidate");
}

std::string dry_text(const std::vector<AgentName>& out) {
  std::string text = "would roll back:\n";
  for (const auto& name : out) text += "  " + name.str() + "\n";
  return text;
}

Error nothing_there(const Options& options, const std::string& where) {
  return refused(fmt::format("nothing of '{}' is {}", join(options.what, "', '"), where));
}

// ---- from the target

// Whoever comes after those is not left without them. `there`: whose work the target has.
Result<void> check_dependents(const app::Session& session, const std::vector<AgentName>& there,
                              const std::vector<AgentName>& out) {
  auto dependents = those_among(there, core::dependents_of(session.plan(), out));
  std::erase_if(dependents, [&](const auto& name) { return core::is_among(out, name); });
  if (dependents.empty()) return {};
  auto all = out;
  all.insert(all.end(), dependents.begin(), dependents.end());
  return refused(fmt::format("'{}' came after '{}' and landed with it", core::joined(dependents, "', '"),
                             core::joined(out, "', '")))
      .hint(fmt::format("'git par rollback --landed --run {} {}' takes all of them out",
                        session.state().id.str(), core::joined(all, " ")));
}

Result<void> check_landed(const core::RunState& state) {
  if (state.landing.landed.empty())
    return refused(fmt::format("run '{}' has not landed", state.id.str()))
        .hint("without --landed, work is taken out of its candidate");
  return check_no_revert(state);
}

// What the options name.
Result<core::RevertRequested> named_revert(const app::Project& project, app::Session& session,
                                           const Options& options) {
  const auto& state = session.state();
  PAR_ASSIGN(const auto names, named_agents(state, options));
  PAR_ASSIGN(const auto there, app::agents_on_target(project, state));
  const auto out = those_among(there, names);
  if (out.empty()) return nothing_there(options, fmt::format("on '{}'", short_name(state.landing.target)));
  PAR_TRY(check_dependents(session, there, out));
  return app::plan_revert(project, session, out);
}

// What the evidence names, which is said.
Result<core::RevertRequested> evident_revert(const app::Project& project, store::Database& database,
                                             app::Session& session, const Progress& progress) {
  const std::string target = short_name(session.state().landing.target);
  PAR_ASSIGN(auto evidence, app::find_evidence(project, database, session, os::interrupt_count));
  const auto& out = evidence.revert.agents;
  if (out.empty()) {
    auto error = refused(fmt::format("nobody is to blame for sure: {}", evidence.reason));
    error.causes = std::move(evidence.skipped);
    return std::move(error).hint("'git par rollback --landed <agent>' takes out whom you name");
  }
  progress.say(fmt::format("'{}' at {} fails, twice: '{}'", target, short_oid(evidence.tip),
                           join(evidence.tests, "', '")));
  progress.say(fmt::format("without '{}' it passes, twice", core::joined(out, "', '")));
  return std::move(evidence.revert);
}

Result<int> rollback_landed(app::Session& session, const core::RevertRequested& revert,
                            const Options& options, const Invocation& invocation) {
  if (options.dry_run) {
    print_out(dry_text(revert.agents));
    return 0;
  }
  PAR_TRY(app::request_revert(session, revert));
  PAR_TRY(app::run_revert(session));
  return conclude_revert(session, revert, invocation);
}

// ---- from the candidate

Result<void> check_not_landed(const core::Plan& plan, const core::RunState& state, const Options& options) {
  if (!state.landing.landed.empty())
    return refused(fmt::format("run '{}' has landed", state.id.str()))
        .hint(fmt::format("'git par rollback --landed {}' takes it off '{}' again", join(options.what, " "),
                          short_name(state.landing.target)));
  return check_not_landing(plan, state);
}

Result<int> rollback_accepted(const app::Project& project, const store::Database& database,
                              app::Session& session, const Options& options, const Invocation& invocation) {
  const auto& state = session.state();
  PAR_ASSIGN(auto names, named_agents(state, options));
  PAR_TRY(check_not_landed(session.plan(), state, options));
  for (auto& dependent : core::dependents_of(session.plan(), names)) names.push_back(std::move(dependent));
  const auto out = in_stage(state, names, Stage::accepted);
  if (out.empty()) return nothing_there(options, "in the candidate");
  if (options.dry_run) {
    print_out(dry_text(out));
    return 0;
  }
  PAR_TRY(session.engine().record(
      core::RolledBack{out, fmt::format("rolled back with '{}'", join(options.what, "', '"))}));
  PAR_ASSIGN(const auto end, session.engine().run());
  PAR_ASSIGN(const int code, conclude(project, database, session, end, invocation));
  return code == interrupted_code() ? code : 0;
}

Result<void> check_usage(const Options& options) {
  if (options.automatic && !options.landed) return usage_error("--auto needs --landed");
  if (options.automatic && !options.what.empty())
    return usage_error(
        fmt::format("--auto finds out itself what to roll back: '{}' is too much", options.what.front()));
  if (!options.automatic && options.what.empty())
    return usage_error("nothing is named to roll back").hint("give agents, a phase's number or a run");
  return {};
}

Result<int> rollback(const Options& options, const Invocation& invocation) {
  PAR_TRY(check_usage(options));
  PAR_ASSIGN(auto project, app::open_project(invocation.cwd));
  PAR_ASSIGN(auto database, app::open_state(project));
  Progress progress(invocation.quiet);
  app::SessionOptions session_options;
  session_options.start_agents = false;
  session_options.interrupts = os::interrupt_count;
  PAR_ASSIGN(const std::string run, run_meant(database, options));
  PAR_ASSIGN(auto session, app::Session::open(project, database, run, progress, session_options));
  if (!options.landed) return rollback_accepted(project, database, *session, options, invocation);
  PAR_TRY(check_landed(session->state()));
  auto revert = options.automatic ? evident_revert(project, database, *session, progress)
                                  : named_revert(project, *session, options);
  if (options.automatic && os::interrupt_count() > 0) return interrupted_code();
  PAR_TRY(revert);
  return rollback_landed(*session, *revert, options, invocation);
}

Handler configure(OptionList& line) {
  const auto options = std::make_shared<Options>();
  line.value("what", options->what, "agents, branches, phases' numbers, or a run");
  line.flag("--landed", options->landed, "take off the target what has landed");
  line.flag("--auto", options->automatic, "with --landed: find out whose work makes the target fail");
  line.value("--run", options->run, "the run; the newest by default, with --landed the newest that landed")
      .value_name("<run>");
  line.flag("-n,--dry-run", options->dry_run, "say what would be taken out, and stop");
  return [options](const Invocation& invocation) { return rollback(*options, invocation); };
}

}  // namespace

Command rollback_command() {
  return {
      "rollback",
      Group::land,
      "[<options>] ((<agent>|<branch>|<phase>|<run>)... | --landed --auto)",
      "take accepted work out again, before or after it landed",
      "Before landing: builds the candidate anew from all accepted branches but those named (and those that "
      "come after them), validates it, and moves the candidate there. The branches themselves stay. Each "
      "earlier candidate is kept under 'refs/par/<run>/checkpoint/'.\n\n"
      "With --landed: makes one commit that takes exactly what those agents changed off the target, however "
      "it landed and whatever was committed since, validates it with the validations of the run's plan "
      "(those "
      "that belong to agents whose work is not there any more left out), and moves the target as 'git par "
      "merge' does: by compare-and-swap, together with the files where it is checked out and clean. Only "
      "failures count that the target does not have already. When the target moves meanwhile, the commit is "
      "made anew on its tip and validated again. 'git par resume' finishes a rollback that was cut off. What "
      "a "
      "rollback took off and 'git revert' of it has brought back can be rolled back again.\n\n"
      "It is refused, and nothing is changed, when agents that come after those named have landed too and "
      "are "
      "not named, when later work builds on what would go, when a validation fails on what would be left, "
      "and "
      "where the target is checked out with changes that are not committed. The items of those agents count "
      "as "
      "not done for later plans.\n\n"
      "With --landed --auto: finds out whose work it is, on evidence only. The target has to fail something, "
      "twice, that the commit on which the run landed did not; then it is validated without each agent (and "
      "those that come after it), those first that the failing tests point at, at most 16 of them, until it "
      "passes without one, twice. That one is rolled back. Without such evidence nothing is, and neither "
      "when "
      "the target has moved since.\n\n"
      "A word names a branch that 'git par merge --branches' took, else an agent, else a phase, else a "
      "run.\n\n"
      "--json prints the run as 'git par status --json' does, and with --landed {\"schema\", \"target\", "
      "\"before\", \"after\", \"rolled_back\": [agents], \"validation_runs\", \"cache_hits\"}.",
      {{"git par rollback errors", "take one agent's work out"},
       {"git par rollback 2", "take phase 2 out"},
       {"git par rollback --landed errors", "take one agent's work off the target"},
       {"git par rollback --landed r3", "take off all that run r3 landed"},
       {"git par rollback --landed --auto", "take off whatever made the target red"}},
      "0: rolled back. 1: nothing of it is there, it is refused, or --auto found nobody; the message says "
      "why.",
      configure};
}

}  // namespace par::cli
