#include "app/reverting.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/strings.h"
#include "core/agent_names.h"
#include "core/landing_commits.h"
#include "git/refs.h"

namespace par::app {
namespace {

using core::BranchRef;

// What an agent brought.
struct LandedWork {
  BranchRef work;
  std::vector<ObjectId> commits;  // that the target has for it alone, oldest first
};

// The commits of the landing, oldest first.
Result<std::vector<git::CommitInfo>> landed_chain(const git::Objects& objects, const core::RunState& state) {
  std::vector<git::CommitInfo> chain;
  for (ObjectId at = state.landing.landed; at != state.integration.base;) {
    PAR_ASSIGN(auto commit, objects.commit(at));
    if (commit.parents.empty())
      return Error(fmt::format("commit '{}' is not one that run '{}' landed", short_oid(state.landing.landed),
                               state.id.str()));
    at = commit.parents.front();
    chain.push_back(std::move(commit));
  }
  std::reverse(chain.begin(), chain.end());
  return chain;
}

// The trees of the commits that a step lands as.
std::vector<ObjectId> trees_of(const core::Step& step, core::Strategy strategy) {
  if (strategy != core::Strategy::rebase) return {step.tree};
  std::vector<ObjectId> trees;
  for (const auto& replayed : step.replayed) trees.push_back(replayed.tree);
  return trees;
}

// Where each landed for itself. A commit that would have changed nothing may be missing.
Result<std::vector<LandedWork>> landed_each(const git::Objects& objects, const core::RunState& state) {
  PAR_ASSIGN(const auto chain, landed_chain(objects, state));
  std::vector<LandedWork> all;
  auto next = chain.begin();
  ObjectId at = state.integration.base;
  ObjectId tree = state.integration.base_tree;
  for (const auto& step : state.integration.steps) {
    LandedWork landed{{step.agent, at, at}, {}};
    for (const auto& wanted : trees_of(step, state.landing.strategy)) {
      if (next == chain.end() || next->tree != wanted) {
        if (wanted == tree) continue;
        return Error(
            fmt::format("the commits that run '{}' landed are not those of its record", state.id.str()));
      }
      at = next->id;
      tree = wanted;
      landed.commits.push_back(at);
      ++next;
    }
    landed.work.tip = at;
    all.push_back(std::move(landed));
  }
  return all;
}

// In the order of the landing. What landed for each alone is on the target for good; elsewhere only the
// agents' branches tell.
Result<std::vector<LandedWork>> landed_work(const git::Objects& objects, const core::RunState& state) {
  if (core::lands_each(state.landing.strategy)) return landed_each(objects, state);
  std::vector<LandedWork> all;
  for (const auto& step : state.integration.steps) all.push_back({{step.agent, step.start, step.tip}, {}});
  return all;
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

// The rollback is on the target, and nothing has brought back what it took off.
Result<bool> is_off(const Project& project, const ObjectId& revert, const ObjectId& target) {
  auto& objects = *project.objects;
  if (!objects.has(revert)) return false;
  PAR_ASSIGN(const bool is_there, objects.is_ancestor(revert, target));
  if (!is_there) return false;
  PAR_ASSIGN(const auto without, objects.commit(revert));
  PAR_ASSIGN(const auto with, objects.commit(without.parents.front()));
  PAR_ASSIGN(const auto now, objects.commit(target));
  PAR_ASSIGN(const auto again, objects.merge_trees(with.tree, now.tree, without.tree));
  return !again.conflicts.empty() || again.tree == now.tree;
}

// A commit with the work of these alone on what the run landed on.
Result<ObjectId> commit_of(const Project& project, Session& session, const std::vector<BranchRef>& branches) {
  const auto& state = session.state();
  if (branches.empty()) return state.integration.base;
  if (branches.size() == state.integration.steps.size()) return state.landing.landed;
  const auto is_gone = [&](const ObjectId& commit) { return !project.objects->has(commit); };
  for (const auto& branch : branches)
    if (is_gone(branch.tip) || (!branch.start.empty() && is_gone(branch.start)))
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

Result<std::vector<AgentName>> agents_on_target(const Project& project, const core::RunState& state) {
  PAR_ASSIGN(const auto tip, git::read_ref(project.repository, state.landing.target));
  if (!tip)
    return refused(fmt::format("the target branch '{}' does not exist", short_name(state.landing.target)));
  std::vector<AgentName> names;
  for (const auto& agent : state.agents) {
    bool is_there = agent.stage == core::Stage::landed;
    if (!agent.reverted.empty()) {
      PAR_ASSIGN(const bool off, is_off(project, agent.reverted, *tip));
      is_there = !off;
    }
    if (is_there) names.push_back(agent.name);
  }
  return names;
}

Result<std::vector<TakenOff>> find_taken_off(const Project& project, const Base& base,
                                             const std::vector<std::string>& branches) {
  std::vector<TakenOff> found;
  if (branches.empty()) return found;
  PAR_ASSIGN(const auto database, store::Database::open_existing(project.repository.state_dir()));
  if (!database) return found;
  PAR_ASSIGN(const auto refs, git::list_refs(project.repository, "refs/heads/"));
  std::map<RefName, ObjectId> tips;
  for (const auto& [ref, tip] : refs)
    if (std::find(branches.begin(), branches.end(), short_name(ref)) != branches.end()) tips[ref] = tip;
  PAR_ASSIGN(const auto rows, database->runs());
  for (const auto& row : rows) {
    const auto run = load_run(*database, row);
    if (!run) continue;  // damaged: 'git par doctor' says so
    for (const auto& agent : run->state.agents) {
      const auto tip = tips.find(agent.branch);
      if (agent.reverted.empty() || tip == tips.end() || tip->second != agent.tip) continue;
      PAR_ASSIGN(const bool off, is_off(project, agent.reverted, base.commit));
      if (!off) continue;
      found.push_back({short_name(agent.branch), agent.reverted});
      tips.erase(tip);
    }
  }
  return found;
}

Result<core::RevertRequested> plan_revert(const Project& project, Session& session,
                                          const std::vector<AgentName>& agents) {
  const auto& state = session.state();
  PAR_TRY(check_target(project, state));
  PAR_ASSIGN(const auto there, agents_on_target(project, state));
  PAR_ASSIGN(const auto work, landed_work(*project.objects, state));
  core::RevertRequested revert;
  revert.agents = agents;
  std::vector<BranchRef> before;
  std::vector<BranchRef> after;
  for (const auto& [branch, commits] : work) {
    if (!core::is_among(there, branch.agent)) continue;
    before.push_back(branch);
    if (core::is_among(agents, branch.agent))
      revert.commits.insert(revert.commits.end(), commits.begin(), commits.end());
    else
      after.push_back(branch);
  }
  if (revert.commits.empty()) revert.commits = {state.landing.landed};
  PAR_ASSIGN(revert.start, commit_of(project, session, before));
  PAR_ASSIGN(revert.tip, commit_of(project, session, after));
  return revert;
}

Result<void> request_revert(Session& session, const core::RevertRequested& revert) {
  auto& workspace = session.workspace();
  PAR_TRY(workspace.keep_revert({revert.start, revert.tip}));
  // The record must not survive a power cut that the refs do not.
  PAR_TRY(workspace.make_durable());
  return session.engine().record(revert);
}

Result<void> run_revert(Session& session) {
  PAR_TRY(session.engine().run());
  return session.state().landing.revert ? Result<void>() : session.workspace().keep_revert({});
}

}  // namespace par::app
