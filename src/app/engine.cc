#include "app/engine.h"

#include <fmt/format.h>

#include "base/check.h"

namespace par::app {

using namespace core;  // NOLINT(google-build-using-namespace): this file is where the core's words become
                       // deeds

Engine::Engine(const Plan& plan, RunState state, EnginePorts ports, EngineSettings settings)
    : plan_(plan),
      state_(std::move(state)),
      ports_(ports),
      settings_(std::move(settings)),
      validator_(plan_.validations, ports_.workspace, ports_.journal, ports_.jobs, settings_.validator) {}

Result<EngineEnd> Engine::run() {
  for (;;) {
    PAR_TRY(obey_interrupts());
    const Next next = ending_ ? Next{} : next_step(plan_, state_, limits());
    PAR_TRY(ensure_under_way(next));
    if (auto done = validator_.take()) {
      PAR_TRY(record(std::move(*done)));
      continue;
    }
    PAR_ASSIGN(const bool something_ended, take_exits(!next.action));
    if (something_ended) continue;
    if (next.action) {
      PAR_TRY(perform(*next.action));
    } else if (watched_.empty() && !validator_.busy()) {
      break;
    }
  }
  if (!state_.integration.blocked.empty())
    return Error(state_.integration.blocked)
        .hint(fmt::format("mend it, then run 'git par resume {}'", state_.id.str()));
  const bool stopped_early = settings_.interrupts() > 0 && !state_.finished;
  return stopped_early ? EngineEnd::interrupted : EngineEnd::idle;
}

Result<void> Engine::record(EventBody body) {
  const Event event{ports_.clock.wall(), std::move(body)};
  PAR_TRY(ports_.journal.append(state_.id, event));
  apply_event(state_, event);
  ports_.reporter.on_event(plan_, state_, event);
  return {};
}

Limits Engine::limits() const {
  return Limits{settings_.jobs, !settings_.start_agents || settings_.interrupts() > 0};
}

Result<void> Engine::obey_interrupts() {
  if (ending_ || settings_.interrupts() < 2) return {};
  ending_ = true;
  for (const auto& id : watched_) PAR_TRY(ports_.jobs.stop(id));
  if (!validator_.job().empty()) PAR_TRY(ports_.jobs.stop(validator_.job()));
  return {};
}

Result<void> Engine::ensure_under_way(const Next& next) {
  for (const auto& await : next.agents) {
    const std::string id = agent_job_id(await.agent, await.attempt);
    if (watched_.contains(id)) continue;
    const AgentState& agent = *state_.find(await.agent);
    const AgentJobContext context{plan_, settings_.paths, settings_.agent_environment, settings_.log_limit,
                                  done_before(state_, agent)};
    PAR_ASSIGN(const os::JobSpec job, prepare_agent_job(context, agent));
    PAR_TRY(ports_.jobs.ensure(job));
    watched_.insert(id);
  }
  if (next.validation && !validator_.busy()) PAR_TRY(validator_.begin(*next.validation));
  return {};
}

Result<bool> Engine::take_exits(bool may_wait) {
  if (watched_.empty() && validator_.job().empty()) return false;
  PAR_ASSIGN(const auto exits, ports_.jobs.wait(may_wait ? -1 : 0));
  for (const auto& exit : exits) PAR_TRY(on_exit(exit));
  // A wait that a signal ended counts: the loop must look at the interrupts.
  return may_wait || !exits.empty();
}

Result<void> Engine::on_exit(const os::JobExit& exit) {
  if (exit.id == validator_.job()) {
    // Ended by us in the middle: no result, and none is wanted.
    if (ending_) return validator_.abandon();
    return validator_.on_exit(exit);
  }
  if (watched_.erase(exit.id) == 0) return {};
  for (const auto& agent : state_.agents) {
    if (agent.stage != Stage::running || agent_job_id(agent.name, agent.attempt) != exit.id) continue;
    return record(AgentExited{agent.name, agent.attempt, exit.how, exit.code, exit.seconds});
  }
  return {};
}

Result<void> Engine::perform(const Action& action) {
  return std::visit([this](const auto& a) { return perform_action(a); }, action);
}

Result<void> Engine::perform_action(const Record& action) { return record(action.body); }

Result<void> Engine::perform_action(const PrepareRun& action) {
  PAR_TRY(ports_.workspace.prepare_run(action.base));
  return record(RunPrepared{});
}

Result<void> Engine::perform_action(const AddWorktree& action) {
  PAR_ASSIGN(std::string path, ports_.workspace.add_worktree(action.agent, action.attempt, action.start));
  return record(WorktreeReady{action.agent, action.attempt, std::move(path)});
}

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
  return record(std::move(verdict));
}

Result<void> Engine::perform_action(const BuildTrial& action) {
  PAR_ASSIGN(TrialBuilt built, ports_.workspace.build_trial(action.onto, action.branches));
  return record(std::move(built));
}

Result<void> Engine::perform_action(const MoveCandidate& action) {
  PAR_TRY(ports_.workspace.move_candidate(action.from, action.to));
  PAR_TRY(ports_.workspace.make_durable());
  const auto& trial = state_.integration.trial;
  if (trial && !trial->steps.empty() && trial->steps.back().commit == action.to)
    PAR_TRY(ports_.journal.record_green(trial->steps.back().tree));
  return record(Accepted{action.to});
}

Result<void> Engine::perform_action(const BuildLanding& action) {
  PAR_ASSIGN(const TargetTip tip, ports_.workspace.read_target(action.target));
  if (tip.commit != action.expected) return record(Rebased{tip.commit, tip.tree, tip.holds_run_base});
  const auto commits = landing_commits(plan_, state_, action.steps);
  const ObjectId& tested = action.steps.back().tree;
  check(!commits.empty() && commits.back().tree == tested,
        "the landing's tree is not the one that was validated");
  PAR_ASSIGN(const ObjectId to, ports_.workspace.write_commits(action.expected, commits));
  return record(LandingBuilt{action.expected, to, tested});
}

Result<void> Engine::perform_action(const MoveTarget& action) {
  PAR_ASSIGN(const TargetMoveResult result,
             ports_.workspace.move_target(action.target, action.from, action.to));
  PAR_TRY(ports_.workspace.make_durable());
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
