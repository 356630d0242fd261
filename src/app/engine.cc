#include "app/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "app/attempt_log.h"
#include "app/spending.h"
#include "base/check.h"
#include "base/strings.h"
#include "core/ownership.h"
#include "core/retry.h"

namespace par::app {

using namespace core;  // NOLINT(google-build-using-namespace): this file is where the core's words become
                       // deeds

namespace {

// How long to wait for the end of something before the machines are asked again; as Executor::wait takes it.
Millis patience(const Next& next, const Limits& limits) {
  if (next.action) return 0;
  return next.wake ? *next.wake - limits.now : -1;
}

// Claims are no events: nothing wakes us when one is lost.
constexpr Millis kBetweenLooks = 2000;

Millis at_most(Millis patience, Millis limit) { return patience < 0 ? limit : std::min(patience, limit); }

}  // namespace

Engine::Engine(const Plan& plan, RunState state, EnginePorts ports, EngineSettings settings)
    : plan_(plan),
      state_(std::move(state)),
      ports_(ports),
      settings_(std::move(settings)),
      validator_(plan_.validations, ports_.workspace, ports_.journal, ports_.executor, settings_.validator) {
  state_.integration.planner.options.slots = settings_.validator.slots;
}

Result<EngineEnd> Engine::run() {
  auto end = work();
  if (!end && !watched_.empty())
    return std::move(end.error())
        .hint(fmt::format("its agents go on; 'git par resume {0}' takes them over, 'git par stop --now --run "
                          "{0}' ends them",
                          state_.id.str()));
  return end;
}

Result<EngineEnd> Engine::work() {
  for (;;) {
    PAR_TRY(obey_interrupts());
    PAR_TRY(say_who_loses());
    // What is known and what was decided come first: they may make needless what would be begun here.
    if (auto done = validator_.take()) {
      PAR_TRY(record(std::move(*done)));
      continue;
    }
    const Limits now = limits();
    const Next next = ending_ ? Next{} : next_step(plan_, state_, now);
    if (next.action && std::holds_alternative<Record>(*next.action)) {
      PAR_TRY(perform(*next.action));
      continue;
    }
    if (!ending_) PAR_TRY(end_unwanted(next.validations));
    PAR_ASSIGN(const bool begun, begin_one(next));
    const Millis wait = begun ? 0 : patience(next, now);
    PAR_ASSIGN(const bool something_ended,
               take_exits(may_have_loser() ? at_most(wait, kBetweenLooks) : wait));
    if (begun || something_ended) continue;
    if (next.action) {
      PAR_TRY(perform(*next.action));
    } else if (watched_.empty() && !validator_.busy() && !next.wake) {
      break;
    }
  }
  if (is_over(state_)) PAR_TRY(settings_.end_claims());
  if (!state_.integration.blocked.empty())
    return Error(state_.integration.blocked)
        .hint(fmt::format("mend it, then run 'git par resume {}'", state_.id.str()));
  const bool stopped_early = settings_.interrupts() > 0 && !state_.finished;
  return stopped_early ? EngineEnd::interrupted : EngineEnd::idle;
}

Result<void> Engine::take_over() {
  Next next = next_step(plan_, state_, limits());
  next.validations.clear();
  for (bool begun = true; begun;) {
    PAR_ASSIGN(begun, begin_one(next));
  }
  PAR_TRY(take_exits(0));
  return {};
}

Result<void> Engine::record(EventBody body) {
  const Event event{ports_.clock.wall(), std::move(body)};
  PAR_TRY(ports_.journal.append(state_.id, event));
  apply_event(state_, event);
  ports_.reporter.on_event(plan_, state_, event);
  return {};
}

Limits Engine::limits() const {
  return Limits{settings_.jobs, !settings_.start_agents || settings_.interrupts() > 0, ports_.clock.wall()};
}

Result<void> Engine::obey_interrupts() {
  if (ending_ || settings_.interrupts() < 2) return {};
  ending_ = true;
  for (const auto& id : watched_) PAR_TRY(ports_.executor.stop(id));
  return validator_.keep_only({});
}

bool Engine::may_have_loser() const {
  return settings_.loser && !watched_.empty() &&
         std::none_of(state_.fallbacks.begin(), state_.fallbacks.end(),
                      [](const auto& f) { return f.trigger == Trigger::claims; });
}

Result<void> Engine::say_who_loses() {
  const Millis now = ports_.clock.monotonic();
  if (!may_have_loser() || now < next_look_) return {};
  next_look_ = now + kBetweenLooks;
  PAR_ASSIGN(const auto loser, settings_.loser());
  if (!loser) return {};
  return record(FellBack{Trigger::claims, false,
                         fmt::format("'{}' found everything held by others {} times in a row",
                                     display_text(loser->agent.str()), loser->losses)});
}

Result<void> Engine::watch(const os::JobSpec& job) {
  PAR_TRY(ports_.executor.ensure(job));
  watched_.insert(job.id);
  return {};
}

AgentJobContext Engine::context_for(const AgentState& agent) const {
  return {plan_,
          settings_.paths,
          settings_.agent_environment,
          settings_.log_limit,
          settings_.main_root,
          done_before(state_, agent)};
}

Result<bool> Engine::begin_filling(const std::vector<AwaitWorktree>& wanted) {
  const auto under_way = [this](const AwaitWorktree& await) {
    return watched_.contains(worktree_job_id(await.agent, await.attempt));
  };
  const auto filling = static_cast<std::size_t>(std::count_if(wanted.begin(), wanted.end(), under_way));
  for (const auto& await : wanted) {
    if (under_way(await)) continue;
    // A setup may wait for a network as long as it likes; git only takes what processors there are.
    if (filling >= settings_.fills && plan_.worktree.setup.empty()) break;
    const auto& agent = *state_.find(await.agent);
    PAR_ASSIGN(const auto owned, Ownership::parse(plan_.find(agent.name)->spec, plan_.folding()));
    PAR_ASSIGN(const auto fill, ports_.workspace.fill_command(agent.name, agent.start, owned));
    PAR_ASSIGN(const auto job, prepare_worktree_job(context_for(agent), agent, fill));
    PAR_TRY(watch(job));
    return true;
  }
  return false;
}

Result<bool> Engine::begin_one(const Next& next) {
  PAR_ASSIGN(const bool fills, begin_filling(next.worktrees));
  if (fills) return true;
  for (const auto& await : next.agents) {
    if (watched_.contains(agent_job_id(await.agent, await.attempt))) continue;
    const auto& agent = *state_.find(await.agent);
    PAR_ASSIGN(const auto job, prepare_agent_job(context_for(agent), agent));
    PAR_TRY(watch(job));
    return true;
  }
  for (const auto& await : next.validations) {
    if (!validator_.has_room() || validator_.has(await.tree)) continue;
    PAR_TRY(validator_.begin(await));
    return true;
  }
  return false;
}

Result<void> Engine::end_unwanted(const std::vector<AwaitValidation>& wanted) {
  // The baseline is of use whatever becomes of the trials.
  std::set<ObjectId> trees{state_.integration.base_tree};
  for (const auto& await : wanted) trees.insert(await.tree);
  return validator_.keep_only(trees);
}

Result<bool> Engine::take_exits(Millis patience) {
  if (watched_.empty() && !validator_.busy() && patience <= 0) return false;
  PAR_ASSIGN(const auto exits, ports_.executor.wait(patience));
  for (const auto& exit : exits) PAR_TRY(on_exit(exit));
  // A wait that a signal ended counts: the loop must look at the interrupts.
  return patience != 0 || !exits.empty();
}

Result<void> Engine::on_exit(const os::JobExit& exit) {
  if (watched_.erase(exit.id) == 0) return validator_.on_exit(exit);
  for (const auto& agent : state_.agents) {
    if (current_job_id(agent) != exit.id) continue;
    if (agent.stage == Stage::filling) return on_worktree_exit(agent, exit);
    PAR_ASSIGN(const auto spent,
               attempt_spending(settings_.paths, plan_.find(agent.name)->spec, agent.attempt));
    return record(
        AgentExited{agent.name, agent.attempt, exit.how, exit.code, exit.seconds, spent.cost, spent.tokens});
  }
  return {};
}

Result<void> Engine::on_worktree_exit(const AgentState& agent, const os::JobExit& exit) {
  const auto& [name, attempt, path] = std::tie(agent.name, agent.attempt, agent.worktree);
  const auto log = settings_.paths.agent_log(name);
  if (exit.how == ExitKind::exited && exit.code == 0) return record(WorktreeReady{name, attempt, path});
  if (exit.how == ExitKind::stopped || exit.how == ExitKind::lost)
    return record(AgentExited{name, attempt, exit.how, exit.code, exit.seconds});
  if (exit.how == ExitKind::exited && exit.code != kSetupFailed) {
    PAR_TRY(ports_.executor.forget(exit.id));  // or the same result would come again
    return Error(fmt::format("the files of '{}' could not be checked out", path))
        .hint(fmt::format("see {}; then 'git par resume {}' goes on", log, state_.id.str()));
  }
  const bool is_late = exit.how == ExitKind::timed_out || exit.how == ExitKind::hung;
  const auto* reason = is_late ? "the setup of its worktree timed out" : "the setup of its worktree failed";
  return refuse({name, attempt, RejectKind::failed, reason, {}, {}, log});
}

Result<void> Engine::perform(const Action& action) {
  return std::visit([this](const auto& a) { return perform_action(a); }, action);
}

Result<void> Engine::perform_action(const Record& action) { return record(action.body); }

Result<void> Engine::perform_action(const PrepareRun& action) {
  PAR_TRY(ports_.workspace.prepare_run(action.base));
  return record(RunPrepared{});
}

Result<void> Engine::perform_action(const TakeBranches& action) {
  PAR_ASSIGN(auto taken, ports_.workspace.take_branches(state_.base, action.branches));
  PAR_TRY(ports_.workspace.make_durable());
  return record(BranchesTaken{std::move(taken)});
}

Result<void> Engine::perform_action(const AddWorktree& action) {
  PAR_ASSIGN(std::string path, ports_.workspace.add_worktree(action.agent, action.attempt, action.start));
  return record(WorktreeAdded{action.agent, action.attempt, std::move(path)});
}

Result<void> Engine::refuse(AgentRejected why) {
  const AgentSpec& spec = plan_.find(why.agent)->spec;
  std::string output;
  if (!spec.permanent.texts.empty()) {
    PAR_ASSIGN(output, attempt_output(settings_.paths, why.agent, why.attempt, kOutputSearched));
  }
  if (auto reason = permanent_error(spec, *state_.find(why.agent), why, output); !reason.empty()) {
    why.reason = std::move(reason);
    return record(std::move(why));
  }
  if (settings_.start_agents)
    if (auto again = next_attempt(state_, spec, why, ports_.clock.wall(), settings_.random()))
      return record(*std::move(again));
  return record(std::move(why));
}

Result<void> Engine::perform_action(const Refuse& action) { return refuse(action.why); }

Result<void> Engine::perform_action(const Collect& action) {
  auto& workspace = ports_.workspace;
  PAR_ASSIGN(BranchFacts facts, workspace.inspect_branch(action.agent, action.start));
  EventBody verdict = judge_branch(plan_, action.agent, action.attempt, facts);
  if (std::holds_alternative<AgentCollected>(verdict) && !facts.uncommitted.empty()) {
    const auto committed = workspace.commit_leftovers(action.agent);
    if (!committed && committed.error().kind != ErrorKind::refused) return committed.error();
    if (committed) {
      PAR_ASSIGN(facts, workspace.inspect_branch(action.agent, action.start));
      verdict = judge_branch(plan_, action.agent, action.attempt, facts);
    } else {
      verdict = AgentRejected{
          action.agent, action.attempt, RejectKind::failed, committed.error().message, {}, {}, ""};
    }
  }
  PAR_TRY(workspace.make_durable());
  if (auto* rejected = std::get_if<AgentRejected>(&verdict)) return refuse(std::move(*rejected));
  return record(std::move(verdict));
}

Result<void> Engine::cut_at_foreign_commit(TrialBuilt& built) {
  for (auto step = built.steps.begin(); step != built.steps.end(); ++step) {
    if (step->replayed.empty()) continue;
    const auto& planned = *plan_.find(step->agent);
    if (!planned.branch.ref.empty()) continue;  // it owns whatever it changed
    PAR_ASSIGN(const auto owned, Ownership::parse(planned.spec, plan_.folding()));
    for (const auto& replayed : step->replayed) {
      PAR_ASSIGN(const auto changed, ports_.workspace.changed_by(replayed.commit));
      const auto outside = owned.outside(changed);
      if (outside.empty()) continue;
      built.conflict = step->agent;
      built.source = replayed.source;
      built.outside = true;
      built.paths.clear();
      for (const auto& path : outside) built.paths.push_back(quote_path(path.str()));
      built.steps.erase(step, built.steps.end());
      return {};
    }
  }
  return {};
}

Result<void> Engine::perform_action(const BuildTrial& action) {
  PAR_ASSIGN(TrialBuilt built, ports_.workspace.build_trial(action.onto, action.branches, action.strategy));
  built.trial = action.trial;
  PAR_TRY(cut_at_foreign_commit(built));
  // A trial in the journal must not survive a power cut that its commits do not.
  PAR_TRY(ports_.workspace.make_durable());
  return record(std::move(built));
}

Result<void> Engine::perform_action(const MoveCandidate& action) {
  PAR_TRY(ports_.workspace.move_candidate(action.from, action.to));
  PAR_TRY(ports_.workspace.make_durable());
  const auto& integration = state_.integration;
  if (const auto trial = integration.trial_to(action.to))
    PAR_TRY(ports_.journal.record_green(integration.last_step(*trial).tree));
  return record(Accepted{action.to});
}

Result<void> Engine::perform_action(const BuildLanding& action) {
  PAR_ASSIGN(const TargetTip tip, ports_.workspace.read_target(action.target));
  if (tip.commit != action.expected) return record(Rebased{tip.commit, tip.tree, tip.holds_run_base});
  PAR_ASSIGN(const auto left_undone, undone(action.steps));
  const auto commits = landing_commits(plan_, state_, action.steps, left_undone);
  const ObjectId& tested = action.steps.back().tree;
  check((commits.empty() ? tip.tree : commits.back().tree) == tested,
        "the landing's tree is not the one that was validated");
  PAR_ASSIGN(const ObjectId to, ports_.workspace.write_commits(action.expected, commits));
  return record(LandingBuilt{action.expected, to, tested, tip.tree});
}

Result<void> Engine::perform_action(const BuildRevert& action) {
  auto& workspace = ports_.workspace;
  auto read = workspace.read_target(action.target);
  if (!read && read.error().kind == ErrorKind::refused) return record(LandingRefused{read.error().message});
  PAR_ASSIGN(const TargetTip tip, std::move(read));
  if (!action.expected.empty() && tip.commit != action.expected)
    return record(
        LandingRefused{fmt::format("'{}' has moved since it was looked at", short_name(action.target))});
  const auto& [agent, start, without] = action.branch;
  if (!workspace.has_commit(start) || !workspace.has_commit(without))
    return record(LandingRefused{"the commits that say what to take off are gone"});
  PAR_ASSIGN(const TrialBuilt merged, workspace.build_trial(tip.commit, {action.branch}, Strategy::merge));
  if (!merged.conflict.empty())
    return record(LandingRefused{fmt::format("what came later on '{}' builds on it: {}",
                                             short_name(action.target), join(merged.paths, ", "))});
  const ObjectId& tree = merged.steps.back().tree;
  if (tree == tip.tree)
    return record(
        LandingRefused{fmt::format("nothing of it is on '{}' any more", short_name(action.target))});
  PAR_ASSIGN(const auto left_undone, undone(state_.integration.steps));
  PAR_ASSIGN(const ObjectId to,
             workspace.write_commits(tip.commit, {revert_commit(plan_, state_, tree, left_undone)}));
  PAR_TRY(workspace.keep_revert({start, without, to}));
  PAR_TRY(workspace.make_durable());
  return record(LandingBuilt{tip.commit, to, tree, tip.tree});
}

Result<void> Engine::perform_action(const MoveTarget& action) {
  // Of a candidate that is known since it became one.
  if (state_.landing.revert) PAR_TRY(ports_.journal.record_green(state_.landing.built->tree));
  PAR_ASSIGN(const TargetMoveResult result,
             ports_.workspace.move_target(action.target, action.from, action.to));
  switch (result.outcome) {
    case TargetMove::moved:
      return record(Landed{action.to});
    case TargetMove::lost:
      return record(LandingLost{});
    case TargetMove::refused:
      return record(LandingRefused{result.reason});
  }
  bug("a target moved in a way that has no name");
}

}  // namespace par::app
