#include "app/cleaning.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "app/claiming.h"
#include "app/session.h"
#include "git/refs.h"
#include "git/worktrees.h"
#include "os/files.h"
#include "os/jobs.h"
#include "os/system_clock.h"

namespace par::app {
namespace {

std::string worktree_of(const Project& project, const LoadedRun& run, const AgentName& agent) {
  return git::worktree_path(project.repository, run.head.plan.worktrees, run.id, agent);
}

// What landed is on the target, as long as nobody has taken the target back behind it.
Result<bool> is_landed_work_kept(const Project& project, const core::RunState& state) {
  if (state.landing.landed.empty()) return false;
  PAR_ASSIGN(const auto target, git::read_ref(project.repository, state.landing.target));
  if (!target) return false;
  return project.objects->is_ancestor(state.landing.landed, *target);
}

// Its jobs' records go last, so that a run whose removal was cut off is still found.
bool has_left_anything(const Project& project, const LoadedRun& run, const std::set<std::string>& existing) {
  return os::exists(RunPaths{project.repository.state_dir(), run.id}.jobs()) ||
         !worktrees_of(project, run, existing).empty();
}

// Of every agent of the run, also where it fails for one.
Result<void> remove_agents(const Project& project, const LoadedRun& run, git::RunWorkspace& workspace,
                           Cleaned& cleaned) {
  PAR_ASSIGN(const auto existing, worktree_paths(project));
  PAR_ASSIGN(const bool landed_is_kept, is_landed_work_kept(project, run.state));
  for (const auto& agent : run.state.agents) {
    if (!agent.branch.empty()) continue;  // the user's
    ObjectId known = agent.start.empty() ? run.state.base : agent.start;
    if (landed_is_kept && agent.stage == core::Stage::landed) known = agent.tip;
    auto salvaged = workspace.remove_agent(agent.name, known);
    if (!salvaged) {
      cleaned.failures.push_back(salvaged.error());
      continue;
    }
    if (*salvaged) cleaned.salvaged.push_back(**std::move(salvaged));
    auto path = worktree_of(project, run, agent.name);
    if (existing.contains(path)) cleaned.worktrees.push_back(std::move(path));
  }
  return {};
}

}  // namespace

Result<RunsToClean> runs_to_clean(const Project& project, const store::Database& database) {
  RunsToClean found;
  PAR_ASSIGN(const auto rows, database.runs());
  PAR_ASSIGN(const auto existing, worktree_paths(project));
  for (const auto& row : rows) {
    auto run = load_run(database, row);
    if (!run)
      found.damaged.push_back(row.id);
    else if (core::is_over(run->state) && has_left_anything(project, *run, existing))
      found.runs.push_back(*std::move(run));
  }
  return found;
}

Result<std::set<std::string>> worktree_paths(const Project& project) {
  std::set<std::string> paths;
  PAR_ASSIGN(const auto worktrees, git::list_worktrees(project.repository));
  for (const auto& worktree : worktrees) paths.insert(worktree.path);
  return paths;
}

std::vector<std::string> worktrees_of(const Project& project, const LoadedRun& run,
                                      const std::set<std::string>& existing) {
  std::vector<std::string> paths;
  for (const auto& agent : run.state.agents) {
    auto path = worktree_of(project, run, agent.name);
    if (existing.contains(path)) paths.push_back(std::move(path));
  }
  return paths;
}

Result<Cleaned> clean_run(Project& project, store::Database& database, const RunId& id) {
  const RunPaths paths{project.repository.state_dir(), id};
  PAR_ASSIGN(const auto lock, take_run_lock(paths));
  PAR_ASSIGN(const auto run, load_run(database, id.str()));
  const auto& landing = run.state.landing;
  if (landing.revert || (landing.built && landing.landed.empty()))
    return refused(fmt::format("the {} of run '{}' was cut off", landing.revert ? "rollback" : "landing",
                               id.str()))
        .hint(fmt::format("'git par resume {}' finishes it", id.str()));
  PAR_ASSIGN(const auto jobs, os::list_jobs(paths.jobs()));
  if (std::any_of(jobs.begin(), jobs.end(), [](const auto& job) { return job.alive; }))
    return refused(fmt::format("agents of run '{}' still run", run.id.str()))
        .hint(fmt::format("'git par stop --now --run {}' ends them", run.id.str()));
  PAR_ASSIGN(const auto who, git::committer(project.repository));
  git::RunWorkspace workspace(project.repository, *project.objects, run.id, run.head.plan.worktrees, who);
  if (landing.landed.empty() && run.state.finished != core::RunEnd::cleaned)
    PAR_TRY(database.append(run.id, {os::SystemClock().wall(), core::RunFinished{core::RunEnd::cleaned}}));
  Cleaned cleaned;
  cleaned.run = run.id;
  PAR_TRY(remove_agents(project, run, workspace, cleaned));
  if (!cleaned.failures.empty()) return cleaned;
  PAR_TRY(forget_queue(database, run.id));
  PAR_TRY(workspace.remove_run());
  PAR_TRY(os::remove_tree(paths.state_dir + "/agents/" + run.id.str()));
  PAR_TRY(os::remove_tree(paths.state_dir + "/reports/" + run.id.str()));
  PAR_TRY(os::remove_tree(paths.jobs()));
  return cleaned;
}

}  // namespace par::app
