#include "core/retry.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/strings.h"
#include "core/backoff.h"

namespace par::core {
namespace {

// What a shell ends with when it cannot execute, or cannot find, a command.
constexpr int kNotExecutable = 126;
constexpr int kNotFound = 127;

// As `.gitpar.toml` calls it.
std::string section_of(const AgentSpec& spec) {
  return fmt::format("[agent.{}]", (spec.pool.empty() ? spec.name : spec.pool).str());
}

}  // namespace

std::string permanent_error(const AgentSpec& spec, const AgentState& agent, const AgentRejected& why,
                            std::string_view output) {
  if (why.kind != RejectKind::failed && why.kind != RejectKind::no_change) return {};
  const auto& [codes, texts] = spec.permanent;
  for (const auto& text : texts)
    if (output.find(text) != std::string_view::npos)
      return fmt::format("{}, and said '{}': mend that, then 'git par retry {}'", why.reason,
                         display_text(text), spec.name.str());
  if (why.kind != RejectKind::failed || agent.how != ExitKind::exited) return {};
  if (agent.code == kNotFound)
    return fmt::format("{}: a command was not found; mend 'run' in {}, or PATH", why.reason,
                       section_of(spec));
  if (agent.code == kNotExecutable)
    return fmt::format("{}: a command could not be executed; mend 'run' in {}, or the file's rights",
                       why.reason, section_of(spec));
  if (std::find(codes.begin(), codes.end(), agent.code) != codes.end())
    return fmt::format("{}, which no other attempt changes: see 'git par log {}'", why.reason,
                       spec.name.str());
  return {};
}

std::optional<AgentRetried> next_attempt(const RunState& state, const AgentSpec& spec,
                                         const AgentRejected& why, Millis now, double random) {
  const AgentState* agent = state.find(why.agent);
  check(agent != nullptr, "an attempt of an unknown agent failed");
  const bool lost = agent->how == ExitKind::lost;
  if (agent->failures >= spec.retries || lost || state.finished) return std::nullopt;
  AgentRetried retried;
  retried.agent = why.agent;
  retried.attempt = why.attempt + 1;
  retried.cause = RetryCause::failed;
  retried.kind = why.kind;
  retried.reason = why.reason;
  retried.tests = why.tests;
  retried.log = why.log;
  retried.not_before = now + backoff(agent->failures, kLongestPause, random);
  return retried;
}

}  // namespace par::core
