// A plan as a person reads it, and as JSON (product.md).
#pragma once

#include <string>

#include "core/plan.h"

namespace par::cli {

[[nodiscard]] std::string plan_text(const core::Plan& plan);
// Items are listed up to `limit` per agent; counts are always exact.
[[nodiscard]] std::string plan_json(const core::Plan& plan, std::size_t limit);

}  // namespace par::cli
