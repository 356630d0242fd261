#include "core/division.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <queue>
#include <utility>

#include "base/strings.h"

namespace par::core {
namespace {

// What is never parted.
struct Unit {
  std::string key;  // orders units, and names a member that has only this one; not used by `automatic`
  Seconds weight = 0;
  std::vector<ItemIndex> items;
};
using Units = std::vector<Unit>;
using Parts = std::vector<std::vector<const Unit*>>;  // by member

// What goes to the member of the shared files.
struct Shared {
  std::vector<bool> files;
  std::vector<bool> items;
};

class Divider {
 public:
  Divider(const std::vector<Item>& items, const DivisionRequest& request)
      : items_(items),
        request_(request),
        footprints_(items, request.folding, request.companions),
        weights_(item_weights(items)),
        links_(find_links(items)) {
    shared_ = share(shared_files(footprints_, request));
  }

  Division divide() {
    Division division;
    const Units units = make_units();
    division.members = arrange(units);
    if (auto shared = shared_items(); !shared.empty())
      division.members.push_back({"shared", std::move(shared)});
    find_knot(units, division);
    return division;
  }

 private:
  [[nodiscard]] Shared share(std::vector<bool> files) const {
    auto items = items_of_shared(footprints_, files, links_);
    return {std::move(files), std::move(items)};
  }

  [[nodiscard]] std::vector<ItemIndex> shared_items() const {
    std::vector<ItemIndex> shared;
    for (ItemIndex i = 0; i < items_.size(); ++i)
      if (shared_.items[i]) shared.push_back(i);
    return shared;
  }

  [[nodiscard]] std::string first_path(ItemIndex item) const {
    std::string_view first;
    for (const FileIndex file : footprints_.files_of(item))
      if (first.empty() || footprints_.path(file) < first) first = footprints_.path(file);
    return std::string(first);
  }

  [[nodiscard]] Units make_units() const {
    return keeps_files_together(request_.by) ? units_of_components() : units_of_words();
  }

  [[nodiscard]] Units units_of_words() const {
    const auto chains = find_chains(footprints_.item_count(), links_);
    std::vector<std::string> key_of_chain(chains.count);  // that of its first item, or the most severe
    for (ItemIndex i = footprints_.item_count(); i-- > 0;) {
      std::string& key = key_of_chain[chains.of_item[i]];
      if (request_.by == By::category)
        key = items_[i].category;
      else if (const auto severity = std::to_string(static_cast<int>(items_[i].severity));
               key.empty() || severity < key)
        key = severity;
    }
    std::map<std::string, Unit> by_key;
    for (ItemIndex i = 0; i < items_.size(); ++i)
      if (!shared_.items[i]) add(by_key[key_of_chain[chains.of_item[i]]], i);
    Units units;
    for (auto& [key, unit] : by_key) {
      unit.key = request_.by == By::category ? key : std::string(enum_names<Severity>[std::stoul(key)]);
      units.push_back(std::move(unit));
    }
    return units;
  }

  [[nodiscard]] Units units_of_components() const {
    const auto components = find_components(footprints_, shared_.files, links_);
    Units units(components.count);
    for (ItemIndex i = 0; i < items_.size(); ++i)
      if (!shared_.items[i]) add(units[components.of_item[i]], i);
    units.erase(
        std::remove_if(units.begin(), units.end(), [](const Unit& unit) { return unit.items.empty(); }),
        units.end());
    if (request_.by == By::automatic) return units;
    for (auto& unit : units) {
      unit.key = first_path(unit.items.front());
      for (const ItemIndex item : unit.items) unit.key = std::min(unit.key, first_path(item));
    }
    if (request_.by == By::owner) return units_of_owners(units);
    std::stable_sort(units.begin(), units.end(), [](const Unit& a, const Unit& b) { return a.key < b.key; });
    return units;
  }

  [[nodiscard]] Units units_of_owners(const Units& components) const {
    std::map<std::string, Unit> by_owner;
    for (const auto& component : components) {
      const std::string owner = request_.owner_of ? request_.owner_of(component.key) : std::string();
      Unit& unit = by_owner[owner];
      unit.key = owner;
      for (const ItemIndex item : component.items) add(unit, item);
    }
    Units units;
    for (auto& [owner, unit] : by_owner) units.push_back(std::move(unit));
    return units;
  }

  void add(Unit& unit, ItemIndex item) const {
    unit.items.push_back(item);
    unit.weight += weights_[item];
  }

  [[nodiscard]] std::vector<Member> arrange(const Units& units) const {
    const bool one_each = units.size() <= request_.count;
    Parts parts(request_.count);
    if (one_each || request_.by == By::files) {
      for (std::size_t i = 0; i < units.size(); ++i) parts[i % request_.count].push_back(&units[i]);
    } else if (request_.by == By::directory || request_.by == By::severity) {
      parts = ranges(units);
    } else {
      parts = longest_first(units);
    }
    return name_members(parts, one_each);
  }

  [[nodiscard]] Parts longest_first(const Units& units) const {
    std::vector<const Unit*> order;
    for (const auto& unit : units) order.push_back(&unit);
    std::stable_sort(order.begin(), order.end(),
                     [](const Unit* a, const Unit* b) { return a->weight > b->weight; });
    Parts parts(request_.count);
    using Load = std::pair<Seconds, std::size_t>;
    std::priority_queue<Load, std::vector<Load>, std::greater<>> loads;
    for (std::size_t i = 0; i < request_.count; ++i) loads.push({0, i});
    for (const Unit* unit : order) {
      const auto [load, part] = loads.top();
      loads.pop();
      parts[part].push_back(unit);
      loads.push({load + unit->weight, part});
    }
    return parts;
  }

