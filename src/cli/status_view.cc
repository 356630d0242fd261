#include "cli/status_view.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json_writer.h"
#include "base/strings.h"
#include "cli/table.h"
#include "git/workspace.h"

namespace par::cli {
namespace {

using core::AgentState;
using core::RunState;
using core::Stage;

struct ItemCounts {
  std::int64_t ready = 0;
  std::int64_t claimed = 0;
  std::int64_t done = 0;
  std::int64_t failed = 0;

  [[nodiscard]] std::int64_t total() const { return ready + claimed + done + failed; }
};

bool is_done(Stage stage) { return stage == Stage::accepted || stage == Stage::landed; }

ItemCounts count_items(const app::LoadedRun& run) {
  ItemCounts counts;
  for (std::size_t i = 0; i < run.state.agents.size(); ++i) {
    const auto n = run.head.item_counts[i];
    switch (run.state.agents[i].stage) {
      case Stage::accepted:
      case Stage::landed:
        counts.done += n;
        break;
      case Stage::rejected:
      case Stage::rolled_back:
        counts.failed += n;
        break;
      case Stage::waiting:
      case Stage::held:
      case Stage::stopped:
        counts.ready += n;
        break;
      default:
        counts.claimed += n;
    }
  }
  return counts;
}

double elapsed_seconds(const AgentState& agent, const Live& live) {
  if (agent.started_at == 0) return 0;
  const Millis end = agent.ended_at != 0 ? agent.ended_at : live.now;
  return static_cast<double>(std::max<Millis>(0, end - agent.started_at)) / 1000;
}

void write_agent(JsonWriter& json, const app::LoadedRun& run, std::size_t i, const Live& live) {
  const AgentState& agent = run.state.agents[i];
  const auto items = run.head.item_counts[i];
  json.begin_object().member("agent", agent.name.str()).member("phase", agent.phase);
  json.member("state", agent_state_name(agent)).member("attempt", agent.attempt);
  json.member("branch", short_name(git::branch_ref(run.id, agent.name))).member("worktree", agent.worktree);
  json.member("commits", agent.commits).member("files", agent.files);
  json.member("elapsed_s", elapsed_seconds(agent, live)).key("last_output_s").null();
  json.member("items_done", is_done(agent.stage) ? items : 0).member("items_total", items);
  json.member("reason", agent.reason).end_object();
}

int current_phase(const app::LoadedRun& run) {
  int phase = run.head.plan.phases;
  for (const auto& agent : run.state.agents)
    if (!core::is_settled(agent.stage)) phase = std::min(phase, agent.phase);
  return phase;
}

std::string headline(const app::LoadedRun& run, const Live& live) {
  const auto in = std::count_if(run.state.agents.begin(), run.state.agents.end(),
                                [](const auto& a) { return is_done(a.stage); });
  std::string text = fmt::format("run {}: {}, {} of {} agents {}, target '{}'", run.id.str(),
                                 run_state_name(run.state, live), in, run.state.agents.size(),
                                 run.state.landing.landed.empty() ? "accepted" : "landed",
                                 short_name(run.state.landing.target));
  if (!run.state.landing.landed.empty()) text += " at " + short_oid(run.state.landing.landed);
  return text + "\n";
}

// What the user can do next.
std::string next_line(const app::LoadedRun& run, const Live& live) {
  const auto state = run_state_name(run.state, live);
  if (state == "ready") return "\n'git par merge' lands the candidate\n";
  if (state == "stopped") return fmt::format("\n'git par resume {}' goes on\n", run.id.str());
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
  const bool running = std::any_of(state.agents.begin(), state.agents.end(), [](const auto& a) {
    return a.stage == Stage::running || a.stage == Stage::preparing || a.stage == Stage::prepared;
  });
  return state.integration.trial && !running ? "validating" : "running";
}

std::string_view agent_state_name(const AgentState& agent) {
  switch (agent.stage) {
    case Stage::waiting:
      return "waiting";
    case Stage::preparing:
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

std::string status_text(const app::LoadedRun& run, const Live& live) {
  std::vector<std::vector<std::string>> rows{{"agent", "phase", "state", "files", "elapsed", ""}};
  for (const auto& agent : run.state.agents)
    rows.push_back({agent.name.str(), std::to_string(agent.phase), std::string(agent_state_name(agent)),
                    std::to_string(agent.files), human_duration(elapsed_seconds(agent, live)),
                    display_text(agent.reason)});
  return headline(run, live) + "\n" + table_text(rows, 2) + refusal_lines(run.state) + next_line(run, live);
}

std::string status_json(const app::LoadedRun& run, const Live& live) {
  JsonWriter json;
  json.begin_object().member("schema", 1).member("run", run.id.str());
  json.member("state", run_state_name(run.state, live)).member("phase", current_phase(run));
  json.member("phases", run.head.plan.phases).member("target", short_name(run.state.landing.target));
  json.member("candidate", run.state.integration.candidate.str()).key("agents").begin_array();
  for (std::size_t i = 0; i < run.state.agents.size(); ++i) write_agent(json, run, i, live);
  const ItemCounts items = count_items(run);
  json.end_array().key("items").begin_object().member("ready", items.ready).member("claimed", items.claimed);
  json.member("done", items.done).member("failed", items.failed).member("total", items.total()).end_object();
  json.key("rate_per_h").null().key("eta_s").null().end_object();
  return std::move(json).take() + "\n";
}

}  // namespace par::cli
