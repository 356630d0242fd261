#include "core/components.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>
#include <utility>

namespace par::core {
namespace {

// What the file joins: its items, and those of the directory it lies in.
template <class Visit>
void for_each_joined(const Footprints& footprints, FileIndex file, const std::vector<bool>& ignored,
                     Visit visit) {
  for (const ItemIndex item : footprints.items_of(file)) visit(item);
  const FileIndex directory = footprints.directory_of(file);
  if (directory != kNoFile && !ignored[directory]) visit(footprints.items_of(directory).front());
}

void join_users(const Footprints& footprints, FileIndex file, const std::vector<bool>& ignored,
                DisjointSets& sets) {
  const ItemIndex first = footprints.items_of(file).front();
  for_each_joined(footprints, file, ignored, [&](ItemIndex item) { sets.unite(first, item); });
}

Components number(DisjointSets& sets, std::uint32_t item_count) {
  constexpr std::uint32_t kNone = 0xffffffff;
  std::vector<std::uint32_t> number_of_root(item_count, kNone);
  Components components;
  for (ItemIndex i = 0; i < item_count; ++i) {
    auto& number = number_of_root[sets.find(i)];
    if (number == kNone) number = components.count++;
    components.of_item.push_back(number);
  }
  return components;
}

}  // namespace

DisjointSets::DisjointSets(std::vector<std::int64_t> weights)
    : parent_(weights.size()), size_(weights.size(), 1), weight_(std::move(weights)) {
  std::iota(parent_.begin(), parent_.end(), 0U);
}

std::uint32_t DisjointSets::find(std::uint32_t x) {
  while (parent_[x] != x) {
    parent_[x] = parent_[parent_[x]];
    x = parent_[x];
  }
  return x;
}

void DisjointSets::unite(std::uint32_t a, std::uint32_t b) {
  a = find(a);
  b = find(b);
  if (a == b) return;
  if (size_[a] < size_[b]) std::swap(a, b);
  parent_[b] = a;
  size_[a] += size_[b];
  weight_[a] += weight_[b];
}

ItemLinks find_links(const std::vector<Item>& items) {
  ItemLinks links;
  if (std::all_of(items.begin(), items.end(), [](const Item& item) { return item.after.empty(); }))
    return links;
  std::unordered_map<ItemId, ItemIndex> numbers;
  for (ItemIndex i = 0; i < items.size(); ++i) numbers.emplace(items[i].id, i);
  for (ItemIndex i = 0; i < items.size(); ++i)
    for (const auto& name : items[i].after)
      if (const auto first = numbers.find(name); first != numbers.end()) links.emplace_back(first->second, i);
  return links;
}

Components find_components(const Footprints& footprints, const std::vector<bool>& ignored,
                           const ItemLinks& links) {
  DisjointSets sets(std::vector<std::int64_t>(footprints.item_count()));
  for (FileIndex file = 0; file < footprints.file_count(); ++file)
    if (!ignored[file]) join_users(footprints, file, ignored, sets);
  for (const auto& [a, b] : links) sets.unite(a, b);
  return number(sets, footprints.item_count());
}

Components find_chains(std::uint32_t item_count, const ItemLinks& links) {
  DisjointSets sets{std::vector<std::int64_t>(item_count)};
  for (const auto& [a, b] : links) sets.unite(a, b);
  return number(sets, item_count);
}
std::vector<FileIndex> find_hot_files(const Footprints& footprints, const std::vector<std::int64_t>& weights,
                                      std::int64_t limit) {
  std::vector<FileIndex> files(footprints.file_count());
  std::iota(files.begin(), files.end(), 0U);
  std::stable_sort(files.begin(), files.end(), [&](FileIndex a, FileIndex b) {
    return footprints.items_of(a).size() < footprints.items_of(b).size();
  });
  DisjointSets sets(weights);
  std::vector<FileIndex> hot;
  std::vector<bool> is_hot(files.size());
  std::vector<std::uint32_t> roots;
  for (const FileIndex file : files) {
    roots.clear();
    for_each_joined(footprints, file, is_hot, [&](ItemIndex item) { roots.push_back(sets.find(item)); });
    std::sort(roots.begin(), roots.end());
    roots.erase(std::unique(roots.begin(), roots.end()), roots.end());
    std::int64_t together = 0;
    for (const auto root : roots) together += sets.weight(root);
    if (roots.size() > 1 && together > limit) {
      hot.push_back(file);
      is_hot[file] = true;
    } else {
      join_users(footprints, file, is_hot, sets);
    }
  }
  std::reverse(hot.begin(), hot.end());
  return hot;
}

}  // namespace par::core
