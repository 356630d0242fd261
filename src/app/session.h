// One run, held for work: its lock, its workspace, its executor and the engine over them. Only one process
// holds a run.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "app/engine.h"
#include "app/project.h"
#include "git/workspace.h"
#include "os/file_lock.h"
#include "os/system_clock.h"

namespace par::app {

struct SessionOptions {
  int jobs = 0;  // -j; 0: the plan's
  os::ExecutorKind executor = os::ExecutorKind::local;
  std::optional<core::Strategy> strategy;  // of the landing, instead of the plan's
  bool start_agents = true;
  bool canary = false;                         // of a new run: with a canary, whatever the plan says
  std::optional<core::LandRequested> landing;  // of a new run: recorded with its start, so that it lands
  std::function<int()> interrupts = [] { return 0; };
};

class Session {
 public:
  // Stores the plan, checks that nothing stands where the run will write, and records the run's start.
  // Errors leave nothing behind: a branch or directory is in the way, no identity, lock held; refused where
  // an agent of this repository asks to start agents.
  [[nodiscard]] static Result<std::unique_ptr<Session>> start(Project& project, store::Database& database,
                                                              core::Plan plan, Reporter& reporter,
                                                              const SessionOptions& options);
  // Takes up an existing run. Errors (refused): another process works on it; an agent asks, as for start.
  [[nodiscard]] static Result<std::unique_ptr<Session>> open(Project& project, store::Database& database,
                                                             const std::string& run, Reporter& reporter,
                                                             const SessionOptions& options);

  [[nodiscard]] Engine& engine() { return *engine_; }
  [[nodiscard]] const core::Plan& plan() const { return plan_; }
  [[nodiscard]] const core::RunState& state() const { return engine_->state(); }
  [[nodiscard]] const Validator& validator() const { return engine_->validator(); }
  [[nodiscard]] const ValidatorSettings& validator_settings() const { return validator_settings_; }
  [[nodiscard]] const RunPaths& paths() const { return paths_; }
  [[nodiscard]] git::RunWorkspace& workspace() { return *workspace_; }
  [[nodiscard]] os::Executor& executor() { return *executor_; }

 private:
  Session(os::FileLock lock, core::Plan plan, RunPaths paths);
  [[nodiscard]] Result<void> assemble(Project& project, store::Database& database, core::RunState state,
                                      Reporter& reporter, const SessionOptions& options);

  os::FileLock lock_;
  core::Plan plan_;
  RunPaths paths_;
  ValidatorSettings validator_settings_;
  os::SystemClock clock_;
  std::unique_ptr<git::RunWorkspace> workspace_;
  std::unique_ptr<os::Executor> executor_;
  std::unique_ptr<Engine> engine_;
};

// Nothing may stand where the run will write: it would be overwritten, or the run would fail in the middle.
// Error: the branch or the directory that does.
[[nodiscard]] Result<void> check_free(const Project& project, const core::Plan& plan, const RunId& run);
// Exclusive right to work on the run; nullopt: another process has it.
[[nodiscard]] Result<std::optional<os::FileLock>> try_run_lock(const RunPaths& paths);
// The same; Error (refused) when another process has it.
[[nodiscard]] Result<os::FileLock> take_run_lock(const RunPaths& paths);
// Ends validations that a dead process left behind: their results would come too late to be wanted for sure.
// Under the run's lock.
[[nodiscard]] Result<void> end_old_validations(const RunPaths& paths);
// `project` outlives what is made of it. Runs the user's par.toolchain, unless there are no validations: to
// be asked once for what belongs together. Error: that fails.
[[nodiscard]] Result<ValidationContext> validation_context(
    const Project& project, const git::Signature& who, const std::vector<core::ValidationSpec>& validations);
// The same, with the places of a run.
[[nodiscard]] Result<ValidatorSettings> make_validator_settings(
    const Project& project, const RunPaths& paths, const git::Signature& who,
    const std::vector<core::ValidationSpec>& validations);
// The process that works on the run, if one does.
[[nodiscard]] Result<std::optional<int>> worker_of(const RunPaths& paths);

}  // namespace par::app
