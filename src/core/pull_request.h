// What a pull request says, and what the checks of one come to. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/enum_names.h"
#include "core/state.h"

namespace par::core {

// The agents whose work is below that of `step` already, because its branch began on a candidate that held
// it.
[[nodiscard]] std::vector<AgentName> builds_on(const Plan& plan, const RunState& state, const Step& step);

struct PullText {
  std::string title;
  std::string body;  // Markdown

  bool operator==(const PullText&) const = default;
};
// Of a commit's message: its subject, and the rest between markers and in a block of code, so that nothing in
// it is taken for Markdown, for a mention or for a word that closes an issue. What is longer than a forge
// takes is left out and counted. `below`: whose work is part of it (builds_on).
[[nodiscard]] PullText pull_text(std::string_view message, const std::vector<AgentName>& below);

// `body` with what stands between the markers replaced by what `fresh` has there; the rest is somebody's, and
// stays. nullopt: there are no markers.
[[nodiscard]] std::optional<std::string> renewed_body(std::string_view body, std::string_view fresh);

// ---- checks

enum class PullCheckResult { pending, passed, failed };
struct PullCheck {
  std::string name;
  PullCheckResult result = PullCheckResult::pending;

  bool operator==(const PullCheck&) const = default;
};
// A conclusion or state in the words of the forge's API: "SUCCESS", "TIMED_OUT", "EXPECTED", ...
[[nodiscard]] PullCheckResult pull_check_result(std::string_view word);

}  // namespace par::core
