// git par plan: who may work on what, in which phase, and why.
#include <CLI/CLI.hpp>
#include <memory>

#include "app/project.h"
#include "cli/command.h"
#include "cli/plan_view.h"
#include "cli/report.h"

namespace par::cli {
namespace {

struct Options {
  app::PlanOptions plan;
  std::size_t limit = 100;
  bool dry_run = false;
};

Result<int> plan(const Options& options, const Invocation& invocation) {
  PAR_ASSIGN(const auto project, app::open_project(invocation.cwd));
  PAR_ASSIGN(auto made, app::make_plan_now(project, options.plan));
  for (const auto& warning : made.warnings) print_warning(warning);
  if (!options.dry_run) {
    PAR_ASSIGN(auto database, store::Database::open(project.repository.state_dir()));
    PAR_TRY(database.put_plan(made.plan));
  }
  if (invocation.json)
    print_out(plan_json(made.plan, options.limit));
  else if (!invocation.quiet)
    print_out(plan_text(made.plan));
  return 0;
}

Handler configure(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  app.add_option("--target", options->plan.target, "branch to land on, instead of the configuration's")
      ->option_text("<branch>");
  app.add_option("-j,--jobs", options->plan.jobs, "agents at once, instead of the configuration's")
      ->option_text("<n>")
      ->check(CLI::Range(1, 10000));
  app.add_flag("--force-parallel", options->plan.force_parallel,
               "plan in parallel even when it does not pay");
  app.add_option("--limit", options->limit, "items listed per agent in JSON (default 100)")
      ->option_text("<n>");
  app.add_flag("-n,--dry-run", options->dry_run, "print the plan, do not store it");
  return [options](const Invocation& invocation) { return plan(*options, invocation); };
}

}  // namespace

Command plan_command() {
  return {
      "plan",
      Group::plan,
      "[<options>]",
      "show who may work on what, in which phase, and why",
      "Reads '.gitpar.toml' from the tip of the target branch, finds which agent owns which path, puts "
      "agents that "
      "could change the same path into different phases, and decides whether working in parallel pays.\n\n"
      "The plan is stored under a name made from its content; the same input gives the same plan. "
      "'git par run' makes the same plan and runs it at once.",
      {{"git par plan", "the plan of what is committed on the target"},
       {"git par plan --json | jq .overlaps", "the overlaps, for a program"}},
      "0: planned. 1: two agents overlap and on_overlap is \"refuse\".",
      configure};
}

}  // namespace par::cli
