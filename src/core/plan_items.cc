#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>

#include "core/components.h"
#include "core/division.h"
#include "core/plan_parts.h"
#include "core/precedence.h"

namespace par::core::planning {
namespace {

std::vector<std::string> names_of(const std::vector<Item>& items) {
  std::vector<std::string> names;
  for (const auto& item : items) names.push_back(item.id.str());
  return names;
}

// An item is many times as large as its number, and a sort moves what it sorts many times.
std::vector<Item> sorted_by_id(std::vector<Item> items) {
  const auto by_id = [](const Item& a, const Item& b) { return a.id < b.id; };
  if (std::is_sorted(items.begin(), items.end(), by_id)) return items;
  std::vector<ItemIndex> order(items.size());
  std::iota(order.begin(), order.end(), ItemIndex{0});
  std::sort(order.begin(), order.end(), [&](ItemIndex a, ItemIndex b) { return by_id(items[a], items[b]); });
  std::vector<Item> sorted;
  sorted.reserve(items.size());
  for (const auto i : order) sorted.push_back(std::move(items[i]));
  return sorted;
}

Result<void> refuse_repeated(const std::vector<Item>& sorted) {
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end(),
                                        [](const Item& a, const Item& b) { return a.id == b.id; });
  if (twice == sorted.end()) return {};
  return Error(fmt::format("item '{}' is listed twice", twice->id.str()));
}

Result<ItemIndex> index_of(const std::vector<Item>& sorted, const Item& item, const ItemId& wanted) {
  if (const auto found = find_item(sorted, wanted)) return *found;
  return unknown_name(
      fmt::format("item '{}' is after '{}', which does not exist", item.id.str(), wanted.str()), wanted.str(),
      names_of(sorted));
}

// The items' numbers, each behind what it comes after. Most lists of items know no order.
Result<std::vector<std::size_t>> order_items(const std::vector<Item>& items) {
  std::vector<std::size_t> order(items.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (std::all_of(items.begin(), items.end(), [](const Item& item) { return item.after.empty(); }))
    return order;

  Precedence precedence(items.size());
  for (std::size_t i = 0; i < items.size(); ++i)
    for (const auto& name : items[i].after) {
      PAR_ASSIGN(const ItemIndex first, index_of(items, items[i], name));
      precedence.add(first, i);
    }
  std::vector<std::string> cycle;
  for (const auto i : precedence.cycle()) cycle.push_back(items[i].id.str());
  if (!cycle.empty())
    return Error(fmt::format("items wait for each other: {}", chain(cycle)))
        .hint("each has the next in its 'after': take one of these out");
  return precedence.order();
}

// The owners of each file, ascending.
class FileOwners {
 public:
  FileOwners(const Footprints& footprints, const std::vector<Ownership>& ownerships) : index_(ownerships) {
    sets_.reserve(footprints.file_count());
    for (FileIndex file = 0; file < footprints.file_count(); ++file)
      sets_.push_back(index_.owner_set(footprints.path(file)));
  }

  [[nodiscard]] std::span<const AgentIndex> operator[](FileIndex file) const {
    return index_.owners(sets_[file]);
  }

 private:
  OwnerIndex index_;
  std::vector<OwnerIndex::SetId> sets_;
};

// Chooses the agent of each item: the least loaded of those that may take it, the heaviest first. Items that
// come after one another go to one agent where one may take them all, so that agents rarely wait for others.
class Assigner {
  using Agents = std::vector<AgentIndex>;

 public:
  Assigner(const std::vector<Item>& items, const std::vector<AgentSpec>& agents, const AgentIndices& indices)
      : items_(items), agents_(agents), indices_(indices), load_(agents.size()) {}

  // By item; none: nobody may take it.
  Result<std::vector<std::optional<AgentIndex>>> assign(const std::vector<Ownership>& ownerships,
                                                        Folding folding) {
    const Footprints footprints(items_, folding);
    const FileOwners owners(footprints, ownerships);
    const auto weights = item_weights(items_);
    const IndexLists chains = list_chains();
    std::vector<Seconds> chain_weights(chains.size());
    for (std::uint32_t chain = 0; chain < chains.size(); ++chain)
      for (const ItemIndex i : chains[chain]) chain_weights[chain] += weights[i];
    std::vector<std::uint32_t> heaviest_first(chains.size());
    std::iota(heaviest_first.begin(), heaviest_first.end(), 0U);
    std::stable_sort(heaviest_first.begin(), heaviest_first.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return chain_weights[a] > chain_weights[b]; });
    agent_of_.resize(items_.size());
    for (const auto chain : heaviest_first) {
      PAR_ASSIGN(const Agents together, who_takes_all(chains[chain], footprints, owners));
      for (const ItemIndex i : chains[chain]) {
        PAR_ASSIGN(const Agents takers, together.empty() && chains[chain].size() > 1
                                            ? who_takes(i, footprints.files_of(i), owners)
                                            : Result<Agents>(together));
        if (takers.empty()) continue;
        agent_of_[i] = least_loaded(takers);
        if (together.empty()) load_[*agent_of_[i]] += weights[i];
      }
      if (!together.empty()) load_[least_loaded(together)] += chain_weights[chain];
    }
    return std::move(agent_of_);
  }

 private:
  [[nodiscard]] bool takes_category(AgentIndex agent, const Item& item) const {
    const auto& categories = agents_[agent].categories;
    return categories.empty() ||
           std::find(categories.begin(), categories.end(), item.category) != categories.end();
  }

  [[nodiscard]] IndexLists list_chains() const {
    const auto chains = find_chains(static_cast<std::uint32_t>(items_.size()), find_links(items_));
    std::vector<std::uint32_t> lengths(chains.count);
    for (const auto chain : chains.of_item) ++lengths[chain];
    IndexLists lists(lengths);
    for (ItemIndex i = 0; i < items_.size(); ++i) lists.add(chains.of_item[i], i);
    return lists;
  }

  [[nodiscard]] Result<Agents> who_takes_all(std::span<const ItemIndex> chain, const Footprints& footprints,
                                             const FileOwners& owners) const {
    PAR_ASSIGN(Agents all, who_takes(chain.front(), footprints.files_of(chain.front()), owners));
    for (const ItemIndex i : chain.subspan(1)) {
      PAR_ASSIGN(const Agents takers, who_takes(i, footprints.files_of(i), owners));
      all.erase(std::remove_if(
                    all.begin(), all.end(),
                    [&](auto agent) { return !std::binary_search(takers.begin(), takers.end(), agent); }),
                all.end());
    }
    return all;
  }

  // Ascending.
  [[nodiscard]] Result<Agents> who_takes(ItemIndex item, std::span<const FileIndex> files,
                                         const FileOwners& owners) const {
    if (!items_[item].agent.empty()) return pinned(items_[item]);
    Agents takers;
    if (files.empty()) {
      takers.resize(agents_.size());
      std::iota(takers.begin(), takers.end(), AgentIndex{0});
    } else {
      takers.assign(owners[files.front()].begin(), owners[files.front()].end());
    }
    const auto refuses = [&](AgentIndex agent) {
      return !takes_category(agent, items_[item]) ||
             !std::all_of(files.begin(), files.end(), [&](FileIndex file) {
               return std::binary_search(owners[file].begin(), owners[file].end(), agent);
             });
    };
    takers.erase(std::remove_if(takers.begin(), takers.end(), refuses), takers.end());
    return takers;
  }

  // The earliest of those with the least work so far.
  [[nodiscard]] AgentIndex least_loaded(const Agents& agents) const {
    return *std::min_element(agents.begin(), agents.end(),
                             [&](auto a, auto b) { return load_[a] < load_[b]; });
  }

  [[nodiscard]] Result<Agents> pinned(const Item& item) const {
    const auto found = indices_.find(item.agent);
    if (found != indices_.end()) return Agents{found->second};
    std::vector<std::string> known;
    for (const auto& agent : agents_) known.push_back(agent.name.str());
    return unknown_name(
        fmt::format("item '{}' is for agent '{}', which does not exist", item.id.str(), item.agent.str()),
        item.agent.str(), known);
  }

  const std::vector<Item>& items_;
  const std::vector<AgentSpec>& agents_;
  const AgentIndices& indices_;
  std::vector<Seconds> load_;
  std::vector<std::optional<AgentIndex>> agent_of_;
};

}  // namespace

