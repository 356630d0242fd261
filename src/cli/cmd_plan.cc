// git par plan: who may work on what, in which phase, and why.
#include <algorithm>
#include <memory>

#include "app/branch_planning.h"
#include "app/preflight.h"
#include "cli/command.h"
#include "cli/plan_view.h"
#include "cli/planning_options.h"
#include "cli/preflight_view.h"
#include "cli/report.h"

namespace par::cli {
namespace {

struct Options {
  app::PlanOptions plan;
  std::vector<std::string> branches;
  std::size_t limit = 100;
  bool dry_run = false;
  bool check = false;
  bool matrix = false;
  bool dot = false;
};

void show(const core::Plan& plan, const Options& options, const Invocation& invocation) {
  if (options.dot)
    print_out(plan_dot(plan));
  else if (options.matrix)
    print_out(matrix_text(plan));
  else if (invocation.json)
    print_out(plan_json(plan, options.limit));
  else if (!invocation.quiet)
    print_out(options.branches.empty() ? plan_text(plan) : branches_text(plan));
}

Result<int> plan_agents(const Options& options, const Invocation& invocation) {
  PAR_ASSIGN(const auto project, app::open_project(invocation.cwd));
  PAR_ASSIGN(auto made, app::make_plan_now(project, invocation.cwd, options.plan));
  for (const auto& warning : made.warnings) print_warning(warning);
  if (!options.dry_run) {
    PAR_ASSIGN(auto database, store::Database::open(project.repository.state_dir()));
    PAR_TRY(database.put_plan(made.plan));
  }
  show(made.plan, options, invocation);
  return 0;
}

Result<int> check_plan(const Options& options, const Invocation& invocation) {
  PAR_ASSIGN(const auto project, app::open_project(invocation.cwd));
  PAR_ASSIGN(const auto preflight, app::check_preflight(project, invocation.cwd, options.plan));
  if (preflight.made)
    for (const auto& warning : preflight.made->warnings) print_warning(warning);
  if (invocation.json)
    print_out(preflight_json(preflight, options.limit));
  else if (!invocation.quiet)
    print_out(preflight_text(preflight));
  const bool may_run = std::none_of(preflight.checks.begin(), preflight.checks.end(), [](const auto& check) {
    return check.result == core::CheckResult::error;
  });
  return may_run ? 0 : kExitNo;
}

Result<int> plan_branches(const Options& options, const Invocation& invocation) {
  PAR_ASSIGN(const auto project, app::open_project(invocation.cwd));
  PAR_ASSIGN(const auto made, app::plan_branches(project, options.plan, options.branches));
  for (const auto& warning : made.warnings) print_warning(warning);
  show(made.plan, options, invocation);
  return made.plan.conflicts.empty() ? 0 : kExitNo;
}

Handler configure(OptionList& line) {
  const auto options = std::make_shared<Options>();
  add_planning_options(line, options->plan);
  auto branches =
      line.value("--branches", options->branches, "plan these existing branches instead; may be repeated")
          .value_name("<pattern>")
          .repeatable();
  line.value("--limit", options->limit, "items listed per agent, and predictions, in JSON (default 100)")
      .value_name("<n>");
  auto matrix = line.flag("--matrix", options->matrix,
                          "print which agents can work at the same time, and why others cannot");
  auto dot = line.flag("--dot", options->dot, "print the graph of the phases, for Graphviz").excludes(matrix);
  line.flag("--check", options->check, "check that the plan could be run now and land; store nothing")
      .excludes(branches)
      .excludes(matrix)
      .excludes(dot);
  line.flag("-n,--dry-run", options->dry_run, "print the plan, do not store it");
  return [options](const Invocation& invocation) {
    if (options->check) return check_plan(*options, invocation);
    return options->branches.empty() ? plan_agents(*options, invocation)
                                     : plan_branches(*options, invocation);
  };
}

constexpr std::string_view kDescription =
    "Reads '.gitpar.toml' from the tip of the target branch, finds which agent owns which path, puts "
    "agents that could change the same path into different phases, and decides whether working in parallel "
    "pays.\n\n"
    "The items of the configuration, and those of --items or else the imported ones, go to the agents that "
    "own all their files, evenly by their estimates. The work of a pool (count in the configuration, or "
    "--agents) is divided among its workers: by default so that items which share a file, directly or "
    "through others, stay together, and no two workers ever meet in a file. --by divides by severity, "
    "category, owner (of CODEOWNERS), directory or files instead; workers that then meet in a file work "
    "one after the other. A worker owns the files of its items and nothing else.\n\n"
    "Where neither an item nor its agent has an estimate, it is what items of its category took on average "
    "in earlier runs; for an agent without items, what that agent took. The decision names what it has "
    "from "
    "there.\n\n"
    "Items that an earlier run finished are not planned again: their work is on the target, or it is "
    "accepted "
    "there and waits to land. What comes after them may start once that has landed, and is refused before. "
    "An agent whose items are all finished has no part in the plan. An item is planned again when its title "
    "or its files have changed since, or when an import closed it and a later one found it again. --again "
    "plans all anew, for instance when a finding is still there.\n\n"
    "With --predict the files of items are taken to have companions: what changed in at least 3, and in "
    "half, "
    "of those of the last 2000 commits that changed the file (commits of more than 30 files say nothing), "
    "the "
    "header of a source and the source of a header beside it, and the nearest test that is called so "
    "(test_x, "
    "x_test, x.test, x.spec, XTest). At most 5 for each item. Workers of a pool that would meet there "
    "become "
    "one, and own what they are expected to change, as far as only their pool owns it and the work can "
    "still "
    "be divided evenly. For all others predictions are only shown. They never make a plan invalid.\n\n"
    "With --branches it plans branches that exist: their footprints are what they changed since they left "
    "the target, a branch that contains another comes after it, and two that touch a common path are "
    "merged "
    "in memory to see whether they conflict. Phases are an order to merge them in.\n\n"
    "With --check it prints a checklist instead, a line each, and what to do where something is wrong: the "
    "target exists and its files can move with it, it has what was fetched of the branch it follows, every "
    "owned pattern matches something, every item has an agent, there is room for the worktrees (the size "
    "of the files for each), the agents' commands are found, the validations' results on the target are "
    "known and green, and nothing of earlier runs is left. Only what is known here is looked at: nothing "
    "is fetched, validated or changed.\n\n"
    "The plan is stored under a name made from its content; the same input gives the same plan, in "
    "whatever order it comes; what earlier runs did is a part of it. 'git par run' makes the same plan and "
    "runs it at once.";

}  // namespace

Command plan_command() {
  return {"plan",
          Group::plan,
          "[<options>]",
          "show who may work on what, in which phase, and why",
          kDescription,
          {{"git par plan", "the plan of what is committed on the target"},
           {"git par plan --items findings.sarif --agents 8",
            "divide an analyser's findings among eight workers"},
           {"git par plan --items findings.sarif --agents 8 --predict",
            "let tests and headers go with their sources"},
           {"git par plan --branches 'feature/*'", "in which order can these be merged, and which conflict?"},
           {"git par plan --check && git par run", "run only what can run"},
           {"git par plan --dot | dot -Tsvg >plan.svg", "a picture of the phases"},
           {"git par plan --json | jq .overlaps", "the overlaps, for a program"}},
          "0: planned. 1: two agents overlap and on_overlap is \"refuse\"; all items are finished, or what "
          "is left comes after work that has not landed; with "
          "--branches: some "
          "conflict; "
          "with --check: an error is on the list.",
          configure};
}

}  // namespace par::cli
