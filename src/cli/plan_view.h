// A plan as a person reads it, and as JSON (product.md).
#pragma once

#include <string>

#include "core/plan.h"

namespace par::cli {

[[nodiscard]] std::string plan_text(const core::Plan& plan);
// A plan of existing branches.
[[nodiscard]] std::string branches_text(const core::Plan& plan);
// Which agents can work at the same time, and why others cannot: every pair of up to 30 agents, beyond that
// only those that cannot.
[[nodiscard]] std::string matrix_text(const core::Plan& plan);
// The graph of the phases for Graphviz: `after` as arrows, overlaps dashed with their witness.
[[nodiscard]] std::string plan_dot(const core::Plan& plan);
// Items are listed up to `limit` per agent; counts are always exact.
[[nodiscard]] std::string plan_json(const core::Plan& plan, std::size_t limit);

}  // namespace par::cli
