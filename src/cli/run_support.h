// What the commands that work on a run have in common.
#pragma once

#include <string>

#include "app/session.h"
#include "cli/command.h"
#include "cli/status_view.h"

namespace par::cli {

// A run and whether somebody works on it, as `status` shows it. `run`: empty for the newest.
struct RunView {
  app::LoadedRun run;
  Live live;
};
[[nodiscard]] Result<RunView> view_run(const app::Project& project, const store::Database& database,
                                       const std::string& run);

// -j of commands that go on with a run.
void add_jobs(OptionList& line, int& jobs);

// After work on a run: prints its state (text or JSON, unless quiet) and gives the exit code: 0 when every
// agent is in, 1 when some are not, 130 when the user interrupted it (with one line on how to go on).
[[nodiscard]] Result<int> conclude(const app::Project& project, const store::Database& database,
                                   const app::Session& session, app::EngineEnd end,
                                   const Invocation& invocation);

// Refused while a rollback of what landed is under way: it was cut off, and only `resume` finishes it.
[[nodiscard]] Result<void> check_no_revert(const core::RunState& state);

// Refused while the candidate is on its way to the target.
[[nodiscard]] Result<void> check_not_landing(const core::Plan& plan, const core::RunState& state);

// Why the target did not move, after a landing or a revert that was refused.
[[nodiscard]] Error landing_refusal(const core::RunState& state);
// The same after the revert of what landed, which is under way no more unless it was interrupted.
[[nodiscard]] Result<int> conclude_revert(const app::Session& session, const core::RevertRequested& revert,
                                          const Invocation& invocation);
// The agent's branch as git's commands take it: the run's for it, or the one that existed.
[[nodiscard]] std::string branch_name(const RunId& run, const core::AgentState& agent);

}  // namespace par::cli
