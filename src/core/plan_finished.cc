#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/plan_parts.h"

namespace par::core::planning {
namespace {

template <class Names, class Name>
void erase_names(std::vector<Name>& list, const Names& names) {
  list.erase(std::remove_if(list.begin(), list.end(), [&](const Name& name) { return names.contains(name); }),
             list.end());
}

}  // namespace

Remaining take_finished(std::vector<Item>& items, const std::vector<FinishedItem>& finished) {
  Remaining remaining;
  if (finished.empty()) return remaining;
  std::map<ItemId, std::set<AgentName>> doers_of;
  for (const auto& done : finished) {
    auto& doers = doers_of[done.item];
    doers.insert(done.agent);
    if (!done.pool.empty()) doers.insert(done.pool);
  }
  const auto is_finished = [&](const Item& item) {
    const auto at = doers_of.find(item.id);
    if (at == doers_of.end()) return false;
    remaining.doers.insert(at->second.begin(), at->second.end());
    ++remaining.finished;
    return true;
  };
  items.erase(std::remove_if(items.begin(), items.end(), is_finished), items.end());
  for (auto& item : items) erase_names(item.after, doers_of);
  return remaining;
}

Result<void> dismiss_doers(std::vector<AgentSpec>& agents, std::vector<Ownership>& ownerships,
                           Assignment& assignment, const Remaining& remaining) {
  if (remaining.finished == 0) return {};
  std::set<AgentName> dismissed;
  AgentIndex kept = 0;
  for (AgentIndex i = 0; i < agents.size(); ++i) {
    if (assignment.items[i].empty() && remaining.doers.contains(agents[i].name)) {
      dismissed.insert(agents[i].name);
      continue;
    }
    if (kept != i) {
      agents[kept] = std::move(agents[i]);
      ownerships[kept] = std::move(ownerships[i]);
      assignment.items[kept] = std::move(assignment.items[i]);
    }
    ++kept;
  }
  if (kept == 0) {
    std::string what = fmt::format("nothing is left to do: {} {} finished", remaining.finished,
                                   remaining.finished == 1 ? "item is" : "items are");
    if (!assignment.unowned.empty())
      what += fmt::format(", and {} belong to no agent", assignment.unowned.size());
    return refused(std::move(what)).hint("import or write further items, or plan these anew with --again");
  }
  agents.resize(kept);
  ownerships.erase(ownerships.begin() + static_cast<std::ptrdiff_t>(kept), ownerships.end());
  assignment.items.resize(kept);
  for (auto& agent : agents) erase_names(agent.after, dismissed);
  return {};
}

}  // namespace par::core::planning
