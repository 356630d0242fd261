// git par merge: lands a run's candidate on its target.
#include <fmt/format.h>

#include <memory>

#include "cli/command.h"
#include "cli/merge_view.h"
#include "cli/progress.h"
#include "cli/report.h"
#include "cli/run_support.h"
#include "git/refs.h"
#include "git/worktrees.h"
#include "os/signals.h"

namespace par::cli {
namespace {

struct Options {
  std::string run;
  std::string target;
  std::string strategy;
  bool all = false;
  bool dry_run = false;
};

// Said before any validation is spent; the landing itself checks again.
Result<void> check_target(const app::Project& project, const RefName& target) {
  PAR_ASSIGN(const auto tip, git::read_ref(project.repository, target));
  if (!tip) return Error(fmt::format("the target branch '{}' does not exist", short_name(target)));
  PAR_ASSIGN(const auto worktrees, git::list_worktrees(project.repository));
  for (const auto& worktree : worktrees) {
    if (worktree.bare || worktree.branch != target) continue;
    PAR_ASSIGN(const bool clean, git::is_clean(worktree));
    if (!clean)
      return refused(fmt::format("'{}' is checked out in '{}' and has changes that are not committed",
                                 short_name(target), worktree.path))
          .hint("commit or stash them, then merge again; nothing was touched");
  }
  return {};
}

Result<void> check_ready(const core::RunState& state) {
  const std::string id = state.id.str();
  if (!state.landing.landed.empty())
    return refused(fmt::format("run '{}' has landed already, as {}", id, short_oid(state.landing.landed)));
  if (!state.finished)
    return refused(fmt::format("run '{}' is not finished", id))
        .hint(fmt::format("'git par resume {}' goes on", id));
  if (state.integration.steps.empty())
    return refused(fmt::format("run '{}' has nothing to land", id)).hint("'git par status' says why");
  return {};
}

// A landing that was cut off is finished as it was begun.
Result<void> check_same(const core::LandingState& landing, const Options& options, const RunId& run) {
  const bool same_target = options.target.empty() || options.target == short_name(landing.target);
  const bool same_strategy = options.strategy.empty() || options.strategy == name_of(landing.strategy);
  if (same_target && same_strategy && !options.dry_run) return {};
  return refused(fmt::format("run '{}' is already landing on '{}' as '{}'", run.str(),
                             short_name(landing.target), name_of(landing.strategy)))
      .hint(fmt::format("'git par resume {}' finishes that", run.str()));
}

Result<int> land(app::Session& session, const app::Project& project, const RefName& target,
                 const Invocation& invocation) {
  auto& engine = session.engine();
  PAR_ASSIGN(const auto before, git::read_ref(project.repository, target));
  if (!engine.state().landing.requested)
    PAR_TRY(engine.record(core::LandRequested{target, session.plan().strategy}));
  if (!engine.state().integration.blocked.empty()) PAR_TRY(engine.record(core::RunResumed{}));
  PAR_ASSIGN(const auto end, engine.run());
  if (end == app::EngineEnd::interrupted) return interrupted_code();
  const auto& state = engine.state();
  if (state.landing.landed.empty()) return landing_refusal(state);
  const LandingReport report{state, before.value_or(ObjectId()), engine.validator().runs(),
                             engine.validator().hits()};
  if (invocation.json)
    print_out(landing_json(report));
  else if (!invocation.quiet)
    print_out(landing_text(report));
  return 0;
}

Result<int> merge(const Options& options, const Invocation& invocation) {
  PAR_ASSIGN(auto project, app::open_project(invocation.cwd));
  PAR_ASSIGN(auto database, app::open_state(project));
  Progress progress(invocation.quiet);
  app::SessionOptions session_options;
  session_options.start_agents = false;
  session_options.interrupts = os::interrupt_count;
  if (!options.strategy.empty()) session_options.strategy = parse_enum<core::Strategy>(options.strategy);
  PAR_ASSIGN(auto session, app::Session::open(project, database, options.run, progress, session_options));
  const RefName target =
      options.target.empty() ? session->plan().target : RefName("refs/heads/" + options.target);
  const auto& landing = session->state().landing;
  if (landing.requested) {
    PAR_TRY(check_same(landing, options, session->state().id));
    return land(*session, project, landing.target, invocation);
  }
  PAR_TRY(check_ready(session->state()));
  PAR_TRY(check_target(project, target));
  if (options.dry_run) {
    std::string text = fmt::format("would land on '{}':\n", short_name(target));
    for (const auto& step : session->state().integration.steps) text += "  " + step.agent.str() + "\n";
    print_out(text);
    return 0;
  }
  return land(*session, project, target, invocation);
}

Handler configure(OptionList& line) {
  const auto options = std::make_shared<Options>();
  line.flag("--all", options->all, "every accepted agent (the default)");
  line.value("--run", options->run, "the run; the newest by default").value_name("<run>");
  line.value("--target", options->target, "branch to land on, instead of the plan's").value_name("<branch>");
  line.value("--strategy", options->strategy, "merge, squash or single, instead of the plan's")
      .value_name("<strategy>")
      .one_of({"merge", "squash", "single"});
  line.flag("-n,--dry-run", options->dry_run, "say what would land, and stop");
  return [options](const Invocation& invocation) { return merge(*options, invocation); };
}

}  // namespace

Command merge_command() {
  return {
      "merge",
      Group::land,
      "[<options>]",
      "land a run's candidate on its target",
      "Moves the target branch, by compare-and-swap, from the commit on which the candidate was validated to "
      "a "
      "commit with exactly the validated tree. When the target has moved meanwhile, the accepted branches "
      "are "
      "merged onto its new tip and validated again first; what then fails is left out.\n\n"
      "Where the target is checked out, index and files move with it if nothing there is uncommitted; "
      "otherwise "
      "the landing is refused and nothing is touched.\n\n"
      "Strategies: 'merge' makes one merge commit with every branch as a parent, 'squash' one commit per "
      "agent, "
      "'single' one commit for the run.",
      {{"git par merge", "land the newest run"}, {"git par merge --strategy squash", "one commit per agent"}},
      "0: landed. 1: refused; the message says why.",
      configure};
}

}  // namespace par::cli
