// What the results of its tree, or a conflict, mean for a trial.
#include <algorithm>
#include <set>

#include "core/landing_parts.h"
#include "core/suspects.h"

namespace par::core {
namespace {

bool any(const std::vector<ValidationResult>& results, Outcome outcome) {
  return std::any_of(results.begin(), results.end(), [&](const auto& r) { return r.result == outcome; });
}

// Whom the failing tests of a trial name, among those of its branches that are not in yet.
std::vector<AgentName> suspects_in(const Plan& plan, const RunState& state, std::size_t number,
                                   const std::vector<std::string>& tests) {
  const auto& planner = state.integration.planner;
  std::vector<ChangedFiles> changes;
  (planner.trials[number].branches - planner.landed).each([&](BranchIndex branch) {
    const auto& agent = *state.find(state.integration.branches[branch].agent);
    changes.push_back({agent.name, agent.changed});
  });
  std::vector<std::string> names;
  const auto is_validation = [&](const std::string& test) {
    return std::any_of(plan.validations.begin(), plan.validations.end(),
                       [&](const auto& spec) { return spec.name == test; });
  };
  std::copy_if(tests.begin(), tests.end(), std::back_inserter(names),
               [&](const auto& test) { return !is_validation(test); });
  return suspects_of(names, changes);
}

TrialJudged judge_conflict(std::size_t number, const Trial& trial, bool explains) {
  TrialJudged judged;
  judged.trial = static_cast<int>(number);
  // A set that leaves out what others were built on may conflict: that says nothing of its tests.
  judged.outcome = explains ? search::Outcome::skip : search::Outcome::conflict;
  if (!explains) judged.suspects = {trial.conflict};
  return judged;
}

TrialJudged judge_red(const Plan& plan, const RunState& state, std::size_t number, const Verdict& verdict) {
  TrialJudged judged;
  judged.trial = static_cast<int>(number);
  judged.outcome = search::Outcome::red;
  judged.tests = verdict.new_failures;
  if (!state.integration.planner.trials[number].explains)
    judged.suspects = suspects_in(plan, state, number, judged.tests);
  return judged;
}

// Green when every tree is, red when one is known to be; nullopt: results are missing, and what is `wanted`
// for them is added there.
std::optional<TrialJudged> judge_trees(const Plan& plan, const RunState& state, std::size_t number,
                                       std::vector<AwaitValidation>& wanted) {
  const auto& integration = state.integration;
  TrialJudged judged;
  judged.trial = static_cast<int>(number);
  judged.outcome = search::Outcome::green;
  std::vector<AwaitValidation> missing;
  const AwaitValidation baseline{integration.base, integration.base_tree, all_validations(plan)};
  for (auto& [what, source] : trees_to_pass(plan, state, number)) {
    const auto verdict = judge_tree(integration, what, baseline, missing);
    if (!verdict || verdict->colour == Colour::green) continue;
    if (verdict->colour == Colour::red) return judge_red(plan, state, number, *verdict);
    judged.outcome = search::Outcome::error;
    judged.tests = verdict->errors;
  }
  if (missing.empty()) return judged;
  std::move(missing.begin(), missing.end(), std::back_inserter(wanted));
  return std::nullopt;
}

// nullopt: results are missing, and what is `wanted` for them is added there.
std::optional<TrialJudged> judge_trial(const Plan& plan, const RunState& state, std::size_t number,
                                       std::vector<AwaitValidation>& wanted) {
  const auto& integration = state.integration;
  const Trial& trial = integration.trials.at(number);
  if (!trial.conflict.empty())
    return judge_conflict(number, trial, integration.planner.trials[number].explains);
  return judge_trees(plan, state, number, wanted);
}

}  // namespace

void add_validations(const Plan& plan, const RunState& state, const AgentName& agent,
                     std::set<std::string>& names) {
  if (const auto* planned = find_planned(plan, state, agent))
    names.insert(planned->validations.begin(), planned->validations.end());
}

std::vector<TestedTree> trees_of(const Step& step, const std::set<std::string>& names) {
  const std::vector<std::string> all(names.begin(), names.end());
  std::vector<TestedTree> trees;
  for (const auto& replayed : step.replayed)
    trees.push_back({{replayed.commit, replayed.tree, all}, replayed.source});
  if (trees.empty()) trees.push_back({{step.commit, step.tree, all}, {}});
  return trees;
}

std::vector<TestedTree> trees_to_pass(const Plan& plan, const RunState& state, std::size_t trial) {
  const auto& integration = state.integration;
  const auto& chains = integration.chains;
  std::set<std::string> names;
  for (auto end = integration.trials.at(trial).end; end != 0; end = chains.before(end))
    add_validations(plan, state, chains.last(end).agent, names);
  return trees_of(integration.last_step(trial), names);
}

std::vector<std::string> all_validations(const Plan& plan) {
  std::vector<std::string> names;
  for (const auto& spec : plan.validations) names.push_back(spec.name);
  std::sort(names.begin(), names.end());
  return names;
}

bool covers(const Integration& integration, const ObjectId& tree, const std::vector<std::string>& names) {
  if (names.empty()) return true;
  const auto found = integration.results.find(tree);
  if (found == integration.results.end()) return false;
  return std::all_of(names.begin(), names.end(), [&](const auto& n) { return found->second.contains(n); });
}

std::vector<ValidationResult> results_for(const Integration& integration, const ObjectId& tree,
                                          const std::vector<std::string>& names) {
  std::vector<ValidationResult> results;
  const auto found = integration.results.find(tree);
  if (found == integration.results.end()) return results;
  for (const auto& name : names)
    if (const auto result = found->second.find(name); result != found->second.end())
      results.push_back(result->second);
  return results;
}

std::optional<Verdict> judge_tree(const Integration& integration, const AwaitValidation& what,
                                  const AwaitValidation& base, std::vector<AwaitValidation>& wanted) {
  if (!covers(integration, what.tree, what.names)) {
    wanted.push_back(what);
    return std::nullopt;
  }
  const auto results = results_for(integration, what.tree, what.names);
  // What fails or cannot run there as well is nobody's doing.
  const bool matters = any(results, Outcome::fail) || any(results, Outcome::error);
  if (matters && !covers(integration, base.tree, what.names)) {
    wanted.push_back(base);
    return std::nullopt;
  }
  return judge(results, results_for(integration, base.tree, what.names));
}

Next next_trial_step(const Plan& plan, const RunState& state) {
  const auto& integration = state.integration;
  Next next;
  for (const auto& [number, trial] : integration.trials) {
    if (trial.outcome || !integration.planner.trials.at(number).is_running) continue;
    auto judged = judge_trial(plan, state, number, next.validations);
    if (judged && !next.action) next.action = Record{*std::move(judged)};
  }
  return next;
}

}  // namespace par::core
