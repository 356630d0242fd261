// What the events of integration and landing change.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <unordered_map>
#include <unordered_set>

#include "base/check.h"
#include "base/strings.h"
#include "core/landing_parts.h"

namespace par::core {
namespace {

bool takes_part(const search::Search& planner, BranchIndex branch) {
  const auto stage = planner.branches.at(branch).stage;
  return stage == search::Stage::open || stage == search::Stage::condemned || stage == search::Stage::landed;
}

BranchSet branches_of(const Integration& integration, const PlannedTrial& trial) {
  BranchSet set;
  for (const auto& agent : trial.agents) {
    const auto branch = branch_of(integration, agent);
    check(branch.has_value(), "a trial was planned of a branch that takes no part");
    set.insert(*branch);
  }
  return trial.on_candidate ? set | integration.planner.landed : set;
}

// What was in the candidate when a branch began there, by the commit on which it began.
std::unordered_map<ObjectId, BranchSet> begun_on(const Integration& integration,
                                                 const std::unordered_set<ObjectId>& starts) {
  std::unordered_map<ObjectId, BranchSet> begun;
  BranchSet branches;
  for (const auto& step : integration.steps) {
    if (const auto branch = branch_of(integration, step.agent)) branches.insert(*branch);
    if (starts.contains(step.commit)) begun.emplace(step.commit, branches);
  }
  return begun;
}

void arrive(RunState& state, const Arrival& arrival, BranchSet upon) {
  auto& integration = state.integration;
  const AgentState* agent = state.find(arrival.agent);
  check(agent != nullptr, "the branch of an unknown agent arrived");
  search::Branch branch;
  branch.name = arrival.agent.str();
  for (const auto& name : arrival.after)
    if (const auto before = branch_of(integration, name)) branch.after.push_back(*before);
  branch.upon = std::move(upon);
  // A target that went on may have taken in parts of a branch that existed, and taken them out again: what
  // git makes of that counts.
  const bool as_git = !agent->branch.empty() && integration.base != state.base && integration.holds_run_base;
  integration.latest[agent->name] = integration.branches.size();
  integration.branches.push_back({agent->name, as_git ? ObjectId() : agent->start, agent->tip});
  search::apply_event(integration.planner, search::BranchArrived{std::move(branch)});
}

void arrive(RunState& state, const std::vector<Arrival>& arrivals) {
  std::unordered_set<AgentName> names;
  std::unordered_set<ObjectId> starts;
  for (const auto& arrival : arrivals) {
    const AgentState* agent = state.find(arrival.agent);
    check(agent != nullptr, "the branch of an unknown agent arrived");
    names.insert(agent->name);
    starts.insert(agent->start);
  }
  std::erase_if(state.integration.queue, [&](const AgentName& name) { return names.contains(name); });
  const auto begun = begun_on(state.integration, starts);
  for (const auto& arrival : arrivals) {
    const auto upon = begun.find(state.find(arrival.agent)->start);
    arrive(state, arrival, upon == begun.end() ? BranchSet() : upon->second);
  }
}

void stop_trials(search::Search& planner) {
  for (std::size_t number = 0; number < planner.trials.size(); ++number)
    apply_action(planner, search::StopTrial{number});
}

// A trial of an earlier version, which planned none and had one at a time: the steps onto the candidate, or
// the branch that does not merge there.
std::size_t plan_unplanned(RunState& state, const TrialBuilt& e) {
  auto& integration = state.integration;
  stop_trials(integration.planner);
  BranchSet set = integration.planner.landed;
  std::vector<AgentName> agents;
  for (const auto& step : e.steps) agents.push_back(step.agent);
  if (agents.empty()) agents.push_back(e.conflict);
  for (const auto& agent : agents) {
    if (!branch_of(integration, agent)) arrive(state, {{agent, {}}});
    set.insert(*branch_of(integration, agent));
  }
  const auto number = integration.planner.trials.size();
  apply_action(integration.planner, search::StartTrial{number, set, false});
  return number;
}

// The chain from the base up to a commit of the candidate, or of a trial.
ChainEnd chain_to(const Integration& integration, const ObjectId& commit) {
  if (commit == integration.base) return 0;
  const auto end = integration.chains.find(commit);
  check(end.has_value(), "a trial was built onto a commit that is not known");
  return *end;
}

// The base has moved, or holds less than it did: a new search begins. All branches but those of `without`
// queue up for it, those that were in first, in their order.
void queue_again(RunState& state, const std::vector<AgentName>& without) {
  auto& integration = state.integration;
  std::vector<AgentName> again;
  std::unordered_set<AgentName> seen(without.begin(), without.end());
  const auto add = [&](const AgentName& name) {
    if (seen.insert(name).second) again.push_back(name);
  };
  for (const auto& step : integration.steps) {
    add(step.agent);
    state.find(step.agent)->stage = Stage::queued;
  }
  for (BranchIndex i = 0; i < integration.branches.size(); ++i)
    if (takes_part(integration.planner, i)) add(integration.branches[i].agent);
  for (const auto& name : integration.queue) add(name);
  integration.queue = std::move(again);
  integration.steps.clear();
  integration.reached = 0;
  integration.chains = Chains();
  integration.branches.clear();
  integration.latest.clear();
  integration.trials.clear();
  integration.planner = search::Search(integration.planner.options);
  state.landing.built.reset();
}

// What could not run may run when it is tried again. The base is another matter: it says so itself.
void forget_errors(Integration& integration, const ObjectId& tree) {
  if (tree == integration.base_tree) return;
  const auto found = integration.results.find(tree);
  if (found != integration.results.end())
    std::erase_if(found->second, [](const auto& entry) { return entry.second.result == Outcome::error; });
}

void forget_errors(Integration& integration, const Step& step) {
  forget_errors(integration, step.tree);
  for (const auto& replayed : step.replayed) forget_errors(integration, replayed.tree);
}

struct ApplyLandingEvent {
  RunState& state;

