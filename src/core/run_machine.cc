// Agents, from `waiting` to a finished branch (queued) or an end of their own.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/strings.h"
#include "core/machine.h"

namespace par::core {
namespace {

// An agent whose process was lost (reboot, its keeper killed) starts again, this often at most.
constexpr int kMaxLosses = 5;

bool is_one_of(Stage stage, std::initializer_list<Stage> stages) {
  return std::find(stages.begin(), stages.end(), stage) != stages.end();
}

AgentState& agent_in(RunState& state, const AgentName& name, std::initializer_list<Stage> allowed) {
  AgentState* agent = state.find(name);
  if (agent == nullptr) bug(fmt::format("event for the unknown agent '{}'", name.str()));
  if (allowed.size() > 0 && !is_one_of(agent->stage, allowed))
    bug(fmt::format("event does not fit agent '{}', which is {}", name.str(), name_of(agent->stage)));
  return *agent;
}

void forget_refusal(AgentState& agent) {
  agent.reason.clear();
  agent.tests.clear();
  agent.with.clear();
  agent.log.clear();
}

void start_again(RunState& state, AgentState& agent, int attempt) {
  drop_from_queue(state.integration, agent.name);
  agent.stage = Stage::waiting;
  agent.attempt = attempt;
  agent.tip = ObjectId();
  agent.ended_at = 0;
  agent.seconds = 0;
  forget_refusal(agent);
  state.finished.reset();
}

struct ApplyRunEvent {
  RunState& state;
  Millis at;

  void operator()(const RunStarted& e) const {
    state.plan = e.plan;
    state.base = e.base;
    state.integration.base = e.base;
    state.integration.base_tree = e.tree;
    state.integration.candidate = e.base;
    state.started_at = at;
  }
  void operator()(const RunPrepared&) const { state.prepared = true; }
  void operator()(const AgentAssigned& e) const {
    auto& agent = agent_in(state, e.agent, {Stage::waiting});
    agent.stage = Stage::preparing;
    agent.attempt = e.attempt;
    agent.start = e.start;
    agent.started_at = at;
  }
  void operator()(const WorktreeReady& e) const {
    auto& agent = agent_in(state, e.agent, {Stage::preparing});
    agent.stage = Stage::prepared;
    agent.worktree = e.path;
  }
  void operator()(const AgentStarting& e) const {
    auto& agent = agent_in(state, e.agent, {Stage::prepared});
    agent.stage = Stage::running;
    agent.started_at = at;
  }
  void operator()(const AgentExited& e) const {
    auto& agent = agent_in(state, e.agent, {Stage::running});
    agent.stage = e.how == ExitKind::stopped ? Stage::stopped : Stage::exited;
    if (e.how == ExitKind::stopped) agent.reason = "stopped by the user";
    agent.how = e.how;
    agent.code = e.code;
    agent.ended_at = at;
    agent.seconds = e.seconds;
  }
  void operator()(const AgentCollected& e) const {
    auto& agent = agent_in(state, e.agent, {Stage::exited});
    agent.stage = Stage::queued;
    agent.tip = e.tip;
    agent.files = static_cast<std::int64_t>(e.files.size());
    agent.commits = e.commits;
    state.integration.queue.push_back(e.agent);
  }
  void operator()(const AgentRejected& e) const {
    auto& agent = agent_in(state, e.agent, {Stage::exited, Stage::queued});
    drop_from_queue(state.integration, e.agent);
    agent.stage = Stage::rejected;
    agent.reason = e.reason;
    agent.tests = e.tests;
    agent.with = e.with;
    agent.log = e.log;
  }
  void operator()(const AgentHeld& e) const {
    auto& agent = agent_in(state, e.agent, {Stage::waiting, Stage::queued});
    drop_from_queue(state.integration, e.agent);
    agent.stage = Stage::held;
    agent.reason = e.reason;
  }
  void operator()(const AgentParked& e) const {
    auto& agent = agent_in(state, e.agent, {Stage::queued});
    drop_from_queue(state.integration, e.agent);
    agent.stage = Stage::parked;
    agent.reason = e.reason;
  }
  void operator()(const AgentRetried& e) const {
    auto& agent = agent_in(state, e.agent, {});
    start_again(state, agent, e.attempt);
    ++agent.losses;
  }
  void operator()(const RunResumed&) const {
    for (auto& agent : state.agents) {
      if (agent.stage == Stage::stopped) start_again(state, agent, agent.attempt + 1);
      if (agent.stage == Stage::held) start_again(state, agent, agent.attempt);
      if (agent.stage != Stage::parked) continue;
      forget_refusal(agent);
      agent.stage = Stage::queued;
      state.integration.queue.push_back(agent.name);
      state.finished.reset();
    }
  }
  void operator()(const RunFinished& e) const { state.finished = e.end; }
  template <class Other>
  void operator()(const Other&) const {}
};

std::string exit_reason(const AgentState& agent, const AgentSpec& spec) {
  switch (agent.how) {
    case ExitKind::signalled:
      return fmt::format("ended by signal {}", agent.code);
    case ExitKind::timed_out:
      return fmt::format("timed out after {}", human_duration(static_cast<double>(spec.timeout)));
    case ExitKind::hung:
      return fmt::format("no sign of life for {}", human_duration(static_cast<double>(spec.idle_timeout)));
    case ExitKind::lost:
      return fmt::format("lost {} times", agent.losses + 1);
    default:
      return fmt::format("exited with {}", agent.code);
  }
}

Action after_exit(const AgentState& agent, const AgentSpec& spec) {
  if (agent.how == ExitKind::exited && agent.code == 0)
    return Collect{agent.name, agent.attempt, agent.start};
  if (agent.how == ExitKind::lost && agent.losses + 1 < kMaxLosses)
    return Record{AgentRetried{agent.name, agent.attempt + 1}};
  AgentRejected rejected;
  rejected.agent = agent.name;
  rejected.attempt = agent.attempt;
  rejected.kind = RejectKind::failed;
  rejected.reason = exit_reason(agent, spec);
  return Record{std::move(rejected)};
}

struct Scheduler {
  const Plan& plan;
  const RunState& state;
  const Limits& limits;
  int open_phase = 0;  // the first phase with an agent that is not settled
  int active = 0;      // places taken

