#include "app/reverting.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/strings.h"
#include "git/refs.h"

namespace par::app {
namespace {

using core::BranchRef;

bool has(const std::vector<AgentName>& names, const AgentName& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// What each agent brought, in the order of the landing. Under squash that is on the target for good,
// elsewhere on the agents' branches.
Result<std::vector<BranchRef>> landed_branches(const git::Objects& objects, const core::RunState& state) {
  std::vector<BranchRef> branches;
  for (const auto& step : state.integration.steps) branches.push_back({step.agent, step.start, step.tip});
  if (state.landing.strategy != core::Strategy::squash) return branches;
  ObjectId commit = state.landing.landed;
  for (auto branch = branches.rbegin(); branch != branches.rend(); ++branch) {
    PAR_ASSIGN(const auto info, objects.commit(commit));
    if (info.parents.empty())
      return Error(
          fmt::format("commit '{}' is not one that run '{}' landed", short_oid(commit), state.id.str()));
    branch->start = info.parents.front();
    branch->tip = commit;
    commit = branch->start;
  }
  return branches;
}

Result<void> check_target(const Project& project, const core::RunState& state) {
  const auto& landing = state.landing;
  PAR_ASSIGN(const auto tip, git::read_ref(project.repository, landing.target));
  PAR_ASSIGN(const bool is_there,
             tip ? project.objects->is_ancestor(landing.landed, *tip) : Result<bool>(false));
  if (!is_there)
    return refused(fmt::format("'{}' does not hold {}, as which run '{}' landed", short_name(landing.target),
                               short_oid(landing.landed), state.id.str()))
        .hint("nothing of it is there to be rolled back");
  PAR_ASSIGN(const auto obstacle, git::target_obstacle(project.repository, landing.target));
  if (obstacle.empty()) return {};
  return refused(obstacle).hint("mend that, then roll back again; nothing was touched");
}

// A commit with the work of these alone on what the run landed on.
Result<ObjectId> commit_of(const Project& project, Session& session, const std::vector<BranchRef>& branches) {
  const auto& state = session.state();
  if (branches.empty()) return state.integration.base;
  if (branches.size() == state.integration.steps.size()) return state.landing.landed;
  for (const auto& branch : branches)
    if (!project.objects->has(branch.start) || !project.objects->has(branch.tip))
      return refused(fmt::format("the branch of agent '{}' is gone, so what it did cannot be told apart",
                                 branch.agent.str()))
          .hint(fmt::format("'git par rollback --landed {}' takes the whole run off", state.id.str()));
  PAR_ASSIGN(const auto built,
             session.workspace().build_trial(state.integration.base, branches, core::Strategy::merge));
  if (built.conflict.empty()) return built.steps.back().commit;
  return refused(fmt::format("what agent '{}' did is built on it: {}", built.conflict.str(),
                             join(built.paths, ", ")))
      .hint(fmt::format("name '{}' too to roll both back; nothing was touched", built.conflict.str()));
}

}  // namespace

Result<core::RevertRequested> plan_revert(const Project& project, Session& session,
                                          const std::vector<AgentName>& agents) {
  const auto& state = session.state();
  PAR_TRY(check_target(project, state));
  PAR_ASSIGN(const auto branches, landed_branches(*project.objects, state));
  core::RevertRequested revert;
  revert.agents = agents;
  std::vector<BranchRef> before;
  std::vector<BranchRef> after;
  for (const auto& branch : branches) {
    if (state.find(branch.agent)->stage != core::Stage::landed) continue;  // it is off already
    before.push_back(branch);
    if (!has(agents, branch.agent))
      after.push_back(branch);
    else if (state.landing.strategy == core::Strategy::squash)
      revert.commits.push_back(branch.tip);
  }
  if (revert.commits.empty()) revert.commits = {state.landing.landed};
  PAR_ASSIGN(revert.start, commit_of(project, session, before));
  PAR_ASSIGN(revert.tip, commit_of(project, session, after));
  PAR_TRY(session.workspace().make_durable());
  return revert;
}

}  // namespace par::app
