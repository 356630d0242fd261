// What landed goes on to the remote: what `merge`, and the `resume` of a landing that was cut off, do alike.
#pragma once

#include "app/pushing.h"
#include "cli/command.h"

namespace par::cli {

// Pushes it and says so. The exit code: 0, or that of a signal which ended it. Error: not pushed.
[[nodiscard]] Result<int> push_landing(const app::Project& project, const git::Upstream& upstream,
                                       const ObjectId& landed, const Invocation& invocation);

// `error`, with the hint to push by hand where the run has landed, was to be pushed, and is not.
[[nodiscard]] Error with_push_hint(const app::Project& project, const core::RunState& state, Error error);

}  // namespace par::cli
