// Whom failing tests point at: the agent whose changed files share words with a test's name that those of few
// others have. A guess, by which trials are chosen; nobody is rejected for it. Pure.
#pragma once

#include <string>
#include <vector>

#include "base/ids.h"

namespace par::core {

struct ChangedFiles {
  AgentName agent;
  const std::vector<std::string>& files;
};

// At most one agent for each test, each once, in the order of the tests. A test of which two agents share as
// much points at nobody. So many tests fail, at times, that only the first kTestsRead are read.
// O(bytes of paths + tests * agents * words).
inline constexpr std::size_t kTestsRead = 100;
[[nodiscard]] std::vector<AgentName> suspects_of(const std::vector<std::string>& tests,
                                                 const std::vector<ChangedFiles>& changes);

}  // namespace par::core
