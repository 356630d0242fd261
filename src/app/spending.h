// What an attempt of an agent has cost, as its CLI says in its output.
#pragma once

#include "app/agent_job.h"
#include "import/agent_usage.h"

namespace par::app {

// Nothing where the agent runs no preset, or one whose CLI does not say. Reads all that the attempt printed,
// line by line.
[[nodiscard]] Result<import::Usage> attempt_spending(const RunPaths& paths, const core::AgentSpec& spec,
                                                     int attempt);

}  // namespace par::app
