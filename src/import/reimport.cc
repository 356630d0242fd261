#include "import/reimport.h"

#include <unordered_map>
#include <unordered_set>

#include "base/message_text.h"

namespace par::import {

bool is_another(const core::Item& a, const core::Item& b) {
  return a.files != b.files || without_places(a.title) != without_places(b.title);
}

ImportChanges compare_import(const std::vector<KnownItem>& known, const Imported& imported) {
  ImportChanges changes;
  std::unordered_map<ItemId, bool> open;
  for (const auto& item : known) open.emplace(item.id, item.open);
  for (std::size_t i = 0; i < imported.items.size(); ++i) {
    const auto found = open.find(imported.items[i].id);
    if (found == open.end())
      changes.added.push_back(i);
    else
      (found->second ? changes.kept : changes.reopened).push_back(i);
  }
  std::unordered_set<ItemId> present;
  for (const auto& item : imported.items) present.insert(item.id);
  for (const auto& item : known)
    if (item.open && !present.contains(item.id)) changes.vanished.push_back(item.id);
  if (imported.complete) return changes;
  changes.unsure = changes.vanished.size();
  changes.vanished.clear();
  return changes;
}

}  // namespace par::import