  [[nodiscard]] Integration& in() const { return state.integration; }

  void operator()(const BranchesArrived& e) const { arrive(state, e.branches); }
  void operator()(const TrialsPlanned& e) const {
    for (const auto& trial : e.trials)
      apply_action(in().planner, search::StartTrial{static_cast<std::size_t>(trial.trial),
                                                    branches_of(in(), trial), trial.explains});
  }
  void operator()(const TrialBuilt& e) const {
    const auto number = e.trial < 0 ? plan_unplanned(state, e) : static_cast<std::size_t>(e.trial);
    check(number < in().planner.trials.size() && !in().trials.contains(number),
          "a trial was built that was not planned");
    Trial trial;
    trial.end = chain_to(in(), e.onto);
    for (const auto& step : e.steps) trial.end = in().chains.add(trial.end, step);
    // Earlier versions validated what had merged all the same.
    if (e.trial >= 0 || e.steps.empty()) trial.conflict = e.conflict;
    trial.paths = e.paths;
    trial.source = e.source;
    trial.outside = e.outside;
    in().trials[number] = std::move(trial);
  }
  void operator()(const TrialValidated& e) const {
    auto& known = in().results[e.tree];
    for (const auto& result : e.results) {
      known[result.name] = result;
      if (state.landing.revert) continue;
      if (result.result == Outcome::error && e.tree == in().base_tree && in().blocked.empty())
        in().blocked =
            fmt::format("validation '{}' cannot run on the base commit: {}", result.name, result.detail);
    }
  }
  void operator()(const TrialJudged& e) const {
    const auto number = static_cast<std::size_t>(e.trial);
    check(in().trials.contains(number), "a trial was judged that was not built");
    auto& trial = in().trials[number];
    trial.outcome = e.outcome;
    trial.tests = e.tests;
    if (e.outcome == search::Outcome::error && trial.end != 0) forget_errors(in(), in().last_step(number));
    search::TrialEnded ended{number, e.outcome, e.tests, {}};
    for (const auto& agent : e.suspects)
      if (const auto branch = branch_of(in(), agent)) ended.suspects.push_back(*branch);
    search::apply_event(in().planner, ended);
  }
  void operator()(const TrialStopped& e) const {
    apply_action(in().planner, search::StopTrial{static_cast<std::size_t>(e.trial)});
  }
  void operator()(const BranchCondemned& e) const {
    const auto branch = branch_of(in(), e.agent);
    check(branch.has_value(), "a branch was condemned that takes no part");
    apply_action(in().planner, search::Condemn{*branch});
  }
  void operator()(const TrialSplit&) const { stop_trials(in().planner); }
  void operator()(const Accepting& e) const {
    in().accepting = e;
    if (const auto number = in().trial_to(e.to))
      apply_action(in().planner, search::Land{*number, in().planner.trials[*number].branches});
  }
  void operator()(const Accepted& e) const {
    check(in().accepting && in().accepting->to == e.to,
          "the candidate moved to a commit that was not announced");
    if (in().planner.landing) accept(e.to);
    in().candidate = e.to;
    in().accepting.reset();
  }
  void operator()(const RunResumed&) const {
    in().blocked.clear();
    in().planner.errors_in_a_row = 0;
    for (auto& [tree, results] : in().results)
      std::erase_if(results, [](const auto& entry) { return entry.second.result == Outcome::error; });
    state.landing.refused.clear();
    state.landing.lost = 0;
  }
  void operator()(const AgentRetried& e) const {
    if (e.cause == RetryCause::asked) state.landing.refused.clear();
  }
  void operator()(const LandRequested& e) const {
    state.landing.requested = true;
    state.landing.target = e.target;
    state.landing.strategy = e.strategy;
    state.landing.push = e.push;
    state.landing.refused.clear();
    state.landing.lost = 0;
  }
  // What did not become ready was not to land later either.
  void operator()(const RunFinished& e) const {
    if (e.end != RunEnd::ready) state.landing.requested = false;
  }
  void operator()(const Rebased& e) const {
    queue_again(state, {});
    in().base = e.base;
    in().base_tree = e.tree;
    in().holds_run_base = e.holds_run_base;
    ++state.landing.lost;
  }
  void operator()(const LandingBuilt& e) const { state.landing.built = e; }
  void operator()(const Landed& e) const {
    state.landing.requested = false;
    if (state.landing.revert) return revert(e.to);
    state.landing.landed = e.to;
    for (const auto& step : in().steps) state.find(step.agent)->stage = Stage::landed;
  }
  void operator()(const LandingLost&) const {
    state.landing.built.reset();
    if (state.landing.revert) ++state.landing.lost;  // of a landing, Rebased says it
  }
  void operator()(const LandingRefused& e) const {
    state.landing.built.reset();
    state.landing.requested = false;
    state.landing.revert.reset();
    state.landing.refused = e.reason;
    state.landing.refused_tests = e.tests;
    state.landing.refused_log = e.log;
  }
  void operator()(const RevertRequested& e) const {
    auto& landing = state.landing;
    check(!landing.landed.empty() && !landing.requested, "a revert of what has not landed");
    for (const auto& name : e.agents) {
      const AgentState* agent = state.find(name);
      check(agent != nullptr && (agent->stage == Stage::landed || !agent->reverted.empty()),
            "a revert of an agent that has not landed");
    }
    landing.requested = true;
    landing.revert = e;
    landing.built.reset();
    landing.refused.clear();
    landing.lost = 0;
    in().results.clear();  // the cache knows which of them still count
  }
  void operator()(const RolledBack& e) const {
    check(state.landing.landed.empty(), "a landed run was rolled back as if it had not landed");
    state.landing.requested = false;  // the user decides anew what lands
    state.landing.refused.clear();
    queue_again(state, e.agents);
    for (const auto& name : e.agents) {
      AgentState* agent = state.find(name);
      check(agent != nullptr, "an unknown agent was rolled back");
      agent->stage = Stage::rolled_back;
      agent->reason = e.reason;
    }
    state.finished.reset();
  }
  template <class Other>
  void operator()(const Other&) const {}

