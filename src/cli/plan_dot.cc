#include <fmt/format.h>

#include <map>

#include "base/strings.h"
#include "cli/plan_view.h"

namespace par::cli {
namespace {

// A text in double quotes, as DOT reads it.
std::string quoted(const std::string& text) {
  return "\"" + replace_all(replace_all(text, "\\", "\\\\"), "\"", "\\\"") + "\"";
}

}  // namespace

std::string plan_dot(const core::Plan& plan) {
  std::string text = "digraph plan {\n  rankdir = LR\n  node [shape = box]\n";
  for (int phase = 1; phase <= plan.phases; ++phase) {
    text += fmt::format("  subgraph cluster_{0} {{\n    label = \"phase {0}\"\n", phase);
    for (const auto& agent : plan.agents)
      if (agent.phase == phase) text += "    " + quoted(agent.spec.name.str()) + "\n";
    text += "  }\n";
  }
  for (const auto& agent : plan.agents)
    for (const auto& first : agent.spec.after)
      text += fmt::format("  {} -> {}\n", quoted(first.str()), quoted(agent.spec.name.str()));
  std::map<AgentName, int> phases;
  for (const auto& agent : plan.agents) phases[agent.spec.name] = agent.phase;
  for (const auto& overlap : plan.overlaps) {
    const bool a_first = phases[overlap.a] <= phases[overlap.b];
    text += fmt::format(
        "  {} -> {} [style = dashed, label = {}]\n", quoted((a_first ? overlap.a : overlap.b).str()),
        quoted((a_first ? overlap.b : overlap.a).str()), quoted(quote_path(overlap.witness.str())));
  }
  return text + "}\n";
}

}  // namespace par::cli
