// git par merge: lands a run's candidate on its target, or branches that exist.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>

#include "app/branch_planning.h"
#include "base/strings.h"
#include "cli/command.h"
#include "cli/landing_push.h"
#include "cli/merge_pulls.h"
#include "cli/merge_view.h"
#include "cli/progress.h"
#include "cli/report.h"
#include "cli/run_support.h"
#include "git/refs.h"
#include "git/workspace.h"
#include "os/signals.h"

namespace par::cli {
namespace {

struct Options {
  std::string run;
  std::vector<std::string> branches;
  std::string target;
  std::string strategy;
  bool all = false;
  bool push = false;
  std::string pr;  // "run" or "agent"; empty: no pull requests
  bool wait = false;
  bool dry_run = false;
};

// Said before any validation is spent; the landing itself checks again.
Result<void> check_target(const app::Project& project, const RefName& target) {
  PAR_ASSIGN(const auto tip, git::read_ref(project.repository, target));
  if (!tip) return app::no_target(project, target);
  PAR_ASSIGN(const auto obstacle, git::target_obstacle(project.repository, target));
  if (obstacle.empty()) return {};
  return refused(obstacle).hint(
      "commit or stash what is there, or end what is under way, then merge again; nothing was touched");
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
  const bool same_target = options.target.empty() || app::branch_named(options.target) == landing.target;
  const bool same_strategy = options.strategy.empty() || options.strategy == name_of(landing.strategy);
  if (same_target && same_strategy && !options.dry_run) return {};
  return refused(fmt::format("run '{}' is already landing on '{}' as '{}'", run.str(),
                             short_name(landing.target), name_of(landing.strategy)))
      .hint(fmt::format("'git par resume {}' finishes that", run.str()));
}

void show_landing(const LandingReport& report, const Invocation& invocation) {
  if (invocation.json)
    print_out(landing_json(report));
  else if (!invocation.quiet)
    print_out(landing_text(report));
}

void hint_at_reverts(const LandingReport& report) {
  for (const auto& left : report.left_out)
    if (!left.revert.empty())
      print_hint(fmt::format("'git revert {}' on '{}' brings the work of '{}' back", short_oid(left.revert),
                             short_name(report.state.landing.target), display_text(left.branch)));
}

// Where to land, and where it goes on to from there.
struct Place {
  RefName target;
  std::optional<git::Upstream> upstream;  // with --push
  std::optional<PullOrder> pulls;         // with --pr: it lands there, and not here
};

// Before anything moves.
Result<Place> find_place(const app::Project& project, const RefName& target, const Options& options) {
  Place place;
  place.target = target;
  if (options.push) {
    PAR_ASSIGN(place.upstream, app::find_push_upstream(project, target));
  }
  if (!options.pr.empty()) {
    PAR_ASSIGN(auto pulls, app::find_pull_place(project, target));
    const auto kind = options.pr == "agent" ? app::PullKind::agent : app::PullKind::run;
    place.pulls = PullOrder{std::move(pulls), kind, options.wait};
  }
  return place;
}

std::string announcement(const Place& place, const std::vector<std::string>& names) {
  std::string text = place.pulls ? fmt::format("would open {} onto '{}' of:\n",
                                               place.pulls->kind == app::PullKind::run
                                                   ? std::string("a pull request")
                                                   : counted(std::ssize(names), "pull request"),
                                               display_text(place.pulls->place.upstream.name))
                                 : fmt::format("would land on '{}':\n", short_name(place.target));
  for (const auto& name : names) text += "  " + display_text(name) + "\n";
  return text;
}

// The exit code of that; 0 when nothing is to be pushed.
Result<int> push(const app::Project& project, const Place& place, const ObjectId& landed,
                 const Invocation& invocation) {
  if (!place.upstream || landed.empty()) return 0;
  return push_landing(project, *place.upstream, landed, invocation);
}

Result<int> land(app::Session& session, const app::Project& project, const Place& place,
                 const Invocation& invocation) {
  auto& engine = session.engine();
  PAR_ASSIGN(const auto before, git::read_ref(project.repository, place.target));
  if (!engine.state().landing.requested)
    PAR_TRY(engine.record(
        core::LandRequested{place.target, session.plan().strategy, place.upstream.has_value()}));
  if (!engine.state().integration.blocked.empty()) PAR_TRY(engine.record(core::RunResumed{}));
  PAR_ASSIGN(const auto end, engine.run());
  if (end == app::EngineEnd::interrupted) return interrupted_code();
  const auto& state = engine.state();
  const LandingReport report{state, before.value_or(ObjectId()), engine.validator().runs(),
                             engine.validator().hits()};
  show_landing(report, invocation);
  if (state.landing.landed.empty()) return landing_refusal(state);
  return push(project, place, state.landing.landed, invocation);
}

// ---- branches that exist

// What landed, or did not, is what the branches were when the run took them.
Result<void> warn_of_moved(const app::Project& project, const core::RunState& state) {
  PAR_ASSIGN(const auto refs, git::list_refs(project.repository, "refs/heads/"));
  const std::map<RefName, ObjectId> now(refs.begin(), refs.end());
  for (const auto& agent : state.agents) {
    const auto found = now.find(agent.branch);
    const std::string what = fmt::format("branch '{}' was taken at {}",
                                         display_text(short_name(agent.branch)), short_oid(agent.tip));
    if (found == now.end())
      print_warning(what + " and is deleted since");
    else if (found->second != agent.tip)
      print_warning(what + " and has moved since: what is new there has no part in this");
  }
  return {};
}

Result<int> land_existing(app::Session& session, const app::Project& project, const Place& place,
                          LandingReport report, const Invocation& invocation) {
  auto& engine = session.engine();
  PAR_ASSIGN(const auto end, engine.run());
  const auto& state = engine.state();
  if (end == app::EngineEnd::interrupted) {
    if (place.pulls)
      print_hint(fmt::format("'git par resume {}' goes on, then '{}'", state.id.str(),
                             pulls_command(state.id, *place.pulls)));
    return interrupted_code();
  }
  report.validation_runs = engine.validator().runs();
  report.cache_hits = engine.validator().hits();
  for (const auto& agent : session.plan().agents)
    report.one_by_one += static_cast<int>(agent.validations.size());
  const bool asks = place.pulls && !state.integration.steps.empty();
  int code = 0;
  if (asks) {
    PAR_ASSIGN(code, request_pulls(project, session, *place.pulls, report, invocation));
  } else {
    show_landing(report, invocation);
  }
  hint_at_reverts(report);
  PAR_TRY(warn_of_moved(project, state));
  if (!asks && state.landing.landed.empty() && !state.integration.steps.empty())
    return landing_refusal(state).hint(fmt::format("'git par merge --run {}' tries again", state.id.str()));
  if (!asks) {
    PAR_ASSIGN(code, push(project, place, state.landing.landed, invocation));
  }
  if (code != 0) return code;
  const bool all = report.left_out.empty() &&
                   std::all_of(state.agents.begin(), state.agents.end(),
                               [](const auto& agent) { return core::is_accepted(agent.stage); });
  return all ? 0 : kExitNo;
}

// Of an earlier landing, for example, that could not be pushed.
Result<int> push_what_is_there(const app::Project& project, const core::Plan& plan,
                               const Invocation& invocation) {
  PAR_ASSIGN(const auto upstream, app::find_push_upstream(project, plan.target));
  return upstream.ahead == 0 ? Result<int>(0) : push_landing(project, upstream, plan.base, invocation);
}

Result<int> merge_branches(const Options& options, const Invocation& invocation) {
  PAR_ASSIGN(auto project, app::open_project(invocation.cwd));
  PAR_ASSIGN(auto landing, app::plan_landing(project, options.target, options.branches));
  auto& plan = landing.plan;
  for (const auto& warning : landing.warnings) print_warning(warning);
  if (!options.strategy.empty()) plan.strategy = *parse_enum<core::Strategy>(options.strategy);
  if (plan.agents.empty()) {
    const auto state = core::initial_state(RunId(), plan);
    const LandingReport report{state, plan.base, 0, 0, landing.nothing_new, landing.left_out};
    show_landing(report, invocation);
    hint_at_reverts(report);
    if (options.push && !options.dry_run) {
      PAR_ASSIGN(const int pushed, push_what_is_there(project, plan, invocation));
      if (pushed != 0) return pushed;
    }
    return landing.left_out.empty() ? 0 : kExitNo;
  }
  if (options.pr.empty()) PAR_TRY(check_target(project, plan.target));
  PAR_ASSIGN(const Place place, find_place(project, plan.target, options));
  if (options.dry_run) {
    std::vector<std::string> names;
    for (const auto& agent : plan.agents) names.push_back(short_name(agent.branch.ref));
    print_out(announcement(place, names));
    return 0;
  }
  if (plan.validations.empty())
    print_warning(fmt::format("'{}' configures no validation: branches are merged, but nothing is tested",
                              short_name(plan.target)));
  PAR_ASSIGN(auto database, store::Database::open(project.repository.state_dir()));
  Progress progress(invocation.quiet);
  app::SessionOptions session_options;
  session_options.start_agents = false;
  session_options.interrupts = os::interrupt_count;
  if (!place.pulls) session_options.landing = core::LandRequested{place.target, plan.strategy, options.push};
  const ObjectId before = plan.base;
  PAR_ASSIGN(auto session,
             app::Session::start(project, database, std::move(plan), progress, session_options));
  return land_existing(
      *session, project, place,
      {session->state(), before, 0, 0, std::move(landing.nothing_new), std::move(landing.left_out)},
      invocation);
}

// ---- a run

std::vector<std::string> accepted_names(const core::RunState& state) {
  std::vector<std::string> names;
  for (const auto& step : state.integration.steps) names.push_back(step.agent.str());
  return names;
}

// What was validated is what is asked to be pulled: nothing is built or validated anew for it.
Result<void> check_validated_so(const app::Session& session, const Options& options) {
  const auto& plan = session.plan();
  const auto& landing = session.state().landing;
  const std::string id = session.state().id.str();
  if (core::is_landing(plan, session.state()) && landing.landed.empty())
    return refused(fmt::format("run '{}' is already landing on '{}'", id, short_name(landing.target)))
        .hint(fmt::format("'git par resume {}' finishes that", id));
  const bool same_target = options.target.empty() || app::branch_named(options.target) == plan.target;
  const bool same_strategy = options.strategy.empty() || options.strategy == name_of(plan.strategy);
  if (!same_target || !same_strategy)
    return refused(fmt::format("run '{}' was validated for '{}' as '{}'", id, short_name(plan.target),
                               name_of(plan.strategy)))
        .hint("with --pr a run keeps its target and its strategy; 'par.prMerge' is how the forge merges it");
  if (core::fits_strategy(plan, session.state())) return {};
  return refused(fmt::format("run '{}' was last validated for another strategy than '{}'", id,
                             name_of(plan.strategy)))
      .hint("'git par merge' validates it so, and lands it here");
}

Result<int> request_for_run(app::Session& session, const app::Project& project, const Options& options,
                            const Invocation& invocation) {
  PAR_TRY(check_validated_so(session, options));
  PAR_TRY(check_ready(session.state()));
  const RefName& target = session.plan().target;
  PAR_ASSIGN(const auto before, git::read_ref(project.repository, target));
  PAR_ASSIGN(const Place place, find_place(project, target, options));
  if (options.dry_run) {
    print_out(announcement(place, accepted_names(session.state())));
    return 0;
  }
  return request_pulls(project, session, *place.pulls, {session.state(), before.value_or(ObjectId())},
                       invocation);
}

Result<int> merge_run(const Options& options, const Invocation& invocation) {
  PAR_ASSIGN(auto project, app::open_project(invocation.cwd));
  PAR_ASSIGN(auto database, app::open_state(project));
  Progress progress(invocation.quiet);
  app::SessionOptions session_options;
  session_options.start_agents = false;
  session_options.interrupts = os::interrupt_count;
  if (!options.strategy.empty() && options.pr.empty())
    session_options.strategy = parse_enum<core::Strategy>(options.strategy);
  PAR_ASSIGN(auto session, app::Session::open(project, database, options.run, progress, session_options));
  PAR_TRY(check_no_revert(session->state()));
  if (!options.pr.empty()) return request_for_run(*session, project, options, invocation);
  const RefName target = options.target.empty() ? session->plan().target : app::branch_named(options.target);
  const auto& landing = session->state().landing;
  if (core::is_landing(session->plan(), session->state())) {
    PAR_TRY(check_same(landing, options, session->state().id));
    Options begun = options;
    begun.push |= landing.push;
    PAR_ASSIGN(const Place place, find_place(project, landing.target, begun));
    return land(*session, project, place, invocation);
  }
  if (auto ready = check_ready(session->state()); !ready)
    return with_push_hint(project, session->state(), std::move(ready).error());
  PAR_TRY(check_target(project, target));
  PAR_ASSIGN(const Place place, find_place(project, target, options));
  if (options.dry_run) {
    print_out(announcement(place, accepted_names(session->state())));
    return 0;
  }
  return land(*session, project, place, invocation);
}

Handler configure(OptionList& line) {
  const auto options = std::make_shared<Options>();
  auto all = line.flag("--all", options->all, "every accepted agent (the default)");
  auto run = line.value("--run", options->run, "the run; the newest by default").value_name("<run>");
  line.value("--branches", options->branches, "land these existing branches instead; may be repeated")
      .value_name("<pattern>")
      .repeatable()
      .excludes(all)
      .excludes(run);
  line.value("--target", options->target, "branch to land on, instead of the plan's").value_name("<branch>");
  line.value("--strategy", options->strategy, "merge, squash, rebase or single, instead of the plan's")
      .value_name("<strategy>")
      .one_of({"merge", "squash", "rebase", "single"});
  auto push = line.flag("--push", options->push, "then push it to the branch that the target follows");
  auto pr = line.flag("--pr", options->pr, {"run", "agent"},
                      "open a pull request for it instead, or one for each agent");
  pr.excludes(push);
  line.flag("--wait", options->wait, "with --pr: wait for the checks of the pull requests").needs(pr);
  line.flag("-n,--dry-run", options->dry_run, "say what would land, and stop");
  return [options](const Invocation& invocation) {
    return options->branches.empty() ? merge_run(*options, invocation) : merge_branches(*options, invocation);
  };
}

constexpr std::string_view kDescription =
    "Moves the target branch, by compare-and-swap, from the commit on which the candidate was validated to a "
    "commit with exactly the validated tree. When the target has moved meanwhile, the accepted branches are "
    "merged onto its new tip and validated again first; what then fails is left out.\n\n"
    "Where the target is checked out, index and files move with it if nothing there is uncommitted; "
    "otherwise "
    "the landing is refused and nothing is touched.\n\n"
    "Strategies: 'merge' makes one merge commit with every branch as a parent, 'squash' one commit per "
    "agent, "
    "'rebase' replays the commits of each agent, with their own authors and messages, 'single' makes one "
    "commit "
    "for the run. Every commit of the target's first-parent history then has a tree that was validated: with "
    "'squash' and 'rebase' branches are therefore validated one after the other, and with 'rebase' each of "
    "their commits; a branch with a commit that fails, that does not apply, or that changes what its agent "
    "does not own, is left out and the commit is named. As with git-rebase(1), merges within a branch are "
    "flattened, so that what was resolved in them "
    "may conflict anew, and commits whose changes are there already are left out.\n\n"
    "With --branches it lands local branches that exist, all that match a pattern of "
    "git-for-each-ref(1) below 'refs/heads/', and none that the target has already. Branches that agents of "
    "runs made are taken only by patterns that begin with 'par/', and one that has no commit in common with "
    "the target is left out. They are a run of their "
    "own whose agents have nothing left to do: all are merged and validated together, and only where that is "
    "red, or does not merge, parts of them are, until it is known who is to blame. What breaks nothing "
    "lands, "
    "with one move of the target. A branch that contains another lands only with it. Failures that the "
    "target has without them count against nobody. Each branch is taken as it is at the start: commits that "
    "are added while it is tested have no part in it, and that is said. The branches themselves are never "
    "moved or deleted, neither by this nor by git-par-clean(1). When it was cut off, git-par-resume(1) goes "
    "on. The commits of a branch that landed and was rolled back are on the target, its work is not: it is "
    "left out, and what brings it back is said.\n\n"
    "With --push what landed is pushed to the remote branch that the target follows, with your own git, its "
    "hooks and its credentials. That branch moves only if it is still where it was fetched last, and nothing "
    "starts when it has commits that the target does not have. A remote that does not answer is asked four "
    "times, or until Ctrl-C. Where git would push the target to another remote (remote.pushDefault), it is "
    "refused before anything starts. What is not pushed in the end has landed all the same: 'git push' does "
    "the rest. A landing that "
    "was cut off is pushed when git-par-resume(1) has finished it. Where the target has all that is named "
    "already, and the remote branch has not, it is pushed too.\n\n"
    "With --pr nothing lands here: what was validated is pushed as a branch of its own, and a pull request "
    "asks for it to be merged into the branch that the target follows; --pr=agent makes one for the branch "
    "of each agent that was accepted. This is done by gh(1), which has to be installed and logged in, and "
    "by your own git. The branch is 'par/<run>-<plan>', or 'par/<run>-<plan>-<agent>', and existing "
    "branches keep their own name; it moves only forward, or from a commit that was pushed there from here "
    "for a pull request. The "
    "text says what a landing's message says, between two comments: given again, the command brings the "
    "pull request that is open up to date, and leaves what you wrote around them as it is; one that was "
    "closed stays closed, and another is opened. What has been done is found again, whatever cut it off. "
    "--branches begins a run each time, whose pull request is another one: '--run <run> --pr' goes on with "
    "an "
    "earlier one, and --pr=agent finds those of the branches again.\n\n"
    "With --wait it then waits for the checks, and says which of them fail; Ctrl-C ends the waiting and "
    "nothing else. With 'git config par.prMerge squash' (or 'merge', 'rebase') the forge is told to merge "
    "each of them as soon as what it requires is met, with --wait only once its checks have passed. What it "
    "requires is set there: without --wait, and where nothing is required, that is at once. 'git pull' "
    "brings what was merged. All of this is tested with gh 2.23 against a stand-in for the forge's API, not "
    "against a forge.\n\n"
    "What is printed names what lands, and of each branch that does not the tests that it breaks, with whom, "
    "and the log; then how many validations were run, answered from the cache, and saved by testing branches "
    "together; and failures that the target had and has no more, with whose work that is, as far as the "
    "results that were needed tell. --json prints {\"schema\", \"target\", \"before\", \"after\", "
    "\"landed\": [{\"branch\", "
    "\"commit\"}], "
    "\"rejected\": [{\"branch\", \"with\": [branches], \"tests\", \"reason\", \"log\", \"state\"}], "
    "\"validation_runs\", \"cache_hits\", \"saved_runs\", \"nothing_new\": [branches], "
    "\"mended\": [{\"test\", \"branch\"}]}; 'rejected' are all "
    "that "
    "did not get in, also those that were held or could not be validated. With --pr 'landed' is empty, and "
    "there is \"pull_requests\": [{\"number\", \"url\", \"state\", \"change\", \"head\", \"commit\", "
    "\"agents\", \"checks\", \"failed_checks\", \"merges_later\"}]: 'state' is open, closed or merged, "
    "'change' is opened, updated or kept, and 'checks' is unknown, none, pending, passed, failed or "
    "outdated.";

}  // namespace

Command merge_command() {
  return {
      "merge",
      Group::land,
      "[<options>]",
      "land a run's candidate, or existing branches, on the target",
      kDescription,
      {{"git par merge", "land the newest run"},
       {"git par merge --strategy squash", "one commit per agent"},
       {"git par merge --branches 'feature/*' --target main", "land what passes together of these"},
       {"git par merge --pr --wait", "open a pull request and wait for its checks"}},
      "0: landed, or asked for; with --branches: all of them, or the target has them already. 1: refused, or "
      "some branches were left out, or it was not pushed, or checks failed; what is printed says why.",
      configure};
}

}  // namespace par::cli
