// Agents, from `waiting` to a finished branch (queued) or an end of their own.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

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
  leave_queue(state.integration, agent.name, search::Stage::withdrawn);
  agent.stage = Stage::waiting;
  agent.attempt = attempt;
  agent.tip = ObjectId();
  agent.how = ExitKind::exited;
  agent.code = 0;
  agent.ended_at = 0;
  agent.seconds = 0;
  agent.not_before = 0;
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
    state.canary = e.canary;
    state.started_at = at;
  }
  void operator()(const RunPrepared&) const { state.prepared = true; }
  void operator()(const BranchesTaken& e) const {
    for (const auto& branch : e.branches) {
      auto& agent = agent_in(state, branch.agent, {Stage::waiting});
      agent.stage = Stage::queued;
      agent.branch = branch.ref;
      agent.start = branch.start;
      agent.tip = branch.tip;
      agent.files = static_cast<std::int64_t>(branch.files.size());
      agent.changed = branch.files;
      agent.commits = branch.commits;
      state.integration.queue.push_back(branch.agent);
    }
  }
  void operator()(const AgentAssigned& e) const {
    auto& agent = agent_in(state, e.agent, {Stage::waiting});
    agent.stage = Stage::preparing;
    agent.attempt = e.attempt;
    agent.start = e.start;
    agent.started_at = at;
  }
  void operator()(const WorktreeAdded& e) const {
    auto& agent = agent_in(state, e.agent, {Stage::preparing});
    agent.stage = Stage::filling;
    agent.worktree = e.path;
  }
  void operator()(const WorktreeReady& e) const {
    auto& agent = agent_in(state, e.agent, {Stage::preparing, Stage::filling});
    agent.stage = Stage::prepared;
    agent.worktree = e.path;
  }
  void operator()(const AgentStarting& e) const {
    auto& agent = agent_in(state, e.agent, {Stage::prepared});
    agent.stage = Stage::running;
    agent.started_at = at;
  }
  void operator()(const AgentExited& e) const {
    auto& agent = agent_in(state, e.agent, {Stage::filling, Stage::running});
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
    agent.changed = e.files;
    agent.commits = e.commits;
    state.integration.queue.push_back(e.agent);
  }
  void operator()(const AgentRejected& e) const {
    auto& agent = agent_in(state, e.agent, {Stage::filling, Stage::exited, Stage::queued});
    leave_queue(state.integration, e.agent, search::Stage::rejected);
    agent.stage = Stage::rejected;
    agent.reason = e.reason;
    agent.tests = e.tests;
    agent.with = e.with;
    agent.log = e.log;
  }
  void operator()(const AgentHeld& e) const {
    auto& agent = agent_in(state, e.agent, {Stage::waiting, Stage::queued});
    leave_queue(state.integration, e.agent, search::Stage::held);
    agent.stage = Stage::held;
    agent.reason = e.reason;
  }
  void operator()(const AgentParked& e) const {
    auto& agent = agent_in(state, e.agent, {Stage::queued});
    leave_queue(state.integration, e.agent, search::Stage::parked);
    agent.stage = Stage::parked;
    agent.reason = e.reason;
  }
  void operator()(const AgentRetried& e) const {
    auto& agent = agent_in(state, e.agent, {});
    EarlierAttempt before;
    if (agent.stage == Stage::rejected) before = {agent.reason, agent.tests, agent.log};
    start_again(state, agent, e.attempt);
    switch (e.cause) {
      case RetryCause::lost:
        ++agent.losses;
        break;
      case RetryCause::failed:
        ++agent.failures;
        agent.earlier = {e.reason, e.tests, e.log};
        agent.retried_at = at;
        agent.not_before = e.not_before;
        break;
      case RetryCause::asked:
        agent.losses = 0;
        agent.failures = 0;
        agent.earlier = std::move(before);
        break;
    }
  }
  void operator()(const RunResumed& e) const {
    if (e.no_canary) state.canary = AgentName();
    for (auto& agent : state.agents) {
      if (agent.stage == Stage::stopped) start_again(state, agent, agent.attempt + 1);
      if (agent.stage == Stage::held) start_again(state, agent, next_attempt_of(agent));
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

AgentRetried lost_retry(const AgentState& agent) {
  AgentRetried retried;
  retried.agent = agent.name;
  retried.attempt = agent.attempt + 1;
  return retried;
}

Action after_exit(const AgentState& agent, const AgentSpec& spec) {
  if (agent.how == ExitKind::exited && agent.code == 0)
    return Collect{agent.name, agent.attempt, agent.start};
  if (agent.how == ExitKind::lost && agent.losses + 1 < kMaxLosses) return Record{lost_retry(agent)};
  AgentRejected rejected;
  rejected.agent = agent.name;
  rejected.attempt = agent.attempt;
  rejected.kind = RejectKind::failed;
  rejected.reason = exit_reason(agent, spec);
  return Refuse{std::move(rejected)};
}

struct Scheduler {
  const Plan& plan;
  const RunState& state;
  const Limits& limits;
  int open_phase = 0;       // the first phase with an agent that is not settled
  int active = 0;           // places taken
  int active_phase = 0;     // of one that is active; 0: none is
  bool all_decided = true;  // nobody's command runs, and no finished branch waits for its verdict

  Scheduler(const Plan& p, const RunState& s, const Limits& l) : plan(p), state(s), limits(l) {
    for (const auto& agent : state.agents) {
      if (!is_settled(agent.stage) && (open_phase == 0 || agent.phase < open_phase)) open_phase = agent.phase;
      const bool takes_place = is_active(agent.stage);
      if (takes_place) active_phase = agent.phase;
      if (takes_place) ++active;
      if (is_one_of(agent.stage, {Stage::running, Stage::exited, Stage::queued})) all_decided = false;
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
        if (limits.draining || (state.in_sequence && !all_decided)) return std::nullopt;
        return Record{AgentStarting{agent.name, agent.attempt}};
      case Stage::exited:
        return after_exit(agent, spec);
      default:
        return std::nullopt;
    }
  }

  // When the agent starts again, if nothing but that time is in its way, or only what others do.
  [[nodiscard]] std::optional<Millis> wake_for(const AgentState& agent) const {
    const bool may_start = agent.stage == Stage::waiting && agent.phase == open_phase && !is_shut();
    return may_start && backs_off(agent) ? std::optional(agent.not_before) : std::nullopt;
  }

 private:
  // Nothing starts until the user does something.
  [[nodiscard]] bool is_shut() const { return limits.draining || !state.integration.blocked.empty(); }

  // What a user brought back may be of an earlier phase than what still runs.
  [[nodiscard]] bool has_place(const AgentState& agent) const {
    if (active > 0 && active_phase != agent.phase) return false;
    return state.in_sequence ? active == 0 && all_decided : active < limits.jobs;
  }

  [[nodiscard]] std::string canary_reason() const {
    return fmt::format("the canary '{}' is {}", state.canary.str(), name_of(state.find(state.canary)->stage));
  }

  // A clock that was set back keeps nobody waiting.
  [[nodiscard]] bool backs_off(const AgentState& agent) const {
    return agent.retried_at <= limits.now && limits.now < agent.not_before;
  }

  [[nodiscard]] std::optional<Action> start(const AgentState& agent, const AgentSpec& spec) const {
    const bool after_canary = !state.canary.empty() && state.canary != agent.name;
    if (after_canary && canary_failed(state)) return Record{AgentHeld{agent.name, canary_reason()}};
    if (agent.phase != open_phase || after_canary) return std::nullopt;
    if (auto reason = hold_reason(state, spec); !reason.empty())
      return Record{AgentHeld{agent.name, std::move(reason)}};
    const auto& integration = state.integration;
    const bool settled_candidate = integration.candidate == integration.head() && !integration.accepting;
    if (is_shut() || !has_place(agent) || !settled_candidate || backs_off(agent)) return std::nullopt;
    return Record{AgentAssigned{agent.name, agent.attempt, integration.candidate}};
  }
};

// Those that wait though their work is done; nullopt: there are none.
std::optional<Action> take_branches(const Plan& plan, const RunState& state) {
  TakeBranches take;
  for (std::size_t i = 0; i < state.agents.size(); ++i) {
    const auto& branch = plan.agents[i].branch;
    if (state.agents[i].stage == Stage::waiting && !branch.ref.empty())
      take.branches.push_back({state.agents[i].name, branch.ref, branch.start, branch.tip});
  }
  return take.branches.empty() ? std::nullopt : std::optional<Action>(std::move(take));
}

}  // namespace

int next_attempt_of(const AgentState& agent) {
  return agent.started_at == 0 ? agent.attempt : agent.attempt + 1;
}

bool canary_failed(const RunState& state) {
  const AgentState* canary = state.find(state.canary);
  return canary != nullptr && is_one_of(canary->stage, {Stage::rejected, Stage::held, Stage::rolled_back});
}

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

bool is_active(Stage stage) {
  return is_one_of(stage, {Stage::preparing, Stage::filling, Stage::prepared, Stage::running});
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
  next.action = take_branches(plan, state);
  if (next.action) return next;
  const Scheduler scheduler(plan, state, limits);
  for (std::size_t i = 0; i < state.agents.size(); ++i) {
    const auto& agent = state.agents[i];
    if (agent.stage == Stage::filling) next.worktrees.push_back({agent.name, agent.attempt});
    if (agent.stage == Stage::running) next.agents.push_back({agent.name, agent.attempt});
    if (const auto wake = scheduler.wake_for(agent); wake && (!next.wake || *wake < *next.wake))
      next.wake = wake;
    if (!next.action) next.action = scheduler.action_for(agent, plan.agents[i].spec);
  }
  return next;
}

}  // namespace par::core
