// Which part of an agent's log one attempt wrote. All attempts of an agent append to one log.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "app/agent_job.h"

namespace par::app {

// Notes, durably, that the attempt's output begins at the present end of the log. Called again for the same
// attempt it changes nothing.
[[nodiscard]] Result<void> note_attempt(const RunPaths& paths, const AgentName& agent, int attempt);

// The last `most` bytes that the attempt printed, with the log's time stamps; empty where that was not noted.
[[nodiscard]] Result<std::string> attempt_output(const RunPaths& paths, const AgentName& agent, int attempt,
                                                 std::int64_t most);

// Each line that the attempt printed, without the log's time stamp, but for those beyond a mebibyte; none
// where its beginning was not noted.
[[nodiscard]] Result<void> each_line(const RunPaths& paths, const AgentName& agent, int attempt,
                                     const std::function<void(std::string_view)>& use);

}  // namespace par::app
