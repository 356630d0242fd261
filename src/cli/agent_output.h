// What an agent prints, shown from its log.
#pragma once

#include <string>

#include "cli/run_support.h"

namespace par::cli {

struct OutputOptions {
  std::string run;      // empty: the newest
  bool follow = false;  // until the agent has ended or nobody works on the run
  int lines = -1;       // only so many from the end; < 0: all
};

// Error: the run has no such agent; it lists them.
[[nodiscard]] Result<const core::AgentState*> find_agent(const RunView& view, const std::string& name);
// Prints it, safe for a terminal. The exit code: 130 when the user ended it. Errors: as find_agent; refused:
// the agent has no log yet and is not followed.
[[nodiscard]] Result<int> show_output(const app::Project& project, const store::Database& database,
                                      const std::string& agent, const OutputOptions& options);
// The same as JSON, as it stands; not followed.
[[nodiscard]] Result<std::string> output_json(const app::Project& project, const store::Database& database,
                                              const std::string& agent, const OutputOptions& options);

}  // namespace par::cli