  Scheduler(const Plan& p, const RunState& s, const Limits& l) : plan(p), state(s), limits(l) {
    for (const auto& agent : state.agents) {
      if (!is_settled(agent.stage) && (open_phase == 0 || agent.phase < open_phase)) open_phase = agent.phase;
      if (is_one_of(agent.stage, {Stage::preparing, Stage::prepared, Stage::running})) ++active;
    }
  }

  [[nodiscard]] std::optional<Action> action_for(const AgentState& agent, const AgentSpec& spec) const {
    switch (agent.stage) {
      case Stage::waiting:
        return start(agent, spec);
      case Stage::preparing:
        if (limits.draining) return std::nullopt;
        return AddWorktree{agent.name, agent.attempt, agent.start};
      case Stage::prepared:
        if (limits.draining) return std::nullopt;
        return Record{AgentStarting{agent.name, agent.attempt}};
      case Stage::exited:
        return after_exit(agent, spec);
      default:
        return std::nullopt;
    }
  }

 private:
  [[nodiscard]] std::optional<Action> start(const AgentState& agent, const AgentSpec& spec) const {
    if (agent.phase != open_phase) return std::nullopt;
    if (auto reason = hold_reason(state, spec); !reason.empty())
      return Record{AgentHeld{agent.name, std::move(reason)}};
    const auto& integration = state.integration;
    const bool settled_candidate = integration.candidate == integration.head() && !integration.accepting;
    if (limits.draining || active >= limits.jobs || !integration.blocked.empty() || !settled_candidate)
      return std::nullopt;
    return Record{AgentAssigned{agent.name, agent.attempt, integration.candidate}};
  }
};

}  // namespace

std::string hold_reason(const RunState& state, const AgentSpec& spec) {
  for (const auto& name : spec.after) {
    const AgentState* other = state.find(name);
    if (other == nullptr || is_one_of(other->stage, {Stage::accepted, Stage::landed, Stage::queued}))
      continue;
    return fmt::format("needs '{}', which is {}", name.str(), name_of(other->stage));
  }
  return {};
}

bool is_settled(Stage stage) {
  return is_one_of(stage, {Stage::accepted, Stage::rejected, Stage::held, Stage::rolled_back, Stage::landed,
                           Stage::stopped, Stage::parked});
}

bool is_accepted(Stage stage) { return stage == Stage::accepted || stage == Stage::landed; }

std::vector<AgentName> dependents_of(const Plan& plan, const std::vector<AgentName>& names) {
  std::set<AgentName> reached(names.begin(), names.end());
  std::vector<AgentName> dependents;
  // Plans list agents by phase, and an agent's phase is later than that of everything it comes after.
  for (const auto& planned : plan.agents) {
    const auto& after = planned.spec.after;
    const bool depends =
        std::any_of(after.begin(), after.end(), [&](const auto& a) { return reached.contains(a); });
    if (depends && reached.insert(planned.spec.name).second) dependents.push_back(planned.spec.name);
  }
  return dependents;
}

void apply_run_event(RunState& state, const Event& event) {
  std::visit(ApplyRunEvent{state, event.at}, event.body);
}

Next next_agent_step(const Plan& plan, const RunState& state, const Limits& limits) {
  Next next;
  const Scheduler scheduler(plan, state, limits);
  for (std::size_t i = 0; i < state.agents.size(); ++i) {
    const auto& agent = state.agents[i];
    if (agent.stage == Stage::running) next.agents.push_back({agent.name, agent.attempt});
    if (!next.action) next.action = scheduler.action_for(agent, plan.agents[i].spec);
  }
  return next;
}

}  // namespace par::core
