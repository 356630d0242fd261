#include <fmt/format.h>

#include <algorithm>

#include "base/strings.h"
#include "core/plan_parts.h"

namespace par::core::planning {

void estimate_items(std::vector<Item>& items, const EarlierTimes& earlier, LearnedEstimates& learned) {
  if (earlier.of_category.empty()) return;
  for (auto& item : items) {
    const auto at = earlier.of_category.find(item.category);
    if (item.estimate > 0 || at == earlier.of_category.end()) continue;
    item.estimate = at->second.seconds;
    learned.items.insert(item.id);
  }
}

void estimate_agents(Staff& staff, const EarlierTimes& earlier, LearnedEstimates& learned) {
  for (AgentIndex i = 0; i < staff.agents.size(); ++i) {
    AgentSpec& agent = staff.agents[i];
    const auto at = earlier.of_agent.find(agent.name);
    if (agent.estimate > 0 || !staff.items[i].empty() || at == earlier.of_agent.end()) continue;
    agent.estimate = at->second.seconds;
    learned.agents.insert(agent.name);
  }
}

std::string learned_reason(const Plan& plan, const EarlierTimes& earlier, const LearnedEstimates& learned) {
  std::set<std::string> categories;
  std::vector<std::string> parts;
  for (const auto& agent : plan.agents) {
    if (learned.agents.contains(agent.spec.name)) {
      const auto& mean = earlier.of_agent.at(agent.spec.name);
      parts.push_back(fmt::format("{} for '{}' (done {})", human_duration(static_cast<double>(mean.seconds)),
                                  agent.spec.name.str(),
                                  mean.count == 1 ? "once" : fmt::format("{} times", mean.count)));
    }
    if (agent.spec.estimate > 0) continue;
    for (const auto& item : agent.items)
      if (learned.items.contains(item.id)) categories.insert(item.category);
  }
  for (const auto& category : categories) {
    const auto& mean = earlier.of_category.at(category);
    parts.push_back(fmt::format(
        "{} for each item {} ({} done)", human_duration(static_cast<double>(mean.seconds)),
        category.empty() ? "without category" : fmt::format("of '{}'", quote_path(category)), mean.count));
  }
  if (parts.empty()) return "";
  return fmt::format("estimates from earlier runs: {}", some_of(parts, kNamesInReason));
}

}  // namespace par::core::planning