 private:
  // What is in comes first in every trial, so there is only something behind it.
  void reach(ChainEnd end) const {
    auto more = in().chains.steps_behind(in().reached, end);
    if (!more) in().steps.clear();  // but not in those of earlier versions
    if (!more) more = in().chains.steps_behind(0, end);
    std::move(more->begin(), more->end(), std::back_inserter(in().steps));
    in().reached = end;
  }
  void revert(const ObjectId& commit) const {
    for (const auto& name : state.landing.revert->agents) {
      AgentState& agent = *state.find(name);
      agent.stage = Stage::rolled_back;
      agent.reason = fmt::format("taken off '{}' by {}", short_name(state.landing.target), short_oid(commit));
      agent.reverted = commit;
    }
    state.landing.revert.reset();
  }
  void accept(const ObjectId& commit) const {
    const auto number = in().trial_to(commit);
    check(number.has_value(), "the candidate moved to a trial that is not known");
    (*in().planner.landing - in().planner.landed).each([&](BranchIndex branch) {
      const AgentName& name = in().branches[branch].agent;
      state.find(name)->stage = Stage::accepted;
      if (name == state.canary) state.canary = AgentName();
    });
    reach(in().trials[*number].end);
    apply_action(in().planner, search::StopTrial{*number});  // earlier versions did not judge it
    search::apply_event(in().planner, search::SetLanded{});
  }
};

}  // namespace

std::optional<BranchIndex> branch_of(const Integration& integration, const AgentName& agent) {
  const auto found = integration.latest.find(agent);
  if (found == integration.latest.end() || !takes_part(integration.planner, found->second))
    return std::nullopt;
  return found->second;
}

void leave_queue(Integration& integration, const AgentName& agent, search::Stage as) {
  std::erase(integration.queue, agent);
  const auto branch = branch_of(integration, agent);
  if (!branch || integration.planner.branches[*branch].stage == search::Stage::landed) return;
  search::Reject reject;
  reject.branch = *branch;
  switch (as) {
    case search::Stage::rejected:
      return apply_action(integration.planner, reject);
    case search::Stage::held:
      return apply_action(integration.planner, search::Hold{*branch, *branch});
    case search::Stage::parked:
      return apply_action(integration.planner, search::Park{*branch});
    case search::Stage::withdrawn:
      return search::apply_event(integration.planner, search::BranchWithdrawn{*branch});
    default:
      bug("a branch left the queue in a way that has no name");
  }
}

void apply_landing_event(RunState& state, const Event& event) {
  std::visit(ApplyLandingEvent{state}, event.body);
}

}  // namespace par::core
