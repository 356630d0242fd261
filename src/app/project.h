// The repository we work in, opened: its paths, its objects, the user's settings, and the state of our runs.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "core/config.h"
#include "core/machine.h"
#include "core/plan.h"
#include "core/state.h"
#include "git/objects.h"
#include "git/repository.h"
#include "store/database.h"

namespace par::app {

struct Project {
  git::Repository repository;
  std::unique_ptr<git::Objects> objects;  // a stable address: workspaces refer to it
  core::UserSettings user;
};

[[nodiscard]] Result<Project> open_project(const std::string& cwd);
// The same without `objects`, which take several milliseconds to open: for commands that only look at the
// state.
[[nodiscard]] Result<Project> find_project(const std::string& cwd);

// "./x" and "../x" as the user sees them, from the root of the repository, which is "". Error: outside of it.
[[nodiscard]] Result<RepoPath> path_from_root(const Project& project, const std::string& path);

// ---- the base of plans

// The target, and the configuration as it is committed there.
struct Base {
  RefName target;
  ObjectId commit;
  core::Config config;
  std::vector<std::string> warnings;
  bool has_config = true;
};

// The branch of that name, which may be given in full ("refs/heads/main").
[[nodiscard]] RefName branch_named(const std::string& name);
// That it does not exist, and what would make it.
[[nodiscard]] Error no_target(const Project& project, const RefName& target);
// The branch to land on, which may not exist: the one named, else the configuration's, else the one that is
// checked out.
[[nodiscard]] Result<RefName> find_target(const Project& project, const std::string& name);
[[nodiscard]] Result<Base> read_base(const Project& project, const std::string& target);
// The same where a configuration is not needed: without one, it is the defaults.
[[nodiscard]] Result<Base> read_target(const Project& project, const std::string& target);
// ---- runs

// The items are left in the store: only who works on the run needs them (app/session.h).
struct LoadedRun {
  RunId id;
  core::PlanHead head;  // of its plan
  core::RunState state;
  std::vector<core::Event> events;
};

// The run named, or the newest when `id` is empty. Errors: no such run, no run at all, damaged record.
[[nodiscard]] Result<LoadedRun> load_run(const store::Database& database, const std::string& id);
// The row of it.
[[nodiscard]] Result<store::RunRow> find_run(const store::Database& database, const std::string& id);
// The same for one of database.runs(), which need not be read again for each.
[[nodiscard]] Result<LoadedRun> load_run(const store::Database& database, const store::RunRow& row);
// For commands that only look: an Error when there is no state yet.
[[nodiscard]] Result<store::Database> open_state(const Project& project);

}  // namespace par::app
