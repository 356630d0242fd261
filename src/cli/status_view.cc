#include "cli/status_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>

#include "app/agent_job.h"
#include "base/json_writer.h"
#include "base/strings.h"
#include "cli/progress.h"
#include "cli/run_support.h"
#include "cli/table.h"
#include "core/pace.h"

namespace par::cli {
namespace {

using core::AgentState;
using core::RunState;
using core::Stage;

constexpr std::size_t kFewestAgents = 4;  // a line of which counts the others

// What the agent has claimed, if it claims its items itself, also when it has got none.
std::optional<store::AgentItemCounts> claimed_by(const Live& live, const AgentName& agent) {
  const auto& items = live.queue.items;  // sorted by agent
  const auto at = std::lower_bound(items.begin(), items.end(), agent,
                                   [](const auto& counts, const auto& name) { return counts.agent < name; });
  if (at == items.end() || at->agent != agent || (!at->pulls && at->claimed + at->done + at->failed == 0))
    return std::nullopt;
  return *at;
}

// The items of one agent: those it was given by where it stands, those it pulls by their claims. An agent
// that is in brought all of its items, but one that pulls only those it said to be done; one that was refused
// none. What comes after a failed item counts as failed, too.
store::AgentItemCounts items_of(const app::LoadedRun& run, std::size_t i, const Live& live) {
  const AgentState& agent = run.state.agents[i];
  const auto n = run.head.item_counts[i];
  store::AgentItemCounts counts;
  counts.agent = agent.name;
  const auto claimed = claimed_by(live, agent.name);
  if (core::is_accepted(agent.stage)) {
    counts.failed = claimed ? claimed->ready + claimed->claimed + claimed->failed : 0;
    counts.done = n - counts.failed;
    return counts;
  }
  if (agent.stage == Stage::rejected || agent.stage == Stage::rolled_back) {
    counts.failed = n;
    return counts;
  }
  if (claimed) {
    counts = *claimed;
    counts.ready -= counts.stuck;
    counts.failed += counts.stuck;
    return counts;
  }
  const bool idle =
      agent.stage == Stage::waiting || agent.stage == Stage::held || agent.stage == Stage::stopped;
  (idle ? counts.ready : counts.claimed) = n;
  return counts;
}

store::AgentItemCounts count_items(const app::LoadedRun& run, const Live& live) {
  store::AgentItemCounts sum;
  for (std::size_t i = 0; i < run.state.agents.size(); ++i) {
    const auto counts = items_of(run, i, live);
    sum.ready += counts.ready;
    sum.claimed += counts.claimed;
    sum.done += counts.done;
    sum.failed += counts.failed;
  }
  return sum;
}

// Agents, where the plan has no items.
struct Progress {
  std::int64_t done = 0;
  std::int64_t left = 0;
};

Progress progress_of(const app::LoadedRun& run, const store::AgentItemCounts& items) {
  if (items.ready + items.claimed + items.done + items.failed > 0)
    return {items.done, items.ready + items.claimed};
  Progress progress;
  for (const auto& agent : run.state.agents) {
    progress.done += core::is_accepted(agent.stage) ? 1 : 0;
    progress.left += core::is_settled(agent.stage) ? 0 : 1;
  }
  return progress;
}

// What is known of the run's speed. Nothing is left to come of a run on which nobody works.
struct Speed {
  std::optional<double> rate_per_h;
  std::optional<double> eta_s;
};

Speed speed_of(const app::LoadedRun& run, const Live& live, const core::Pace& pace,
               const store::AgentItemCounts& items) {
  const auto progress = progress_of(run, items);
  Speed speed;
  speed.rate_per_h = core::rate_per_hour(pace, progress.done);
  if (live.worker && progress.left > 0) speed.eta_s = core::seconds_left(pace, progress.done, progress.left);
  return speed;
}

core::Pace pace_of(const app::LoadedRun& run, const Live& live) {
  return core::pace_of(run.state, run.events, live.worker, live.now);
}

// How many items stand where, how fast they are done, what was spent, and who has been losing.
std::string item_lines(const app::LoadedRun& run, const Live& live, const core::Pace& pace) {
  const auto items = count_items(run, live);
  const auto speed = speed_of(run, live, pace, items);
  std::vector<std::string> parts;
  if (!live.queue.items.empty())
    parts.push_back(fmt::format("items: {} ready, {} claimed, {} done, {} failed", items.ready, items.claimed,
                                items.done, items.failed));
  if (speed.rate_per_h) parts.push_back(fmt::format("{:.1f} done per hour", *speed.rate_per_h));
  if (speed.eta_s) parts.push_back(fmt::format("about {} left", human_duration(*speed.eta_s)));
  if (run.state.cost > 0) parts.push_back(fmt::format("{:.2f} US dollars spent", run.state.cost));
  if (run.state.tokens > 0) parts.push_back(counted(run.state.tokens, "token") + " used");
  std::string text = parts.empty() ? "" : "\n" + join(parts, "; ") + "\n";
  for (const auto& failed : live.queue.failed)
    text += fmt::format("  {} failed ({}){}{}\n", failed.item.str(), display_text(failed.agent.str()),
                        failed.reason.empty() ? "" : ": ", display_line(failed.reason));
  for (const auto& row : live.queue.losing)
    text += fmt::format("\n{} found everything held by others {} times in a row: see 'git par claims'\n",
                        display_text(row.agent.str()), row.losses);
  return text;
}

// Each measure of a run beside what it should keep to.
std::string measure_lines(const core::Pace& pace) {
  std::vector<std::string> parts;
  const auto add = [&](const char* name, const std::optional<double>& share, const char* should,
                       double limit) {
    if (share)
      parts.push_back(fmt::format("{} {:.0f} % ({} {:.0f} %)", name, *share * 100, should, limit * 100));
  };
  const auto saved = core::efficiency(pace);
  if (!saved) return "";
  add("time saved", saved, "should be above", core::kLeastEfficiency);
  add("coordination", core::coordination_overhead(pace), "below", core::kMostOverhead);
  add("failures", core::failure_rate(pace), "below", core::kMostFailures);
  if (pace.recovered > 0)
    parts.push_back(fmt::format("recovery {:.1f} times the work (below {:.0f})", pace.recovery_ratio,
                                core::kLongestRecovery));
  return "\n" + join(parts, ", ") + "\n";
}

double elapsed_seconds(const AgentState& agent, const Live& live) {
  if (agent.started_at == 0) return 0;
  const Millis end = agent.ended_at != 0 ? agent.ended_at : live.now;
  return static_cast<double>(std::max<Millis>(0, end - agent.started_at)) / 1000;
}

std::optional<double> seconds_since_output(std::size_t i, const Live& live) {
  if (i >= live.last_output.size() || !live.last_output[i]) return std::nullopt;
  return static_cast<double>(std::max<Millis>(0, live.now - *live.last_output[i])) / 1000;
}

bool is_at_work(const AgentState& agent) { return !app::current_job_id(agent).empty(); }

std::string output_cell(const AgentState& agent, const std::optional<double>& seconds) {
  if (seconds) return human_duration(*seconds) + " ago";
  return is_at_work(agent) ? "none" : "";
}

void write_number(JsonWriter& json, const std::optional<double>& number) {
  if (number)
    json.value(*number);
  else
    json.null();
}

// Why it is not in, or what came before that it is at work again.
std::string reason_of(const AgentState& agent) {
  if (!agent.reason.empty() || agent.earlier.reason.empty() || core::is_settled(agent.stage))
    return agent.reason;
  return fmt::format("attempt {}, after one that was refused: {}", agent.attempt, agent.earlier.reason);
}

void write_agent(JsonWriter& json, const app::LoadedRun& run, std::size_t i, const Live& live) {
  const AgentState& agent = run.state.agents[i];
  json.begin_object().member("agent", agent.name.str()).member("phase", agent.phase);
  json.member("state", agent_state_name(agent)).member("attempt", agent.attempt);
  json.member("branch", branch_name(run.id, agent)).member("worktree", agent.worktree);
  json.member("commits", agent.commits).member("files", agent.files);
  json.member("elapsed_s", elapsed_seconds(agent, live)).key("last_output_s");
  write_number(json, seconds_since_output(i, live));
  json.member("items_done", items_of(run, i, live).done).member("items_total", run.head.item_counts[i]);
  json.member("reason", reason_of(agent)).end_object();
}

// Who is at work before who is not in, who waits, and who is in.
int rank(const AgentState& agent) {
  if (agent.stage == Stage::waiting) return 2;
  if (core::is_accepted(agent.stage)) return 3;
  return core::is_settled(agent.stage) ? 1 : 0;
}

// All, in the plan's order, or as many of the first by rank as leave a line for the others.
std::vector<std::size_t> agents_shown(const RunState& state, std::size_t lines) {
  std::vector<std::size_t> shown(state.agents.size());
  std::iota(shown.begin(), shown.end(), std::size_t{0});
  const auto room = std::max(lines, kFewestAgents);
  if (shown.size() <= room) return shown;
  std::stable_sort(shown.begin(), shown.end(), [&](std::size_t a, std::size_t b) {
    return rank(state.agents[a]) < rank(state.agents[b]);
  });
  shown.resize(room - 1);
  std::sort(shown.begin(), shown.end());
  return shown;
}

// "... and 180 more: 150 accepted, 30 waiting"
std::string left_out_line(const RunState& state, const std::vector<std::size_t>& shown) {
  if (shown.size() == state.agents.size()) return "";
  std::map<std::string_view, std::int64_t> left;
  for (const auto& agent : state.agents) ++left[agent_state_name(agent)];
  for (const auto i : shown) --left[agent_state_name(state.agents[i])];
  std::vector<std::string> parts;
  for (const auto& [name, number] : left)
    if (number > 0) parts.push_back(fmt::format("{} {}", number, name));
  return fmt::format("  ... and {} more: {}\n", state.agents.size() - shown.size(), join(parts, ", "));
}

int current_phase(const app::LoadedRun& run) {
  int phase = run.head.plan.phases;
  for (const auto& agent : run.state.agents)
    if (!core::is_settled(agent.stage)) phase = std::min(phase, agent.phase);
  return phase;
}

std::string headline(const app::LoadedRun& run, const Live& live) {
  const auto in = std::count_if(run.state.agents.begin(), run.state.agents.end(),
                                [](const auto& a) { return core::is_accepted(a.stage); });
  std::string text = fmt::format("run {}: {}, {} of {} agents {}, target '{}'", run.id.str(),
                                 run_state_name(run.state, live), in, run.state.agents.size(),
                                 run.state.landing.landed.empty() ? "accepted" : "landed",
                                 short_name(run.state.landing.target));
  if (!run.state.landing.landed.empty()) text += " at " + short_oid(run.state.landing.landed);
  const auto waiting = std::count_if(run.state.agents.begin(), run.state.agents.end(),
                                     [](const auto& a) { return a.stage == Stage::queued; });
  if (live.worker && waiting > 0)
    text += fmt::format("; {} to validate onto candidate {}", counted(waiting, "branch"),
                        short_oid(run.state.integration.candidate));
  return text + "\n";
}

// The sets of branches that are validated now, as far as they are not in.
std::string trial_lines(const RunState& state, const Live& live) {
  if (!live.worker) return "";
  const auto& planner = state.integration.planner;
  std::string text;
  for (const auto& trial : planner.trials)
    if (trial.is_running)
      text += trial.explains
                  ? fmt::format("  {}: to see who breaks with whom\n", tried_names(state, trial.branches))
                  : fmt::format("  {}\n", tried_names(state, trial.branches - planner.landed));
  return text.empty() ? text : "\ntried together:\n" + text;
}

void write_trials(JsonWriter& json, const RunState& state, const Live& live) {
  json.key("trials").begin_array();
  for (const auto& trial : state.integration.planner.trials) {
    if (!live.worker || !trial.is_running) continue;
    std::vector<AgentName> agents;
    trial.branches.each(
        [&](core::BranchIndex branch) { agents.push_back(state.integration.branches[branch].agent); });
    json.begin_object().list("agents", agents).member("explains", trial.explains).end_object();
  }
  json.end_array();
}

std::string fallback_lines(const RunState& state) {
  std::string text;
  for (const auto& fallback : state.fallbacks) text += display_text(fallback_line(fallback)) + "\n";
  return text.empty() ? text : "\n" + text;
}

// What the user can do next.
std::string next_line(const app::LoadedRun& run, const Live& live) {
  if (core::canary_failed(run.state) && !live.worker)
    return fmt::format(
        "\nthe canary '{}' was not accepted, so nobody else started\n"
        "'git par retry {}' runs it again, 'git par resume --no-canary' starts the others all the same\n",
        run.state.canary.str(), run.state.canary.str());
  if (run.state.landing.revert && !live.worker)
    return fmt::format("\na rollback was cut off: 'git par resume {}' finishes it\n", run.id.str());
  const auto state = run_state_name(run.state, live);
  if (state == "ready" && !run.state.integration.steps.empty())
    return "\n'git par merge' lands the candidate\n";
  if (state == "stopped" && run.state.finished != core::RunEnd::cleaned)
    return fmt::format("\n'git par resume {}' goes on\n", run.id.str());
  return "";
}

std::string refusal_lines(const RunState& state) {
  std::string text;
  for (const auto& agent : state.agents) {
    if (agent.tests.empty()) continue;
    text += fmt::format("\n{} breaks:\n", agent.name.str());
    for (const auto& test : agent.tests) text += "  " + display_text(test) + "\n";
    if (!agent.log.empty()) text += "  see " + agent.log + "\n";
  }
  return text;
}

}  // namespace

std::string_view run_state_name(const RunState& state, const Live& live) {
  if (!state.landing.landed.empty()) return "landed";
  if (state.finished == core::RunEnd::cleaned) return "stopped";
  if (state.finished) return *state.finished == core::RunEnd::ready ? "ready" : "failed";
  if (!live.worker) return "stopped";
  const bool running = std::any_of(state.agents.begin(), state.agents.end(),
                                   [](const auto& a) { return core::is_active(a.stage); });
  return state.integration.planner.running() > 0 && !running ? "validating" : "running";
}

std::string_view agent_state_name(const AgentState& agent) {
  switch (agent.stage) {
    case Stage::waiting:
      return "waiting";
    case Stage::preparing:
    case Stage::filling:
    case Stage::prepared:
    case Stage::running:
      return "running";
    case Stage::exited:
    case Stage::queued:
      return "validating";
    case Stage::accepted:
      return "accepted";
    case Stage::rejected:
      return "rejected";
    case Stage::rolled_back:
      return "rolled-back";
    case Stage::landed:
      return "landed";
    case Stage::held:
    case Stage::stopped:
    case Stage::parked:
      return "stopped";
  }
  return "";
}

std::string status_text(const app::LoadedRun& run, const Live& live, std::size_t lines) {
  const auto& agents = run.state.agents;
  const auto& totals = run.head.item_counts;
  const bool with_items = std::any_of(totals.begin(), totals.end(), [](auto n) { return n > 0; });
  const bool with_output = std::any_of(agents.begin(), agents.end(), is_at_work);
  std::vector<std::vector<std::string>> rows;
  const auto add = [&](const std::string& name, const std::string& phase, const std::string& state,
                       const std::string& items, const std::string& files, const std::string& output,
                       const std::string& elapsed, const std::string& reason) {
    auto& row = rows.emplace_back(std::vector{name, phase, state});
    if (with_items) row.push_back(items);
    row.push_back(files);
    if (with_output) row.push_back(output);
    row.insert(row.end(), {elapsed, reason});
  };
  const auto pace = pace_of(run, live);
  const std::string head = headline(run, live) + "\n";
  const std::string rest = item_lines(run, live, pace) + trial_lines(run.state, live) +
                           refusal_lines(run.state) + fallback_lines(run.state) +
                           (live.worker ? "" : measure_lines(pace)) + next_line(run, live);
  const auto others = static_cast<std::size_t>(std::count(head.begin(), head.end(), '\n') +
                                               std::count(rest.begin(), rest.end(), '\n') + 1);
  const auto shown = agents_shown(run.state, lines > others ? lines - others : 0);
  add("agent", "phase", "state", "items", "files", "output", "elapsed", "");
  for (const auto i : shown) {
    const auto& agent = agents[i];
    add(agent.name.str(), std::to_string(agent.phase), std::string(agent_state_name(agent)),
        totals[i] > 0 ? fmt::format("{}/{}", items_of(run, i, live).done, totals[i]) : "",
        std::to_string(agent.files), output_cell(agent, seconds_since_output(i, live)),
        human_duration(elapsed_seconds(agent, live)), display_text(reason_of(agent)));
  }
  return head + table_text(rows, 2) + left_out_line(run.state, shown) + rest;
}

std::string status_json(const app::LoadedRun& run, const Live& live) {
  JsonWriter json;
  json.begin_object().member("schema", 1).member("run", run.id.str());
  json.member("state", run_state_name(run.state, live)).member("phase", current_phase(run));
  json.member("phases", run.head.plan.phases).member("target", short_name(run.state.landing.target));
  json.member("candidate", run.state.integration.candidate.str()).key("agents").begin_array();
  for (std::size_t i = 0; i < run.state.agents.size(); ++i) write_agent(json, run, i, live);
  const auto items = count_items(run, live);
  json.end_array().key("items").begin_object().member("ready", items.ready).member("claimed", items.claimed);
  json.member("done", items.done)
      .member("failed", items.failed)
      .member("total", items.ready + items.claimed + items.done + items.failed)
      .end_object();
  json.key("failed_items").begin_array();
  for (const auto& failed : live.queue.failed)
    json.begin_object()
        .member("item", failed.item.str())
        .member("agent", failed.agent.str())
        .member("reason", failed.reason)
        .end_object();
  json.end_array().key("losing").begin_array();
  for (const auto& row : live.queue.losing)
    json.begin_object().member("agent", row.agent.str()).member("losses", row.losses).end_object();
  json.end_array();
  write_trials(json, run.state, live);
  json.key("fallbacks").begin_array();
  for (const auto& fallback : run.state.fallbacks)
    json.begin_object()
        .member("trigger", name_of(fallback.trigger))
        .member("sequence", fallback.sequence)
        .member("reason", fallback.reason)
        .end_object();
  json.end_array();
  const auto pace = pace_of(run, live);
  const auto speed = speed_of(run, live, pace, items);
  const auto number = [&](const char* name, const std::optional<double>& value) {
    json.key(name);
    write_number(json, value);
  };
  number("rate_per_h", speed.rate_per_h);
  number("eta_s", speed.eta_s);
  json.member("cost_usd", run.state.cost).member("tokens", run.state.tokens);
  json.key("measures").begin_object();
  number("efficiency", core::efficiency(pace));
  number("coordination_overhead", core::coordination_overhead(pace));
  number("failure_rate", core::failure_rate(pace));
  number("recovery_ratio", pace.recovered > 0 ? std::optional(pace.recovery_ratio) : std::nullopt);
  json.end_object().end_object();
  return std::move(json).take() + "\n";
}

}  // namespace par::cli
