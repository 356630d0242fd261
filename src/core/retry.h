// What follows on an attempt that failed: another one, after a while, or none. Pure: time, chance and what
// the attempt printed are given. That its end was not seen (lost) is not a failure; run_machine.cc decides
// that.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/machine.h"

namespace par::core {

// So many bytes of the end of an attempt's output are searched for texts of permanent errors.
constexpr std::int64_t kOutputSearched = 64 << 10;

// The longest pause before an attempt (core/backoff.h).
constexpr Millis kLongestPause = 300'000;

// The reason to reject the attempt for when another one would only fail the same way, with what to mend;
// empty: another one might do better. The shell's exit codes 126 and 127, and what `spec.permanent` lists.
[[nodiscard]] std::string permanent_error(const AgentSpec& spec, const AgentState& agent,
                                          const AgentRejected& why, std::string_view output);

// The next attempt instead of the rejection; nullopt: no retries are left, the run is landing (its agents are
// not at work any more), or the attempt was lost.
[[nodiscard]] std::optional<AgentRetried> next_attempt(const RunState& state, const AgentSpec& spec,
                                                       const AgentRejected& why, Millis now, double random);

}  // namespace par::core
