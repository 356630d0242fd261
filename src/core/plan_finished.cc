#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "base/strings.h"
#include "core/plan_parts.h"

namespace par::core::planning {
namespace {

template <class Names, class Name>
void erase_names(std::vector<Name>& list, const Names& names) {
  list.erase(std::remove_if(list.begin(), list.end(), [&](const Name& name) { return names.contains(name); }),
             list.end());
}

// What earlier runs finished under one id.
struct Done {
  std::vector<const FinishedItem*> by;
  bool is_again = false;  // something else is asked for under this id now

  // The run that holds the work; empty: it has landed.
  [[nodiscard]] RunId unlanded() const {
    const auto* const first = *std::min_element(
        by.begin(), by.end(), [](const auto* a, const auto* b) { return a->unlanded < b->unlanded; });
    return first->unlanded;
  }
};
using DoneById = std::map<ItemId, Done>;

void take_names(const Done& done, Remaining& remaining) {
  const RunId run = done.unlanded();
  for (const auto* finished : done.by)
    for (const auto& name : {finished->agent, finished->pool}) {
      if (name.empty()) continue;
      remaining.doers.insert(name);
      if (run.empty()) continue;
      auto& holder = remaining.unlanded[name];
      if (holder.empty() || run < holder) holder = run;
    }
}

// Whether what the item asks for is done; leaves in `done` those who did just that.
bool settle(const Item& item, Done& done) {
  const auto hash = work_hash(item);
  done.by.erase(std::remove_if(done.by.begin(), done.by.end(),
                               [&](const auto* finished) { return finished->work != hash; }),
                done.by.end());
  done.is_again = done.by.empty();
  return !done.is_again;
}

Error unlanded_error(std::string subject, const RunId& run) {
  return refused(fmt::format("{}, whose work has not landed yet", std::move(subject)))
      .hint(fmt::format("'git par merge --run {}' lands it", run.str()));
}

Result<void> refuse_unlanded(const std::vector<AgentSpec>& agents, const Assignment& assignment,
                             const Remaining& remaining) {
  for (const auto& [item, first] : remaining.waiting)
    if (!std::binary_search(assignment.unowned.begin(), assignment.unowned.end(), item))
      return unlanded_error(fmt::format("item '{}' comes after '{}'", item.str(), first.item.str()),
                            first.run);
  for (const auto& agent : agents)
    for (const auto& name : agent.after)
      if (const auto at = remaining.unlanded.find(name); at != remaining.unlanded.end())
        return unlanded_error(fmt::format("agent '{}' comes after '{}'", agent.name.str(), name.str()),
                              at->second);
  return {};
}

bool is_dismissed(const AgentSpec& agent, const PlanRequest& request, const Remaining& remaining,
                  bool plan_has_items) {
  if (remaining.doers.contains(agent.name)) return true;
  return request.had_items.contains(agent.name) && (agent.count > 1 || plan_has_items);
}

Error nothing_left(const Assignment& assignment, const Remaining& remaining) {
  std::string what = "nothing is left to do: ";
  if (remaining.finished > 0)
    what +=
        fmt::format("{} {} finished", remaining.finished, remaining.finished == 1 ? "item is" : "items are");
  else
    what += "no agent has items";
  if (!assignment.unowned.empty())
    what += fmt::format(", and {} belong to no agent", assignment.unowned.size());
  return refused(std::move(what)).hint("import or write further items, or plan these anew with --again");
}

}  // namespace

Remaining take_finished(std::vector<Item>& items, const std::vector<FinishedItem>& finished) {
  Remaining remaining;
  if (finished.empty()) return remaining;
  DoneById done;
  for (const auto& one : finished) done[one.item].by.push_back(&one);
  const auto is_finished = [&](const Item& item) {
    const auto at = done.find(item.id);
    if (at == done.end() || at->second.is_again || !settle(item, at->second)) return false;
    take_names(at->second, remaining);
    ++remaining.finished;
    return true;
  };
  items.erase(std::remove_if(items.begin(), items.end(), is_finished), items.end());
  std::erase_if(done, [](const auto& entry) { return entry.second.is_again; });
  for (auto& item : items) {
    for (const auto& name : item.after) {
      const auto at = done.find(name);
      if (at == done.end()) continue;
      if (auto run = at->second.unlanded(); !run.empty())
        remaining.waiting.emplace(item.id, Remaining::Unlanded{name, std::move(run)});
    }
    erase_names(item.after, done);
  }
  return remaining;
}

Result<void> dismiss_idle(std::vector<AgentSpec>& agents, std::vector<Ownership>& ownerships,
                          Assignment& assignment, const PlanRequest& request, const Remaining& remaining) {
  const bool plan_has_items =
      remaining.finished > 0 || std::any_of(assignment.items.begin(), assignment.items.end(),
                                            [](const auto& items) { return !items.empty(); });
  std::set<AgentName> dismissed;
  AgentIndex kept = 0;
  for (AgentIndex i = 0; i < agents.size(); ++i) {
    if (assignment.items[i].empty() && is_dismissed(agents[i], request, remaining, plan_has_items)) {
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
  if (kept == 0) return nothing_left(assignment, remaining);
  agents.resize(kept);
  ownerships.erase(ownerships.begin() + static_cast<std::ptrdiff_t>(kept), ownerships.end());
  assignment.items.resize(kept);
  PAR_TRY(refuse_unlanded(agents, assignment, remaining));
  for (auto& agent : agents) erase_names(agent.after, dismissed);
  return {};
}

}  // namespace par::core::planning
