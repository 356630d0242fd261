// What the search decides, as steps of the run: how a set is merged, what the candidate moves to, and what an
// agent is told that cannot get in.
#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/strings.h"
#include "core/landing_parts.h"

namespace par::core {
namespace {

std::vector<AgentName> agents_of(const Integration& integration, const BranchSet& set) {
  std::vector<AgentName> agents;
  set.each([&](BranchIndex branch) { agents.push_back(integration.branches[branch].agent); });
  return agents;
}

// Who is in takes part in most trials; to name them all each time would make the journal grow with the square
// of the branches.
PlannedTrial planned_trial(const Integration& integration, const search::StartTrial& start) {
  const auto& landed = integration.planner.landed;
  const bool on_candidate = landed.is_within(start.branches);
  return {static_cast<int>(start.trial),
          agents_of(integration, on_candidate ? start.branches - landed : start.branches), start.explains,
          on_candidate};
}

// ---- merging

// What is in comes first, as it is there; then each branch after all it comes after.
std::vector<BranchRef> merge_order(const Integration& integration, const BranchSet& set) {
  std::vector<BranchRef> order;
  BranchSet left = set;
  for (const auto& step : integration.steps) {
    const auto branch = branch_of(integration, step.agent);
    if (!branch || !left.contains(*branch)) continue;
    order.push_back(integration.branches[*branch]);
    left.erase(*branch);
  }
  left.each([&](BranchIndex branch) { order.push_back(integration.branches[branch]); });
  return order;
}

// On top of the longest part that is merged already: so sets that begin alike share their commits.
BuildTrial build_trial(const Integration& integration, std::size_t number, Strategy strategy) {
  auto order = merge_order(integration, integration.planner.trials[number].branches);
  BuildTrial build{static_cast<int>(number), integration.base, {}, strategy};
  const auto [end, length] = integration.chains.longest(order);
  if (end != 0) build.onto = integration.chains.last(end).commit;
  build.branches.assign(order.begin() + static_cast<std::ptrdiff_t>(length), order.end());
  return build;
}

std::optional<Action> next_build(const Integration& integration, Strategy strategy) {
  const auto& trials = integration.planner.trials;
  for (std::size_t number = 0; number < trials.size(); ++number)
    if (trials[number].is_running && !integration.trials.contains(number))
      return build_trial(integration, number, strategy);
  return std::nullopt;
}

// ---- what an agent is told

std::string tests_reason(const std::vector<std::string>& tests, const std::vector<AgentName>& with) {
  std::string where = "on top of the candidate";
  if (!with.empty()) where = fmt::format("together with '{}'", with.front().str());
  if (with.size() > 1) where += fmt::format(" and {} more", with.size() - 1);
  if (tests.empty()) return "does not pass " + where;
  if (tests.size() == 1) return fmt::format("breaks '{}' {}", tests.front(), where);
  return fmt::format("breaks {} tests {}: '{}', ...", tests.size(), where, tests.front());
}

// Those that the branch is not built on: without these it could not be tried.
std::vector<AgentName> partners(const Integration& integration, const search::Reject& reject) {
  if (!reject.is_minimal) return {};
  BranchSet with = reject.with;
  const auto& branch = integration.planner.branches[reject.branch].branch;
  for (const auto before : branch.after) with.erase(before);
  return agents_of(integration, with - branch.upon);
}

// The first tree of the last step that fails.
struct RedTree {
  ObjectId source;
  std::string log;
};

std::optional<RedTree> red_tree(const Plan& plan, const RunState& state, std::size_t trial) {
  const auto& integration = state.integration;
  for (const auto& tested : trees_to_pass(plan, state, trial)) {
    const auto results = results_for(integration, tested.what.tree, tested.what.names);
    const auto baseline = results_for(integration, integration.base_tree, tested.what.names);
    if (judge(results, baseline).colour != Colour::red) continue;
    const auto red =
        std::find_if(results.begin(), results.end(), [](const auto& r) { return r.result == Outcome::fail; });
    return RedTree{tested.source, red->log};
  }
  return std::nullopt;
}

void explain_red(const Plan& plan, const RunState& state, const search::Reject& reject,
                 AgentRejected& rejected) {
  rejected.kind = RejectKind::red;
  rejected.tests = reject.tests;
  rejected.with = partners(state.integration, reject);
  rejected.reason = tests_reason(rejected.tests, rejected.with);
  const auto red = red_tree(plan, state, reject.trial);
  if (!red) return;
  rejected.log = red->log;
  if (!red->source.empty()) rejected.reason += fmt::format(", at its commit {}", short_oid(red->source));
}

// Something is among `files` below the directory, which is "" or begins with a slash.
bool is_below(const std::vector<std::string>& files, std::string_view directory) {
  return std::any_of(files.begin(), files.end(), [&](const std::string& file) {
    return ("/" + file).starts_with(std::string(directory) + "/");
  });
}

// That one of `files` which is at `path` after a merge with a side that renamed a directory, and so changed
// what lay below its old name and what lies below the new one; nullptr: none is.
const std::string* moved_file(const std::vector<std::string>& files, const std::string& path,
                              const std::vector<std::string>& renaming) {
  const std::string to = "/" + path;
  for (const auto& file : files) {
    const std::string from = "/" + file;
    const auto differ = std::mismatch(from.rbegin(), from.rend(), to.rbegin(), to.rend()).first;
    const auto slash = from.find('/', static_cast<std::size_t>(from.rend() - differ));
    if (slash == 0 || slash == std::string::npos) continue;
    const auto rest = from.size() - slash;
    if (is_below(renaming, from.substr(0, slash)) && is_below(renaming, to.substr(0, to.size() - rest)))
      return &file;
  }
  return nullptr;
}

// Of those that it was merged with, the ones that changed what it conflicts in. Where that is no file of
// theirs: all, or for a branch that existed nobody, as the target has gone on since it left.
std::vector<AgentName> partners_in_conflict(const RunState& state, const AgentState& agent,
                                            const std::vector<AgentName>& with,
                                            const std::vector<std::string>& paths) {
  std::vector<AgentName> partners;
  for (const auto& name : with) {
    const auto& changed = state.find(name)->changed;
    const bool meets = std::any_of(changed.begin(), changed.end(), [&](const std::string& file) {
      return std::find(paths.begin(), paths.end(), quote_path(file)) != paths.end();
    });
    const bool moves = !paths.empty() && (moved_file(agent.changed, paths.front(), changed) != nullptr ||
                                          moved_file(changed, paths.front(), agent.changed) != nullptr);
    if (meets || moves) partners.push_back(name);
  }
  return partners.empty() && agent.branch.empty() ? with : partners;
}

// What the first path of the conflict is called where another side did not rename its directory.
std::string first_path(const RunState& state, const AgentState& agent, const std::vector<AgentName>& with,
                       const std::string& path) {
  for (const auto& name : with)
    if (const auto* own = moved_file(agent.changed, path, state.find(name)->changed))
      return fmt::format("'{}', which is its '{}'", path, quote_path(*own));
  return fmt::format("'{}'", path);
}

void explain_conflict(const RunState& state, const search::Reject& reject, AgentRejected& rejected) {
  const auto& integration = state.integration;
  const auto& trial = integration.trials.at(reject.trial);
  const auto& paths = trial.paths;
  const std::string more = paths.size() > 1 ? fmt::format(" and {} more", paths.size() - 1) : "";
  if (trial.outside) {
    rejected.kind = RejectKind::outside_ownership;
    rejected.reason = fmt::format("changed '{}'{}, which it does not own, at its commit {}", paths.front(),
                                  more, short_oid(trial.source));
    return;
  }
  rejected.kind = RejectKind::conflict;
  const auto& agent = *state.find(rejected.agent);
  rejected.with = partners_in_conflict(state, agent, agents_of(integration, reject.with), paths);
  const bool is_target = rejected.with.empty() && !agent.branch.empty();
  const std::string what = is_target ? "'" + short_name(state.landing.target) + "'" : "the candidate";
  rejected.reason = paths.empty() ? fmt::format("does not merge onto {}", what)
                                  : fmt::format("conflicts with {} in {}{}", what,
                                                first_path(state, agent, rejected.with, paths.front()), more);
  if (!trial.source.empty()) rejected.reason += fmt::format(", at its commit {}", short_oid(trial.source));
}

// The validation that could not run on the smallest set with the branch.
std::string parked_reason(const Integration& integration, BranchIndex branch) {
  std::string what = "a validation";
  std::size_t least = static_cast<std::size_t>(-1);
  for (const auto& [number, trial] : integration.trials) {
    const auto& set = integration.planner.trials[number].branches;
    if (trial.outcome != search::Outcome::error || !set.contains(branch) || set.size() >= least) continue;
    least = set.size();
    if (!trial.tests.empty()) what = "validation '" + trial.tests.front() + "'";
  }
  return what + " could not run on its branch";
}

// ---- decisions

struct Decide {
  const Plan& plan;
  const RunState& state;
  const std::vector<search::Action>& all;  // that were decided at once

