#include "fake_world.h"

#include <algorithm>

namespace par::test {

using namespace core;

FakeWorld::FakeWorld() {
  const auto base = add_commit({"base"});
  refs["target"] = base;
}

void FakeWorld::point() {
  ++points;
  if (crash_in > 0 && --crash_in == 0) throw Crash{};
}

void FakeWorld::effect(const std::string& what) {
  ++effects[what];
  point();
}

void FakeWorld::restart() {
  awaited_.clear();
  for (auto& [id, job] : jobs) job.reported = false;
}

ObjectId FakeWorld::tree_id(const Tree& tree) {
  std::string text = "tree";
  for (const auto& name : tree) text += "+" + name;
  return ObjectId(text);
}

ObjectId FakeWorld::add_commit(Tree tree) {
  const ObjectId id("c" + std::to_string(commits.size()));
  commits[id] = Commit{std::move(tree)};
  return id;
}

RevertRequested FakeWorld::revert(const ObjectId& landed) {
  Tree without = commits.at(landed).tree;
  without.erase(taken_off.str());
  return {{taken_off}, landed, add_commit(without), {landed}};
}

Result<void> FakeWorld::append(const RunId&, const Event& event) {
  point();
  events.push_back(event);
  point();
  return {};
}

Result<std::optional<ValidationResult>> FakeWorld::cached_result(const std::string& key) const {
  const auto found = cache.find(key);
  if (found == cache.end()) return std::optional<ValidationResult>();
  return std::optional(found->second);
}

Result<void> FakeWorld::cache_result(const std::string& key, const ValidationResult& result) {
  point();
  cache[key] = result;
  point();
  return {};
}

Result<void> FakeWorld::record_green(const ObjectId& tree) {
  point();
  green.insert(tree);
  point();
  return {};
}

Result<void> FakeWorld::prepare_run(const ObjectId& base) {
  point();
  refs["base"] = base;
  refs.emplace("candidate", base);
  point();
  return {};
}

Result<std::vector<TakenBranch>> FakeWorld::take_branches(const ObjectId&, std::vector<TakenBranch> taken) {
  point();
  for (auto& branch : taken) {
    branch.files = {branch.agent.str() + "/file"};
    branch.commits = 1;
    refs["branch/" + branch.agent.str()] = branch.tip;
  }
  point();
  return taken;
}

Result<std::string> FakeWorld::add_worktree(const AgentName& agent, int attempt, const ObjectId& start) {
  point();
  Branch& branch = branches[agent.str()];
  if (branch.attempt != attempt) {
    branch = Branch{attempt, start, start};
    effect("worktree " + agent.str() + "." + std::to_string(attempt));
  }
  return std::string("/nowhere/" + agent.str());
}

Result<BranchFacts> FakeWorld::inspect_branch(const AgentName& agent, const ObjectId& start) {
  const Branch& branch = branches.at(agent.str());
  BranchFacts facts;
  facts.tip = branch.tip;
  if (branch.tip != start) {
    facts.commits = 1;
    facts.committed = {RepoPath(agent.str() + "/file")};
  }
  return facts;
}

Result<ObjectId> FakeWorld::commit_leftovers(const AgentName& agent) { return branches.at(agent.str()).tip; }

Result<TrialBuilt> FakeWorld::build_trial(const ObjectId& onto, const std::vector<BranchRef>& refs_in,
                                          Strategy strategy) {
  point();
  TrialBuilt built;
  built.onto = onto;
  Tree tree = commits.at(onto).tree;
  for (const auto& ref : refs_in) {
    // Its own work only: start..tip.
    const Tree& before = commits.at(ref.start.empty() ? refs.at("base") : ref.start).tree;
    const std::string agent = ref.agent.str();
    for (const auto& [one, other] : conflicting_pairs) {
      const bool conflicts = (one == agent && tree.contains(other)) || (other == agent && tree.contains(one));
      if (conflicts) built.paths = {(one == agent ? other : one) + "/file"};
    }
    if (!built.paths.empty()) {
      built.conflict = ref.agent;
      break;
    }
    const Tree& after = commits.at(ref.tip).tree;
    for (const auto& work : after)
      if (!before.contains(work)) tree.insert(work);
    std::erase_if(tree, [&](const auto& work) { return before.contains(work) && !after.contains(work); });
    built.steps.push_back({ref.agent, ref.start, ref.tip, add_commit(tree), tree_id(tree)});
    if (strategy == Strategy::rebase)
      built.steps.back().replayed = {{ref.tip, built.steps.back().commit, tree_id(tree)}};
  }
  point();
  return built;
}

Result<void> FakeWorld::move_candidate(const ObjectId& from, const ObjectId& to) {
  point();
  if (refs.at("candidate") == to) return {};
  if (refs.at("candidate") != from) return Error("the candidate is somewhere else");
  refs["candidate"] = to;
  effect("candidate " + to.str());
  return {};
}

Result<std::string> FakeWorld::checkout_validation(const ObjectId& commit, const ValidationPlace&) {
  return commit.str();
}

Result<TargetTip> FakeWorld::read_target(const RefName&) {
  const ObjectId& tip = refs.at("target");
  return TargetTip{tip, tree_id(commits.at(tip).tree)};
}

Result<ObjectId> FakeWorld::write_commits(const ObjectId& from, const std::vector<CommitSpec>& specs) {
  point();
  ObjectId last = from;
  for (const auto& spec : specs) {
    for (const auto& [id, commit] : commits)
      if (tree_id(commit.tree) == spec.tree) last = id;
    last = add_commit(commits.at(last).tree);
  }
  return last;
}

Result<TargetMoveResult> FakeWorld::move_target(const RefName&, const ObjectId& from, const ObjectId& to) {
  point();
  const auto landings = effects.contains("landing") ? effects.at("landing") : 0;
  if (!intruder_at_landing.empty() && landings >= lets_land && refs.at("target") == from) {
    refs["target"] = intruder_at_landing;
    intruder_at_landing = ObjectId();
  }
  if (refs.at("target") == to) return TargetMoveResult{TargetMove::moved, ""};
  if (refs.at("target") != from) return TargetMoveResult{TargetMove::lost, ""};
  refs["target"] = to;
  effect("landing");
  return TargetMoveResult{TargetMove::moved, ""};
}

void FakeWorld::finish_agent(const os::JobSpec& spec, os::JobExit& exit) {
  const std::string attempt = spec.id.substr(2);
  const std::string agent = attempt.substr(0, attempt.rfind('.'));
  Branch& branch = branches.at(agent);
  if (idle_agents.contains(agent)) return;
  Tree tree = commits.at(branch.start).tree;
  tree.insert(red_attempts.contains(attempt) ? attempt : agent);
  branch.tip = add_commit(tree);
  exit.code = failing.contains(attempt) ? 3 : 0;
}

void FakeWorld::finish_validation(const os::JobSpec& spec, os::JobExit& exit) {
  const Tree& tree = commits.at(ObjectId(spec.cwd)).tree;
  const auto is_red = [&](const auto& work) {
    return breaking.contains(work) || red_attempts.contains(work);
  };
  const auto holds = [&](const auto& pair) {
    return tree.contains(pair.first) && tree.contains(pair.second);
  };
  const bool red = std::any_of(tree.begin(), tree.end(), is_red) ||
                   std::any_of(breaking_pairs.begin(), breaking_pairs.end(), holds);
  exit.code = red ? 1 : 0;
  for (const auto& agent : absent)
    if (tree.contains(agent)) exit.code = 127;
}

Result<void> FakeWorld::ensure(const os::JobSpec& spec) {
  point();
  Job& job = jobs[spec.id];
  if (job.starts == 0) {
    if (on_start) on_start();
    job.starts = 1;
    job.exit.id = spec.id;
    if (spec.id.starts_with("a.")) finish_agent(spec, job.exit);
    if (spec.id.starts_with("v.")) finish_validation(spec, job.exit);
    effect("start " + spec.id);
  }
  awaited_.insert(spec.id);
  const auto under_way = [&](std::string_view kind) {
    return static_cast<std::size_t>(std::count_if(awaited_.begin(), awaited_.end(), [&](const auto& id) {
      return id.starts_with(kind) && !jobs.at(id).reported;
    }));
  };
  most_validations = std::max(most_validations, under_way("v."));
  most_fills = std::max(most_fills, under_way("w."));
  return {};
}

Result<std::vector<os::JobExit>> FakeWorld::wait(Millis timeout) {
  std::vector<os::JobExit> exits;
  if (timeout == 0) return exits;  // nothing ends while the engine is busy
  for (const auto& id : awaited_) {
    Job& job = jobs.at(id);
    if (job.reported) continue;
    job.reported = true;
    exits.push_back(job.exit);
    if (!all_end_at_once) break;
  }
  if (exits.empty() && timeout > 0) {
    if (on_pause) on_pause();
    now_ += timeout;
  }
  point();
  return exits;
}

Result<void> FakeWorld::stop(const std::string& id) {
  jobs.at(id).exit.how = ExitKind::stopped;
  return {};
}

Result<void> FakeWorld::forget(const std::string& id) {
  point();
  jobs.erase(id);
  awaited_.erase(id);
  return {};
}

Plan plan_of(const std::vector<std::vector<std::string>>& phases, const ObjectId& base) {
  Plan plan;
  plan.id = PlanId("p-test");
  plan.base = base;
  plan.target = RefName("refs/heads/main");
  ValidationSpec unit;
  unit.name = "unit";
  unit.run = "true";
  plan.validations.push_back(unit);
  for (const auto& phase : phases) {
    ++plan.phases;
    for (const auto& name : phase) {
      PlannedAgent agent;
      agent.spec.name = AgentName(name);
      agent.spec.owns = {name + "/"};
      agent.spec.run = "work";
      agent.phase = plan.phases;
      agent.validations = {"unit"};
      plan.agents.push_back(agent);
    }
  }
  return plan;
}

app::EngineSettings engine_settings(const std::string& directory) {
  app::EngineSettings settings;
  settings.paths = app::RunPaths{directory, RunId("r1")};
  settings.fills = 100;
  settings.validator.log_dir = directory + "/logs";
  settings.validator.report_dir = directory + "/reports";
  return settings;
}

}  // namespace par::test
