#include "core/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "core/plan_parts.h"

namespace par::core {
namespace {

using planning::AgentIndex;

Result<std::vector<Ownership>> parse_ownerships(const std::vector<AgentSpec>& agents, Folding folding) {
  std::vector<Ownership> ownerships;
  for (const auto& agent : agents) {
    PAR_ASSIGN(Ownership ownership, Ownership::parse(agent, folding));
    ownerships.push_back(std::move(ownership));
  }
  return ownerships;
}

// The plan's validations, and for each agent the names of those that it adds: "<agent>-1", ...
class Validations {
 public:
  explicit Validations(const std::vector<ValidationSpec>& of_file) : specs_(of_file) {
    for (const auto& spec : specs_) {
      common_.push_back(spec.name);
      names_.insert(spec.name);
    }
  }

  // The names of what checks this agent's branch.
  std::vector<std::string> add(const AgentSpec& agent) {
    std::vector<std::string> names = common_;
    int number = 0;
    for (const auto& command : agent.validate) {
      ValidationSpec spec;
      do {
        spec.name = fmt::format("{}-{}", agent.name.str(), ++number);
      } while (!names_.insert(spec.name).second);
      spec.run = command;
      names.push_back(spec.name);
      specs_.push_back(std::move(spec));
    }
    return names;
  }

  [[nodiscard]] std::vector<ValidationSpec> specs() && { return std::move(specs_); }

 private:
  std::vector<ValidationSpec> specs_;
  std::vector<std::string> common_;
  std::set<std::string> names_;
};

std::vector<Overlap> describe(const std::vector<planning::Meeting>& meetings,
                              const std::vector<AgentSpec>& agents) {
  std::vector<Overlap> overlaps;
  overlaps.reserve(meetings.size());
  for (const auto& meeting : meetings)
    overlaps.push_back({agents[meeting.agents.first].name, agents[meeting.agents.second].name,
                        meeting.witness, meeting.kind, Resolution::serialised});
  return overlaps;
}

int places(const PlanRequest& request) {
  const int jobs = request.config.policy.jobs;
  return std::max(1, request.jobs_cap > 0 ? std::min(jobs, request.jobs_cap) : jobs);
}

enum class Predictions { divide, are_shown };

Result<Plan> plan_once(PlanRequest request, Predictions use) {
  const Config& config = request.config;
  PAR_ASSIGN(auto agents, planning::call_agents(request));
  PAR_TRY(planning::give_shared_to_one(agents, request));
  PAR_ASSIGN(auto of_file, parse_ownerships(agents, request.folding()));
  const auto remaining = planning::take_finished(request.config.items, request.finished);
  planning::LearnedEstimates learned;
  planning::estimate_items(request.config.items, request.earlier, learned);
  PAR_ASSIGN(auto assignment,
             planning::assign_items(std::move(request.config.items), agents, of_file, request.folding()));
  PAR_TRY(planning::dismiss_idle(agents, of_file, assignment, request, remaining));
  const std::vector<Prediction> none;
  planning::PredictedShare share(use == Predictions::divide ? request.predictions : none, of_file);
  PAR_ASSIGN(auto staff, planning::form_staff(request, agents, share, std::move(assignment.items)));
  planning::estimate_agents(staff, request.earlier, learned);
  PAR_ASSIGN(const auto ownerships, parse_ownerships(staff.agents, request.folding()));
  OwnerIndex index(ownerships);
  PAR_ASSIGN(const auto survey, planning::survey_paths(index, ownerships.size(), request.paths));
  PAR_ASSIGN(const auto meetings, planning::find_meetings(ownerships, survey));
  PAR_ASSIGN(const auto phases, planning::find_phases(staff, config.policy.on_overlap, meetings));

  Plan plan;
  plan.base = request.base;
  plan.target = request.target;
  plan.strategy = config.strategy;
  plan.worktrees = config.worktrees;
  plan.worktree = config.worktree;
  plan.jobs = places(request);
  plan.max_failure_rate = config.policy.max_failure_rate;
  plan.canary = config.policy.canary;
  plan.budget = config.policy.budget;
  plan.budget_tokens = config.policy.budget_tokens;
  plan.ignore_case = request.ignore_case;
  plan.precompose = request.precompose;
  plan.overlaps = describe(meetings, staff.agents);
  plan.unowned_items = std::move(assignment.unowned);
  plan.unowned_paths = survey.unowned;
  plan.finished_items = remaining.finished;
  plan.hot = std::move(staff.hot);
  plan.predictions = planning::predictions_for(staff, std::move(request.predictions), index);
  Validations validations(config.validations);
  for (AgentIndex i = 0; i < staff.agents.size(); ++i) {
    plan.phases = std::max(plan.phases, phases[i]);
    auto names = validations.add(staff.agents[i]);
    plan.agents.push_back({std::move(staff.agents[i]), phases[i], std::move(staff.items[i]), std::move(names),
                           survey.file_counts[i]});
  }
  plan.validations = std::move(validations).specs();
  std::stable_sort(plan.agents.begin(), plan.agents.end(),
                   [](const PlannedAgent& a, const PlannedAgent& b) { return a.phase < b.phase; });
  plan.decision = planning::decide(plan, request, learned);
  for (auto& remark : staff.remarks) plan.decision.reasons.push_back(std::move(remark));
  return plan;
}

}  // namespace

const PlannedAgent* Plan::find(const AgentName& name) const {
  const auto found = std::find_if(agents.begin(), agents.end(),
                                  [&](const PlannedAgent& agent) { return agent.spec.name == name; });
  return found == agents.end() ? nullptr : &*found;
}

PlanHead head_of(const Plan& plan) {
  PlanHead head;
  head.plan.id = plan.id;
  head.plan.base = plan.base;
  head.plan.target = plan.target;
  head.plan.worktrees = plan.worktrees;
  head.plan.phases = plan.phases;
  for (const auto& agent : plan.agents) {
    PlannedAgent& named = head.plan.agents.emplace_back();
    named.spec.name = agent.spec.name;
    named.phase = agent.phase;
    head.item_counts.push_back(std::ssize(agent.items));
  }
  return head;
}

AgentName canary_of(const Plan& plan) {
  const PlannedAgent* least = nullptr;
  for (const auto& agent : plan.agents) {
    if (agent.phase != plan.agents.front().phase) break;
    const auto estimate = planning::estimate_of(agent);
    const auto best = least == nullptr ? 0 : planning::estimate_of(*least);
    if (least == nullptr || (estimate > 0 && (best == 0 || estimate < best))) least = &agent;
  }
  return least->spec.name;
}

Result<std::vector<Overlap>> find_overlaps(const std::vector<AgentSpec>& agents,
                                           const std::vector<Ownership>& ownerships,
                                           const std::vector<RepoPath>& paths) {
  OwnerIndex index(ownerships);
  PAR_ASSIGN(const auto survey, planning::survey_paths(index, ownerships.size(), paths));
  PAR_ASSIGN(const auto meetings, planning::find_meetings(ownerships, survey));
  return describe(meetings, agents);
}

Result<Plan> make_plan(PlanRequest request) {
  if (request.predictions.empty()) return plan_once(std::move(request), Predictions::are_shown);
  auto plan = plan_once(request, Predictions::divide);
  if (plan) return plan;
  auto without = plan_once(std::move(request), Predictions::are_shown);
  if (!without) return without;
  without->decision.reasons.push_back(
      fmt::format("predictions have no part in it: {}", plan.error().message));
  return without;
}

}  // namespace par::core
