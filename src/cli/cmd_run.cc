// git par run: plans, or takes a stored plan, and runs it.
#include <fmt/format.h>

#include <memory>

#include "cli/command.h"
#include "cli/plan_view.h"
#include "cli/planning_options.h"
#include "cli/progress.h"
#include "cli/report.h"
#include "cli/run_support.h"
#include "os/signals.h"

namespace par::cli {
namespace {

struct Options {
  std::string plan;
  app::PlanOptions planning;
  os::ExecutorKind executor = os::ExecutorKind::local;
  bool canary = false;
  bool land = false;
  bool dry_run = false;
};

Result<core::Plan> choose_plan(const app::Project& project, const std::string& cwd, const Options& options) {
  if (!options.plan.empty()) {
    const auto& planning = options.planning;
    if (!planning.target.empty() || !planning.items.empty() || planning.agents > 0 ||
        planning.force_parallel || planning.predict || planning.again || planning.by != core::By::automatic)
      return usage_error(fmt::format("'{}' is planned already: only --jobs can be given", options.plan))
          .hint("make another plan with 'git par plan', or leave it out");
    PAR_ASSIGN(const auto database, app::open_state(project));
    return database.plan(options.plan);
  }
  PAR_ASSIGN(auto made, app::make_plan_now(project, cwd, options.planning));
  for (const auto& warning : made.warnings) print_warning(warning);
  return std::move(made.plan);
}

Result<int> run(const Options& options, const Invocation& invocation) {
  PAR_ASSIGN(auto project, app::open_project(invocation.cwd));
  PAR_ASSIGN(core::Plan plan, choose_plan(project, invocation.cwd, options));
  if (options.dry_run) {
    print_out(invocation.json ? plan_json(plan, SIZE_MAX) : plan_text(plan));
    return 0;
  }
  PAR_ASSIGN(auto database, store::Database::open(project.repository.state_dir()));
  Progress progress(invocation.quiet);
  app::SessionOptions session_options;
  session_options.jobs = options.planning.jobs;
  session_options.executor = options.executor;
  session_options.canary = options.canary;
  session_options.interrupts = os::interrupt_count;
  if (options.land) session_options.landing = core::LandRequested{plan.target, plan.strategy};
  PAR_ASSIGN(auto session,
             app::Session::start(project, database, std::move(plan), progress, session_options));
  PAR_ASSIGN(const auto end, session->engine().run());
  return conclude(project, database, *session, end, invocation);
}

Handler configure(OptionList& line) {
  const auto options = std::make_shared<Options>();
  line.value("plan", options->plan, "a stored plan");
  add_planning_options(line, options->planning);
  line.call(
          "--on",
          [options](const std::string& word) { options->executor = *parse_enum<os::ExecutorKind>(word); },
          "where the commands run (default local, this machine)")
      .value_name("<executor>")
      .one_of({enum_names<os::ExecutorKind>.begin(), enum_names<os::ExecutorKind>.end()});
  line.flag("--canary", options->canary, "run one agent alone first, the others only when it is accepted");
  line.flag("--land", options->land, "land the candidate when all agents are done");
  line.flag("-n,--dry-run", options->dry_run, "print the plan and stop");
  return [options](const Invocation& invocation) { return run(*options, invocation); };
}

}  // namespace

Command run_command() {
  return {
      "run",
      Group::run,
      "[<options>] [<plan>]",
      "run the agents, phase by phase, and keep what passes together",
      "Gives each agent a worktree and a branch 'par/<run>/<agent>/tip', runs its command there, and commits "
      "what "
      "it leaves uncommitted. A finished branch must stay within what its agent owns; it is then merged onto "
      "the "
      "candidate, which holds all accepted work, and validated there. Green: the candidate moves. Red: that "
      "branch alone is rejected; the others go on.\n\n"
      "An attempt that fails (its command ends with an error, by a signal or at its time limit, changes "
      "nothing or "
      "what the agent does not own, leaves its branch, conflicts, or is red) starts again where 'retries' in "
      "gitpar.toml(5) says so, from the newest candidate. Its prompt then says what was wrong; what it did "
      "is saved "
      "under 'refs/par/salvage/'. It waits before that: about a second, twice as long each time, five "
      "minutes at "
      "most; the others do not wait. What another attempt cannot mend is not tried again: exit codes 126 and "
      "127. "
      "An agent whose end nobody saw, after a crash of the machine, starts again four times whatever "
      "'retries' "
      "says.\n\n"
      "A run falls back to one agent at a time, each on a candidate that holds all before it, until its end: "
      "when "
      "its plan gains too little by working in parallel ('min_speedup', 'min_sequential'), when "
      "four attempts or more have ended and more of them failed than 'max_failure_rate' allows, when a "
      "branch "
      "does not merge with what was accepted, and when more than 80 % of 'budget' or 'budget_tokens' is "
      "spent, "
      "as far as the agents' CLIs say what they use. An agent that crashes, one that changes what it does "
      "not own, one that keeps finding what it may claim held by others, and "
      "branches that fail together are reported, once each, and concern nobody else. Everything of this is "
      "in "
      "'git par status' and 'git par log'. An agent that fails holds back only those that come after it.\n\n"
      "With --canary, or 'canary' in gitpar.toml(5), the agent of the first phase with the least estimate "
      "works "
      "alone until it is in the candidate. If it is not accepted, nobody else starts and the run ends there: "
      "see "
      "git-par-retry(1), and --no-canary in git-par-resume(1).\n\n"
      "Nothing of yours is touched: the target moves only with --land or 'git par merge'. With --land it "
      "moves "
      "when all agents are done, also where it is 'git par resume' that goes on until then, but not when "
      "'git par rollback' took something out meanwhile.\n\n"
      "The first Ctrl-C starts nothing new and waits for what runs; the second ends it. Whatever happens, "
      "'git par resume' goes on where the run was.",
      {{"git par run", "plan what is committed on the target, and run it"},
       {"git par run -j 8 --land", "eight agents at once, land at the end"},
       {"git par run p-1f3c", "run a plan that 'git par plan' printed"}},
      "0: every agent is in the candidate (or landed). 1: some are not, or nothing is left to do. 130: "
      "interrupted.",
      configure};
}

}  // namespace par::cli
