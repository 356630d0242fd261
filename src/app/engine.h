// Drives one run: asks the machines what to do, does it through the ports, records what came of it. What was
// decided is recorded before anything else is begun.
// Single-threaded. May die at any point; a new engine over the same journal, repository and jobs goes on
// where it was.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/agent_job.h"
#include "app/reporter.h"
#include "app/validator.h"
#include "base/clock.h"
#include "base/result.h"
#include "core/landing_commits.h"
#include "core/machine.h"
#include "core/ports.h"
#include "os/executor.h"
#include "store/queue.h"

namespace par::app {

struct EnginePorts {
  core::Journal& journal;
  core::Workspace& workspace;
  os::Executor& executor;
  const Clock& clock;
  Reporter& reporter;
};

struct EngineSettings {
  RunPaths paths;
  os::Environment agent_environment;
  ValidatorSettings validator;
  std::int64_t log_limit = 64 << 20;
  std::string main_root;  // of the repository
  int jobs = 4;           // agents at once
  // Worktrees whose files are checked out at once; where there is a setup, as many as agents.
  std::size_t fills = 4;
  bool start_agents = true;  // false: only integrate, land or roll back
  // From 0 up to, but not including, 1; spreads attempts that start again.
  std::function<double()> random = [] { return 0.5; };
  // A session of this run that keeps losing what it wants to claim; the worst, when there are several. Asked
  // every few seconds while agents run, until it is said. Empty: nothing is claimed in this run.
  std::function<Result<std::optional<store::LosingRow>>()> loser = {};
  // Which items of these the agents that pulled their work did not say to be done.
  std::function<Result<core::UndoneItems>(const std::vector<core::Step>&)> undone =
      [](const std::vector<core::Step>&) { return Result<core::UndoneItems>(core::UndoneItems()); };
  // The run is over: what is claimed in it is free. Called at each end of Engine::run from then on.
  std::function<Result<void>()> end_claims = [] { return Result<void>(); };
  // How often the user asked to stop: 1 drains (nothing new starts), 2 ends what runs.
  std::function<int()> interrupts = [] { return 0; };
};

enum class EngineEnd { idle, interrupted };

class Engine {
 public:
  Engine(const core::Plan& plan, core::RunState state, EnginePorts ports, EngineSettings settings);

  // Until nothing is left to do. Errors: of the world (git, disk), or a validation that cannot run on the
  // base.
  [[nodiscard]] Result<EngineEnd> run();
  // What the record has under way is under way again, or its end is recorded: how a run looks before somebody
  // decides on what is stopped.
  [[nodiscard]] Result<void> take_over();
  // Records an event from outside (LandRequested, RolledBack, RunResumed, ...).
  [[nodiscard]] Result<void> record(core::EventBody body);
  [[nodiscard]] const core::RunState& state() const { return state_; }
  [[nodiscard]] const Validator& validator() const { return validator_; }
  // EngineSettings::undone.
  [[nodiscard]] Result<core::UndoneItems> undone(const std::vector<core::Step>& steps) const {
    return settings_.undone(steps);
  }

 private:
  [[nodiscard]] Result<EngineEnd> work();
  [[nodiscard]] core::Limits limits() const;
  [[nodiscard]] Result<void> obey_interrupts();
  // An agent may be losing its claims, and nobody has said so.
  [[nodiscard]] bool may_have_loser() const;
  [[nodiscard]] Result<void> say_who_loses();
  [[nodiscard]] AgentJobContext context_for(const core::AgentState& agent) const;
  // The first of the things that must be under way and are not; false: all are, or there is no room. Others
  // wait, as checking out the files of a large validation worktree takes a while: an end or an interrupt that
  // comes meanwhile is seen before the next one.
  [[nodiscard]] Result<bool> begin_one(const core::Next& next);
  // Validations that are not wanted any more are ended.
  [[nodiscard]] Result<void> end_unwanted(const std::vector<core::AwaitValidation>& wanted);
  // The same of worktrees, in the order wanted: the first agents start while the files of the others are
  // checked out.
  [[nodiscard]] Result<bool> begin_filling(const std::vector<core::AwaitWorktree>& wanted);
  // Waits at most `patience` ms for an end or a signal (0: does not wait, -1: no limit, but not for nothing).
  // True: look at everything again.
  [[nodiscard]] Result<bool> take_exits(Millis patience);
  [[nodiscard]] Result<void> watch(const os::JobSpec& job);
  [[nodiscard]] Result<void> on_exit(const os::JobExit& exit);
  [[nodiscard]] Result<void> on_worktree_exit(const core::AgentState& agent, const os::JobExit& exit);
  [[nodiscard]] Result<void> perform(const core::Action& action);
  // The door for commits that land one by one: a trial ends before the first that is outside what its agent
  // owns, though the branch as a whole may not be.
  [[nodiscard]] Result<void> cut_at_foreign_commit(core::TrialBuilt& built);
  // Another attempt, or the rejection.
  [[nodiscard]] Result<void> refuse(core::AgentRejected why);

  [[nodiscard]] Result<void> perform_action(const core::Record& action);
  [[nodiscard]] Result<void> perform_action(const core::PrepareRun& action);
  [[nodiscard]] Result<void> perform_action(const core::TakeBranches& action);
  [[nodiscard]] Result<void> perform_action(const core::AddWorktree& action);
  [[nodiscard]] Result<void> perform_action(const core::Refuse& action);
  [[nodiscard]] Result<void> perform_action(const core::Collect& action);
  [[nodiscard]] Result<void> perform_action(const core::BuildTrial& action);
  [[nodiscard]] Result<void> perform_action(const core::MoveCandidate& action);
  [[nodiscard]] Result<void> perform_action(const core::BuildLanding& action);
  [[nodiscard]] Result<void> perform_action(const core::BuildRevert& action);
  [[nodiscard]] Result<void> perform_action(const core::MoveTarget& action);

  const core::Plan& plan_;
  core::RunState state_;
  EnginePorts ports_;
  EngineSettings settings_;
  Validator validator_;
  std::set<std::string> watched_;  // jobs of agents that were ensured by us
  bool ending_ = false;            // what runs was told to stop
  Millis next_look_ = 0;           // at the claims, by the monotonic clock
};

}  // namespace par::app
