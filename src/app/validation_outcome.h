// What one run of a validation command means, and what several runs of it mean together. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/config.h"
#include "core/validation.h"
#include "os/executor.h"

namespace par::app {

// Its report is what it prints: TAP without a {report} file.
[[nodiscard]] bool reports_in_output(const core::ValidationSpec& spec);

// One run: its end and the report it left. `report`: the text of the {report} file, or of the output where it
// is that; nullopt: no such file. Exit 125 is a skip; 126 and 127 (no such command), a missing,
// unreadable or cut report and zero executed tests are errors; a time-out fails under the validation's own
// name.
[[nodiscard]] core::ValidationResult read_outcome(const core::ValidationSpec& spec, const os::JobExit& exit,
                                                  const std::optional<std::string>& report);

// Several runs of one validation on one tree, in order. Red only when every run is red; its failures are
// those that failed in every run (all of the last run's when none did). Red and then green: a pass with flaky
// names. Precondition: not empty.
[[nodiscard]] core::ValidationResult combine_runs(const std::vector<core::ValidationResult>& runs);

// Whether a further run is due: the last one was red and fewer than 1 + reruns were made.
[[nodiscard]] bool wants_rerun(const core::ValidationSpec& spec,
                               const std::vector<core::ValidationResult>& runs);

}  // namespace par::app
