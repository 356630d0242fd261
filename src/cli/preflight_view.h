// The checklist before a run as a person reads it, and as JSON.
#pragma once

#include <cstddef>
#include <string>

#include "app/preflight.h"

namespace par::cli {

// One line for each check: its result, its name, what is so and what to do.
[[nodiscard]] std::string preflight_text(const app::Preflight& preflight);
// At most `limit` subjects for each check.
[[nodiscard]] std::string preflight_json(const app::Preflight& preflight, std::size_t limit);

}  // namespace par::cli
