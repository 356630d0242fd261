#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "base/strings.h"
#include "core/plan_parts.h"
#include "core/precedence.h"

namespace par::core::planning {
namespace {

std::vector<std::string> names_of(const std::vector<AgentSpec>& agents) {
  std::vector<std::string> names;
  names.reserve(agents.size());
  for (const auto& agent : agents) names.push_back(agent.name.str());
  return names;
}

Error cycle_error(const Staff& staff, const std::vector<ItemOrder>& orders,
                  const std::vector<std::size_t>& cycle) {
  std::vector<std::string> names;
  names.reserve(cycle.size());
  for (const auto i : cycle) names.push_back(staff.agents[i].name.str());
  Error error = Error(fmt::format("agents wait for each other: {}", chain(names)))
                    .hint("each waits for the next through an 'after': take one of these out");
  for (std::size_t i = 0; i + 1 < cycle.size(); ++i) {
    const auto& after = staff.agents[cycle[i]].after;
    if (std::find(after.begin(), after.end(), staff.agents[cycle[i + 1]].name) != after.end()) continue;
    const auto order = std::find_if(orders.begin(), orders.end(), [&](const ItemOrder& o) {
      return o.then == cycle[i] && o.first == cycle[i + 1];
    });
    if (order == orders.end()) continue;
    error.causes.push_back(fmt::format("item '{}' of '{}' is after item '{}' of '{}'", order->then_item.str(),
                                       names[i], order->first_item.str(), names[i + 1]));
  }
  return error;
}

// What the file says: `after` of agents and of their items.
Result<Precedence> stated_order(const Staff& staff) {
  const auto& agents = staff.agents;
  PAR_ASSIGN(const AgentIndices indices, index_agents(agents));
  Precedence order(agents.size());
  for (AgentIndex i = 0; i < agents.size(); ++i)
    for (const auto& name : agents[i].after) {
      const auto found = indices.find(name);
      if (found == indices.end())
        return unknown_name(
            fmt::format("agent '{}' is after '{}', which does not exist", agents[i].name.str(), name.str()),
            name.str(), names_of(agents));
      order.add(found->second, i);
    }
  const auto orders = item_orders(staff.items);
  for (const auto& item : orders) order.add(item.first, item.then);
  if (const auto cycle = order.cycle(); !cycle.empty()) return cycle_error(staff, orders, cycle);
  return order;
}

Result<void> refuse_overlaps(const std::vector<AgentSpec>& agents, const Precedence& stated,
                             const std::vector<Meeting>& meetings) {
  constexpr std::size_t kShown = 20;
  std::vector<std::string> overlaps;
  std::size_t more = 0;
  for (const auto& meeting : meetings) {
    const auto [a, b] = meeting.agents;
    if (stated.are_ordered(a, b)) continue;
    if (overlaps.size() < kShown)
      overlaps.push_back(fmt::format("agents '{}' and '{}' both own '{}'", agents[a].name.str(),
                                     agents[b].name.str(), quote_path(meeting.witness.str())));
    else
      ++more;
  }
  if (overlaps.empty()) return {};
  Error error =
      refused(overlaps.front())
          .hint(
              "put one of them 'after' the other, give the path to one alone with 'forbids', or set "
              "on_overlap = \"serialise\"");
  error.causes.assign(overlaps.begin() + 1, overlaps.end());
  if (more > 0) error.causes.push_back(fmt::format("and {} more", more));
  return error;
}

}  // namespace

std::string chain(const std::vector<std::string>& names) { return join(names, " -> "); }

Error unknown_name(std::string message, const std::string& name, const std::vector<std::string>& known) {
  Error error(std::move(message));
  if (const auto meant = did_you_mean(name, known); !meant.empty())
    error.hints.push_back(fmt::format("did you mean '{}'?", meant));
  return error;
}

Result<AgentIndices> index_agents(const std::vector<AgentSpec>& agents) {
  AgentIndices indices;
  for (AgentIndex i = 0; i < agents.size(); ++i)
    if (!indices.emplace(agents[i].name, i).second)
      return Error(fmt::format("agent '{}' is listed twice", agents[i].name.str()));
  return indices;
}

Result<std::vector<int>> find_phases(const Staff& staff, OnOverlap on_overlap,
                                     const std::vector<Meeting>& meetings) {
  PAR_ASSIGN(Precedence order, stated_order(staff));
  if (on_overlap == OnOverlap::refuse) PAR_TRY(refuse_overlaps(staff.agents, order, meetings));

  // Neighbours in the file first: most pairs further apart are then ordered already. A pair is given an order
  // only when it has none, so that no cycle can arise.
  std::vector<AgentPair> pairs;
  pairs.reserve(meetings.size());
  for (const auto& meeting : meetings) pairs.push_back(meeting.agents);
  std::sort(pairs.begin(), pairs.end(), [](const AgentPair& x, const AgentPair& y) {
    return x.second != y.second ? x.second < y.second : x.first > y.first;
  });
  for (auto pair = pairs.begin(); pair != pairs.end();) {
    const AgentIndex then = pair->second;
    std::vector<bool> is_ordered(staff.agents.size());
    order.mark_before(then, is_ordered);
    order.mark_behind(then, is_ordered);
    for (; pair != pairs.end() && pair->second == then; ++pair) {
      if (is_ordered[pair->first]) continue;
      order.add(pair->first, then);
      is_ordered[pair->first] = true;
      order.mark_before(pair->first, is_ordered);
    }
  }
  return order.levels();
}

}  // namespace par::core::planning
