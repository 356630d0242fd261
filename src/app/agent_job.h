// The command of one agent, ready to start: placeholders filled in, environment, prompt and items on disk.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json_writer.h"
#include "base/result.h"
#include "core/plan.h"
#include "core/state.h"
#include "os/executor.h"

namespace par::app {

// Where the files of one run live below $GIT_COMMON_DIR/par.
struct RunPaths {
  std::string state_dir;
  RunId run;

  [[nodiscard]] std::string jobs() const { return state_dir + "/jobs/" + run.str(); }
  [[nodiscard]] std::string lock() const { return state_dir + "/locks/" + run.str() + ".lock"; }
  [[nodiscard]] std::string logs() const { return state_dir + "/logs/" + run.str(); }
  [[nodiscard]] std::string agent_log(const AgentName& agent) const {
    return logs() + "/" + agent.str() + ".log";
  }
  [[nodiscard]] std::string agent_dir(const AgentName& agent) const {
    return state_dir + "/agents/" + run.str() + "/" + agent.str();
  }
  // Touched whenever the agent does something with the queue.
  [[nodiscard]] std::string heartbeat(const AgentName& agent) const {
    return agent_dir(agent) + "/heartbeat";
  }
};

// The members by which an agent is told of an item: id, title, severity, category, files. Within an object.
void write_item(JsonWriter& json, const core::Item& item);

// w.<agent>.<attempt>: the files of its worktree, and its setup
[[nodiscard]] std::string worktree_job_id(const AgentName& agent, int attempt);
// a.<agent>.<attempt>
[[nodiscard]] std::string agent_job_id(const AgentName& agent, int attempt);
// The one of the two that is under way; empty: none is.
[[nodiscard]] std::string current_job_id(const core::AgentState& agent);

// Where a prompt sends its reader for what it has no room for.
struct PromptFiles {
  std::string items;
  std::string owns;
  std::string forbids;
};
// The agents whose work is in the commit that this one starts from, in the order they were accepted. Pure.
[[nodiscard]] std::vector<AgentName> done_before(const core::RunState& state, const core::AgentState& agent);
// The prompt: the agent's own text ({items} filled in), what it owns and may not touch, its items, whose work
// is there already, how it is validated, and the rules. Of the patterns of each kind and of items at most 50,
// and 16 KiB, are spelled out. None of these takes more than its line. Pure.
[[nodiscard]] std::string prompt_text(const core::Plan& plan, const core::PlannedAgent& agent,
                                      const PromptFiles& files, const std::vector<AgentName>& done = {});
// What an attempt is told of the one before, when that was refused; else empty. Pure.
[[nodiscard]] std::string earlier_text(const core::AgentState& agent, const RunId& run);
// One JSON object per item and line. Pure.
[[nodiscard]] std::string items_text(const core::PlannedAgent& agent);

struct AgentJobContext {
  const core::Plan& plan;
  const RunPaths& paths;
  os::Environment environment;  // allowed_environment plus identity
  std::int64_t log_limit = 64 << 20;
  std::string main_root;             // where what is copied into worktrees comes from
  std::vector<AgentName> done = {};  // done_before
};

// The exit code of a worktree's job when what the repository asked for failed (`copy`, `setup`); any other
// one but 0 is a failure of ours.
constexpr int kSetupFailed = 1;
// `fill`: Workspace::fill_command.
[[nodiscard]] Result<os::JobSpec> prepare_worktree_job(const AgentJobContext& context,
                                                       const core::AgentState& agent,
                                                       const std::string& fill);

// Writes PAR_PROMPT_FILE, PAR_ITEMS_FILE, PAR_OWNS_FILE and PAR_FORBIDS_FILE, makes PAR_TMP and the log's
// directory, and notes where the attempt's part of the log begins. May be called again.
[[nodiscard]] Result<os::JobSpec> prepare_agent_job(const AgentJobContext& context,
                                                    const core::AgentState& agent);

}  // namespace par::app
