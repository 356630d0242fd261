// Removes what a run made: worktrees, branches, its refs, its jobs' records. Work that is not on the target
// is saved under refs/par/salvage/<run>/ first; logs and the journal stay.
#pragma once

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
};

// What would be removed of the run: the worktrees that exist.
[[nodiscard]] Result<std::vector<std::string>> worktrees_of(const Project& project, const LoadedRun& run);
// A run that has not landed ends so: nothing goes on with it afterwards. Error (refused): a process works on
// the run, or jobs of it still run. May be called again after a crash.
[[nodiscard]] Result<Cleaned> clean_run(Project& project, store::Database& database, const LoadedRun& run);

}  // namespace par::app
