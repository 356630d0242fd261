#include "support/large_run.h"

#include <algorithm>
#include <map>
#include <utility>
#include <variant>

#include "base/check.h"
#include "core/landing_commits.h"

namespace par::test {
namespace {

using namespace core;  // NOLINT(google-build-using-namespace): one overload per action of the core

Plan plan_of(std::size_t count, Strategy strategy) {
  Plan plan;
  plan.base = ObjectId("base");
  plan.target = RefName("refs/heads/main");
  plan.strategy = strategy;
  plan.phases = 1;
  ValidationSpec unit;
  unit.name = "unit";
  plan.validations = {unit};
  for (std::size_t i = 0; i < count; ++i) {
    PlannedAgent& agent = plan.agents.emplace_back();
    agent.spec.name = AgentName("a" + std::to_string(i));
    agent.validations = {"unit"};
  }
  return plan;
}

class World {
 public:
  World(Plan plan, std::set<std::string> bad) : bad_(std::move(bad)) {
    run_.plan = std::move(plan);
    run_.state = initial_state(RunId("r1"), run_.plan);
    record(RunStarted{PlanId(), ObjectId("base"), ObjectId("base-tree"), AgentName()});
  }

  void record(EventBody body) {
    run_.events.push_back({++now_, std::move(body)});
    apply_event(run_.state, run_.events.back());
  }
  LargeRun work(const Limits& limits) && {
    for (;;) {
      const Next next = next_step(run_.plan, run_.state, limits);
      if (next.action)
        record(std::visit([this](const auto& action) { return done(action); }, *next.action));
      else if (!next.validations.empty())
        record(validated(next.validations.front()));
      else if (!next.worktrees.empty())
        record(WorktreeReady{next.worktrees.front().agent, next.worktrees.front().attempt, "/w"});
      else if (!next.agents.empty())
        record(AgentExited{next.agents.front().agent, next.agents.front().attempt});
      else
        return std::move(run_);
    }
  }

 private:
  ObjectId commit() { return ObjectId(std::string(34, '0') + std::to_string(100'000 + ++commits_)); }
  [[nodiscard]] bool is_red(const ObjectId& tree) const { return red_.contains(tree); }

  EventBody validated(const AwaitValidation& what) {
    ValidationResult result;
    result.name = "unit";
    result.result = is_red(what.tree) ? Outcome::fail : Outcome::pass;
    return TrialValidated{what.tree, {result}};
  }
  static ObjectId tip_of(const AgentName& agent) { return ObjectId("tip-" + agent.str()); }

  EventBody done(const Record& action) { return action.body; }
  EventBody done(const PrepareRun&) { return RunPrepared{}; }
  EventBody done(const TakeBranches& action) { return BranchesTaken{action.branches}; }
  EventBody done(const AddWorktree& action) { return WorktreeAdded{action.agent, action.attempt, "/w"}; }
  EventBody done(const Refuse& action) { return action.why; }
  EventBody done(const Collect& action) {
    return AgentCollected{action.agent, action.attempt, tip_of(action.agent), {action.agent.str()}, 1};
  }
  EventBody done(const BuildTrial& action) {
    TrialBuilt built;
    built.onto = action.onto;
    built.trial = action.trial;
    bool red = is_red(action.onto);
    for (const auto& branch : action.branches) {
      red = red || bad_.contains(branch.agent.str());
      const ObjectId id = commit();  // stands for its tree as well
      if (red) red_.insert(id);
      built.steps.push_back({branch.agent, branch.start, branch.tip, id, id});
    }
    return built;
  }
  EventBody done(const MoveCandidate& action) { return Accepted{action.to}; }
  EventBody done(const BuildLanding& action) {
    check(!landing_commits(run_.plan, run_.state, action.steps, {}).empty(), "a landing of no commits");
    return LandingBuilt{action.expected, commit(), action.steps.back().tree, ObjectId("base-tree")};
  }
  EventBody done(const BuildRevert&) { bug("nothing is reverted here"); }
  EventBody done(const MoveTarget& action) { return Landed{action.to}; }

  LargeRun run_;
  std::set<std::string> bad_;
  std::set<ObjectId> red_;
  std::size_t commits_ = 0;
  Millis now_ = 0;
};

}  // namespace

RunState LargeRun::replayed() const {
  RunState again = initial_state(RunId("r1"), plan);
  for (const auto& event : events) apply_event(again, event);
  return again;
}

std::size_t LargeRun::trial_names() const {
  std::size_t names = 0;
  for (const auto& event : events) {
    if (const auto* planned = std::get_if<TrialsPlanned>(&event.body))
      for (const auto& trial : planned->trials) names += trial.agents.size();
    if (const auto* built = std::get_if<TrialBuilt>(&event.body)) names += built->steps.size();
  }
  return names;
}

LargeRun land_existing(std::size_t count, Strategy strategy, const std::set<std::string>& bad) {
  Plan plan = plan_of(count, strategy);
  for (auto& agent : plan.agents)
    agent.branch = {RefName("refs/heads/" + agent.spec.name.str()), ObjectId("base"),
                    ObjectId("tip-" + agent.spec.name.str())};
  World world(std::move(plan), bad);
  world.record(LandRequested{RefName("refs/heads/main"), strategy});
  return std::move(world).work({1, true, 1});
}

LargeRun run_rolling(std::size_t count) {
  return World(plan_of(count, Strategy::merge), {}).work({8, false, 1});
}

}  // namespace par::test