  [[nodiscard]] const Integration& in() const { return state.integration; }
  [[nodiscard]] const AgentName& agent(BranchIndex branch) const { return in().branches[branch].agent; }

  // A round is begun as a whole, or the search would take its first trial for all of it.
  Action operator()(const search::StartTrial&) const {
    TrialsPlanned planned;
    for (const auto& action : all) {
      const auto& start = std::get<search::StartTrial>(action);
      planned.trials.push_back(planned_trial(in(), start));
    }
    return Record{std::move(planned)};
  }
  Action operator()(const search::StopTrial& a) const {
    return Record{TrialStopped{static_cast<int>(a.trial)}};
  }
  Action operator()(const search::Land& a) const {
    check(a.trial != search::kNoTrial, "branches get in that no trial held");
    return Record{Accepting{in().candidate, in().last_step(a.trial).commit}};
  }
  Action operator()(const search::Condemn& a) const { return Record{BranchCondemned{agent(a.branch)}}; }
  Action operator()(const search::Reject& a) const {
    AgentRejected rejected;
    rejected.agent = agent(a.branch);
    rejected.attempt = state.find(rejected.agent)->attempt;
    if (in().trials.at(a.trial).conflict.empty())
      explain_red(plan, state, a, rejected);
    else
      explain_conflict(state, a, rejected);
    return Refuse{std::move(rejected)};
  }
  Action operator()(const search::Hold& a) const {
    auto reason = hold_reason(state, find_planned(plan, state, agent(a.branch))->spec);
    if (reason.empty()) reason = fmt::format("needs '{}', which did not get in", agent(a.because).str());
    return Record{AgentHeld{agent(a.branch), std::move(reason)}};
  }
  Action operator()(const search::Park& a) const {
    return Record{AgentParked{agent(a.branch), parked_reason(in(), a.branch)}};
  }
};

}  // namespace

std::optional<Action> next_search_action(const Plan& plan, const RunState& state) {
  // Decisions first: a trial that is not merged yet may be of no use any more.
  const auto actions = search::next_actions(state.integration.planner);
  if (actions.empty()) return next_build(state.integration, plan.strategy);
  return std::visit(Decide{plan, state, actions}, actions.front());
}

}  // namespace par::core