  // Each range ends where it comes nearest to its share of what is left.
  [[nodiscard]] Parts ranges(const Units& units) const {
    Parts parts(request_.count);
    Seconds left = std::accumulate(units.begin(), units.end(), Seconds{0},
                                   [](Seconds sum, const Unit& unit) { return sum + unit.weight; });
    std::size_t next = 0;
    for (std::size_t part = 0; part < parts.size() && next < units.size(); ++part) {
      const auto open = static_cast<Seconds>(parts.size() - part);
      Seconds taken = 0;
      while (next < units.size()) {
        const Seconds weight = units[next].weight;
        const bool is_nearer =
            taken == 0 || (2 * taken + weight) * open <= 2 * left || part + 1 == parts.size();
        if (!is_nearer) break;
        parts[part].push_back(&units[next++]);
        taken += weight;
      }
      left -= taken;
    }
    return parts;
  }

  [[nodiscard]] std::vector<Member> name_members(const Parts& parts, bool one_unit_each) const {
    const bool has_words = !keeps_files_together(request_.by) || request_.by == By::owner;
    std::vector<Member> members;
    for (const auto& part : parts) {
      if (part.empty()) continue;
      Member member;
      member.suffix = has_words && one_unit_each ? part.front()->key : std::to_string(members.size() + 1);
      for (const Unit* unit : part)
        member.items.insert(member.items.end(), unit->items.begin(), unit->items.end());
      std::sort(member.items.begin(), member.items.end());
      members.push_back(std::move(member));
    }
    return members;
  }

  // A unit that is heavier than 4/3 of a fair share cannot be balanced by any arrangement.
  void find_knot(const Units& units, Division& division) const {
    if (!keeps_files_together(request_.by) || request_.by == By::owner || request_.count < 2 || units.empty())
      return;
    const auto heaviest = std::max_element(units.begin(), units.end(),
                                           [](const Unit& a, const Unit& b) { return a.weight < b.weight; });
    const Seconds total = std::accumulate(units.begin(), units.end(), Seconds{0},
                                          [](Seconds sum, const Unit& unit) { return sum + unit.weight; });
    const Seconds limit = balance_limit({total}, request_.count);
    if (heaviest->weight <= limit || heaviest->items.size() < 2) return;
    division.knot = {heaviest->items.size(), items_.size(), 0};
    offer_hot_files(limit, division);
  }

  void offer_hot_files(Seconds limit, Division& division) const {
    constexpr std::size_t kOffered = 10;
    std::vector<bool> shared = shared_.files;
    std::vector<RepoPath> hot;
    for (const FileIndex file : find_hot_files(footprints_, weights_, limit)) {
      if (hot.size() == kOffered) break;
      if (shared[file]) continue;
      shared[file] = true;
      hot.emplace_back(footprints_.path(file));
    }
    const std::size_t left = longest_chain(share(std::move(shared)));
    if (left >= division.knot.items) return;
    division.knot.left = left;
    division.hot = std::move(hot);
  }

  // How many items are done one after the other: the most that hang together without the shared files, and
  // the shared items, which may meet them in other files.
  [[nodiscard]] std::size_t longest_chain(const Shared& shared) const {
    const auto components = find_components(footprints_, shared.files, links_);
    std::vector<std::size_t> counts(components.count);
    std::size_t of_shared = 0;
    for (ItemIndex i = 0; i < items_.size(); ++i)
      ++(shared.items[i] ? of_shared : counts[components.of_item[i]]);
    return of_shared + *std::max_element(counts.begin(), counts.end());
  }

  const std::vector<Item>& items_;
  const DivisionRequest& request_;
  Footprints footprints_;
  std::vector<Seconds> weights_;
  ItemLinks links_;  // such items stay together, or two members could wait for each other
  Shared shared_;
};

}  // namespace

std::vector<bool> shared_files(const Footprints& footprints, const DivisionRequest& request) {
  std::vector<bool> shared(footprints.file_count());
  if (!request.is_shared) return shared;
  for (FileIndex file = 0; file < footprints.file_count(); ++file)
    shared[file] = request.is_shared(footprints.path(file));
  return shared;
}

std::vector<bool> items_of_shared(const Footprints& footprints, const std::vector<bool>& shared,
                                  const ItemLinks& links) {
  const auto chains = find_chains(footprints.item_count(), links);
  std::vector<bool> is_shared_chain(chains.count);
  for (ItemIndex i = 0; i < footprints.item_count(); ++i) {
    const auto files = footprints.files_of(i);
    if (std::any_of(files.begin(), files.end(), [&](FileIndex file) { return shared[file]; }))
      is_shared_chain[chains.of_item[i]] = true;
  }
  std::vector<bool> items;
  items.reserve(footprints.item_count());
  for (const auto chain : chains.of_item) items.push_back(is_shared_chain[chain]);
  return items;
}

std::vector<Seconds> item_weights(const std::vector<Item>& items) {
  Seconds sum = 0;
  Seconds known = 0;
  for (const auto& item : items) {
    sum += item.estimate;
    known += item.estimate > 0 ? 1 : 0;
  }
  const Seconds mean = known > 0 ? std::max<Seconds>(1, sum / known) : 1;
  std::vector<Seconds> weights;
  weights.reserve(items.size());
  for (const auto& item : items) weights.push_back(item.estimate > 0 ? item.estimate : mean);
  return weights;
}

Seconds balance_limit(const std::vector<Seconds>& weights, std::size_t count) {
  const Seconds total = std::accumulate(weights.begin(), weights.end(), Seconds{0});
  return std::max<Seconds>(1, total * 4 / (3 * static_cast<Seconds>(count)));
}

Division divide(const std::vector<Item>& items, const DivisionRequest& request) {
  return Divider(items, request).divide();
}

}  // namespace par::core
