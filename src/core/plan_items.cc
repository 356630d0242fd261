#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "core/plan_parts.h"
#include "core/precedence.h"

namespace par::core::planning {
namespace {

using ItemIndices = std::unordered_map<ItemId, std::size_t>;

Result<ItemIndices> index_items(const std::vector<Item>& items) {
  ItemIndices indices;
  for (std::size_t i = 0; i < items.size(); ++i)
    if (!indices.emplace(items[i].id, i).second)
      return Error(fmt::format("item '{}' is listed twice", items[i].id.str()));
  return indices;
}

std::vector<std::string> names_of(const std::vector<Item>& items) {
  std::vector<std::string> names;
  for (const auto& item : items) names.push_back(item.id.str());
  return names;
}

Result<Precedence> order_items(const std::vector<Item>& items, const ItemIndices& indices) {
  Precedence precedence(items.size());
  for (std::size_t i = 0; i < items.size(); ++i)
    for (const auto& name : items[i].after) {
      const auto found = indices.find(name);
      if (found == indices.end())
        return unknown_name(
            fmt::format("item '{}' is after '{}', which does not exist", items[i].id.str(), name.str()),
            name.str(), names_of(items));
      precedence.add(found->second, i);
    }
  std::vector<std::string> cycle;
  for (const auto i : precedence.cycle()) cycle.push_back(items[i].id.str());
  if (!cycle.empty())
    return Error(fmt::format("items wait for each other: {}", chain(cycle)))
        .hint("each has the next in its 'after': take one of these out");
  return precedence;
}

bool accepts(const AgentSpec& agent, const Ownership& ownership, const Item& item) {
  const auto& categories = agent.categories;
  if (!categories.empty() &&
      std::find(categories.begin(), categories.end(), item.category) == categories.end())
    return false;
  return std::all_of(item.files.begin(), item.files.end(),
                     [&](const RepoPath& file) { return ownership.owns(file.str()); });
}

class Assigner {
 public:
  Assigner(const Config& config, const AgentIndices& indices, const std::vector<Ownership>& ownerships)
      : config_(config), indices_(indices), ownerships_(ownerships), load_(config.agents.size()) {}

  // The agent that does the item; none: nobody may.
  Result<std::optional<AgentIndex>> assign(const Item& item) {
    PAR_ASSIGN(const auto agent, choose(item));
    if (agent) load_[*agent] += item.estimate;
    return agent;
  }

 private:
  [[nodiscard]] Result<std::optional<AgentIndex>> choose(const Item& item) const {
    if (!item.agent.empty()) return pinned(item);
    std::optional<AgentIndex> chosen;
    for (AgentIndex i = 0; i < config_.agents.size(); ++i)
      if ((!chosen || load_[i] < load_[*chosen]) && accepts(config_.agents[i], ownerships_[i], item))
        chosen = i;
    return chosen;
  }

  [[nodiscard]] Result<std::optional<AgentIndex>> pinned(const Item& item) const {
    const auto found = indices_.find(item.agent);
    if (found != indices_.end()) return std::optional(found->second);
    std::vector<std::string> known;
    for (const auto& agent : config_.agents) known.push_back(agent.name.str());
    return unknown_name(
        fmt::format("item '{}' is for agent '{}', which does not exist", item.id.str(), item.agent.str()),
        item.agent.str(), known);
  }

  const Config& config_;
  const AgentIndices& indices_;
  const std::vector<Ownership>& ownerships_;
  std::vector<Seconds> load_;
};

}  // namespace

Result<Assignment> assign_items(const Config& config, const AgentIndices& indices,
                                const std::vector<Ownership>& ownerships) {
  const auto& items = config.items;
  PAR_ASSIGN(const ItemIndices item_indices, index_items(items));
  PAR_ASSIGN(const Precedence precedence, order_items(items, item_indices));

  Assignment assignment;
  assignment.items.resize(config.agents.size());
  std::vector<std::optional<AgentIndex>> agent_of(items.size());
  Assigner assigner(config, indices, ownerships);
  for (const auto i : precedence.order()) {
    PAR_ASSIGN(agent_of[i], assigner.assign(items[i]));
    if (agent_of[i]) assignment.items[*agent_of[i]].push_back(items[i]);
  }
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (!agent_of[i]) {
      assignment.unowned.push_back(items[i].id);
      continue;
    }
    for (const auto& name : items[i].after) {
      const auto first = agent_of[item_indices.at(name)];
      if (first && *first != *agent_of[i])
        assignment.orders.push_back({*first, *agent_of[i], name, items[i].id});
    }
  }
  return assignment;
}

}  // namespace par::core::planning