std::optional<ItemIndex> find_item(const std::vector<Item>& sorted, const ItemId& id) {
  const auto at = std::lower_bound(sorted.begin(), sorted.end(), id,
                                   [](const Item& item, const ItemId& wanted) { return item.id < wanted; });
  if (at == sorted.end() || at->id != id) return std::nullopt;
  return static_cast<ItemIndex>(at - sorted.begin());
}

Result<Assignment> assign_items(std::vector<Item> items, const std::vector<AgentSpec>& agents,
                                const std::vector<Ownership>& ownerships, Folding folding) {
  items = sorted_by_id(std::move(items));
  PAR_TRY(refuse_repeated(items));
  PAR_ASSIGN(const auto order, order_items(items));
  PAR_ASSIGN(const AgentIndices indices, index_agents(agents));
  PAR_ASSIGN(const auto agent_of, Assigner(items, agents, indices).assign(ownerships, folding));

  Assignment assignment;
  assignment.items.resize(agents.size());
  std::vector<std::size_t> counts(agents.size());
  for (std::size_t i = 0; i < items.size(); ++i)
    if (agent_of[i])
      ++counts[*agent_of[i]];
    else
      assignment.unowned.push_back(items[i].id);
  for (std::size_t i = 0; i < counts.size(); ++i) assignment.items[i].reserve(counts[i]);
  for (const auto i : order)
    if (agent_of[i]) assignment.items[*agent_of[i]].push_back(std::move(items[i]));
  return assignment;
}

std::vector<ItemOrder> item_orders(const std::vector<std::vector<Item>>& items_by_agent) {
  std::map<ItemId, AgentIndex> firsts;  // what others come after, and who does it
  for (const auto& items : items_by_agent)
    for (const auto& item : items)
      for (const auto& name : item.after) firsts.emplace(name, 0);
  if (firsts.empty()) return {};
  for (AgentIndex agent = 0; agent < items_by_agent.size(); ++agent)
    for (const auto& item : items_by_agent[agent])
      if (const auto at = firsts.find(item.id); at != firsts.end()) at->second = agent + 1;

  std::vector<ItemOrder> orders;
  for (AgentIndex agent = 0; agent < items_by_agent.size(); ++agent)
    for (const auto& item : items_by_agent[agent])
      for (const auto& name : item.after)
        if (const auto first = firsts.at(name); first > 0 && first - 1 != agent)
          orders.push_back({first - 1, agent, name, item.id});
  return orders;
}

}  // namespace par::core::planning
