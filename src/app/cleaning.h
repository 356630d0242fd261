// Removes what a run made: worktrees, branches, its refs, its jobs' records. Work that is not on the target
// is saved under refs/par/salvage/<run>/ first; logs and the journal stay.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "app/project.h"
#include "git/workspace.h"
#include "store/database.h"

namespace par::app {

struct Cleaned {
  RunId run;
  std::vector<std::string> worktrees;   // removed
  std::vector<git::Salvaged> salvaged;  // kept
  std::vector<Error> failures;          // of agents; with any, the run is still to be cleaned
};

// Where the repository has worktrees, of whatever run or none.
[[nodiscard]] Result<std::set<std::string>> worktree_paths(const Project& project);
// What would be removed of the run: its worktrees among `existing`, in the agents' order.
[[nodiscard]] std::vector<std::string> worktrees_of(const Project& project, const LoadedRun& run,
                                                    const std::set<std::string>& existing);

struct RunsToClean {
  std::vector<LoadedRun> runs;
  std::vector<RunId> damaged;  // their records cannot be read: nothing of them is removed
};
// Every run that is over and has left worktrees or records of jobs.
[[nodiscard]] Result<RunsToClean> runs_to_clean(const Project& project, const store::Database& database);
// The run is read under its lock. One that has not landed ends so: nothing goes on with it afterwards.
// Errors: no such run, damaged record; refused: a process works on the run, jobs of it still run, or a
// landing was cut off where the target may have moved already. May be called again after a crash.
[[nodiscard]] Result<Cleaned> clean_run(Project& project, store::Database& database, const RunId& id);

}  // namespace par::app
