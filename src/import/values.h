// The words that tools use for severities, durations and messages.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/config.h"

namespace par::import {

// One word of any column of the table in findings.h, in any case; nullopt for others.
[[nodiscard]] std::optional<core::Severity> severity_from(std::string_view word);
// Of a CVSS score from above 0 to 10; nullopt for what is none.
[[nodiscard]] std::optional<core::Severity> severity_from_score(double score);

// "90", "90s", "5m", "30min", "1h 30min", "2d" (days of work, 8 hours each); nullopt for anything else and
// for more than a year.
[[nodiscard]] std::optional<core::Seconds> effort_from(std::string_view text);

[[nodiscard]] std::optional<std::uint64_t> number_from(std::string_view digits);

// A tool's message as a title: runs of blanks and control characters become one blank, and what is longer
// than 500 bytes is cut between characters.
[[nodiscard]] std::string one_line(std::string_view text);

}  // namespace par::import
