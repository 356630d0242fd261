#include "core/pull_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "core/agent_names.h"

namespace par::core {
namespace {

constexpr std::string_view kPartBegin = "<!-- git-par -->";
constexpr std::string_view kPartEnd = "<!-- /git-par -->";
constexpr std::size_t kLongestText = 60000;  // bytes; a forge takes 65,536 characters in all

// The longest run of backticks in the text, and one more, three at least.
std::string fence_for(std::string_view text) {
  std::size_t longest = 2;
  std::size_t run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return std::string(longest + 1, '`');
}

std::string whole_lines(std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::string(text);
  const auto end = text.rfind('\n', most);
  const auto kept = text.substr(0, end == std::string_view::npos ? 0 : end + 1);
  const auto left_out = std::count(text.begin() + static_cast<std::ptrdiff_t>(kept.size()), text.end(), '\n');
  return fmt::format("{}... and {} more\n", kept, counted(left_out, "line"));
}

// From the first marker to the end of the last; nullopt: they are not both there, in this order.
std::optional<std::pair<std::size_t, std::size_t>> marked_part(std::string_view body) {
  const auto begin = body.find(kPartBegin);
  const auto end = body.rfind(kPartEnd);
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) return std::nullopt;
  return std::pair(begin, end + kPartEnd.size());
}

}  // namespace

std::vector<AgentName> builds_on(const Plan& plan, const RunState& state, const Step& step) {
  const auto& steps = state.integration.steps;
  const AgentState* agent = state.find(step.agent);
  if (agent != nullptr && !agent->branch.empty()) return find_planned(plan, state, step.agent)->spec.after;
  std::vector<AgentName> below;
  const auto start =
      std::find_if(steps.begin(), steps.end(), [&](const Step& other) { return other.commit == step.start; });
  if (start == steps.end()) return below;
  for (auto other = steps.begin(); other <= start; ++other) below.push_back(other->agent);
  return below;
}

PullText pull_text(std::string_view message, const std::vector<AgentName>& below) {
  const auto subject_end = std::min(message.find('\n'), message.size());
  std::string rest(trim(message.substr(subject_end)));
  if (!rest.empty()) rest = whole_lines(display_text(rest + "\n"), kLongestText);
  std::string body = fmt::format("{}\n", kPartBegin);
  if (!below.empty()) {
    body += fmt::format("Holds the work of `{}` too, on which it was made: land that first.\n\n",
                        joined(below, "`, `"));
  }
  const std::string fence = fence_for(rest);
  if (!rest.empty()) body += fmt::format("{0}text\n{1}{0}\n", fence, rest);
  return {display_line(trim(message.substr(0, subject_end))), fmt::format("{}{}\n", body, kPartEnd)};
}

std::optional<std::string> renewed_body(std::string_view body, std::string_view fresh) {
  const std::string plain = replace_all(std::string(body), "\r\n", "\n");
  const auto old_part = marked_part(plain);
  const auto new_part = marked_part(fresh);
  if (!old_part || !new_part) return std::nullopt;
  return plain.substr(0, old_part->first) +
         std::string(fresh.substr(new_part->first, new_part->second - new_part->first)) +
         plain.substr(old_part->second);
}

PullCheckResult pull_check_result(std::string_view word) {
  static constexpr std::array<std::string_view, 3> kPassed{"SUCCESS", "NEUTRAL", "SKIPPED"};
  static constexpr std::array<std::string_view, 4> kPending{"", "PENDING", "EXPECTED", "STALE"};
  if (std::find(kPassed.begin(), kPassed.end(), word) != kPassed.end()) return PullCheckResult::passed;
  if (std::find(kPending.begin(), kPending.end(), word) != kPending.end()) return PullCheckResult::pending;
  return PullCheckResult::failed;
}

}  // namespace par::core
