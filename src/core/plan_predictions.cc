#include <algorithm>
#include <set>
#include <span>
#include <utility>

#include "core/components.h"
#include "core/division.h"
#include "core/plan_parts.h"

namespace par::core::planning {
namespace {

// Those of the item, of predictions sorted by item.
template <class Predictions>
auto predictions_of(Predictions& sorted, const ItemId& item) {
  struct ById {
    bool operator()(const Prediction& a, const ItemId& b) const { return a.item < b; }
    bool operator()(const ItemId& a, const Prediction& b) const { return a < b.item; }
  };
  const auto [begin, end] = std::equal_range(sorted.begin(), sorted.end(), item, ById{});
  return std::span(begin, end);
}

bool touches_shared(const Item& item, const DivisionRequest& how) {
  return how.is_shared && std::any_of(item.files.begin(), item.files.end(),
                                      [&](const auto& file) { return how.is_shared(file.str()); });
}

// Takes the companions away that would make one worker's share too heavy to be balanced.
void drop_heavy(std::vector<std::vector<RepoPath>>& companions, const std::vector<Item>& items,
                const DivisionRequest& how) {
  const Footprints footprints(items, how.folding, companions);
  const auto weights = item_weights(items);
  std::set<std::string> heavy;
  for (const FileIndex file : find_hot_files(footprints, weights, balance_limit(weights, how.count)))
    heavy.insert(fold_name(footprints.path(file), how.folding));
  if (heavy.empty()) return;
  for (auto& paths : companions)
    paths.erase(
        std::remove_if(paths.begin(), paths.end(),
                       [&](const auto& path) { return heavy.contains(fold_name(path.str(), how.folding)); }),
        paths.end());
}

}  // namespace

PredictedShare::PredictedShare(const std::vector<Prediction>& predictions,
                               const std::vector<Ownership>& ownerships)
    : predictions_(predictions) {
  if (!predictions.empty()) owners_.emplace(ownerships);
}

std::vector<std::vector<RepoPath>> PredictedShare::companions_of(AgentIndex pool,
                                                                 const std::vector<Item>& items,
                                                                 const DivisionRequest& how) {
  if (!owners_ || !keeps_files_together(how.by)) return {};
  std::set<std::string> taken;  // by the worker of the shared files
  for (const auto& item : items)
    if (touches_shared(item, how))
      for (const auto& file : item.files) taken.insert(fold_name(file.str(), how.folding));
  const auto may_have = [&](const RepoPath& path) {
    const auto owners = owners_->owners_of(path.str());
    return owners.size() == 1 && owners.front() == pool && !(how.is_shared && how.is_shared(path.str())) &&
           !taken.contains(fold_name(path.str(), how.folding));
  };
  std::vector<std::vector<RepoPath>> companions(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (touches_shared(items[i], how)) continue;
    for (const auto& prediction : predictions_of(predictions_, items[i].id))
      if (may_have(prediction.path)) companions[i].push_back(prediction.path);
  }
  drop_heavy(companions, items, how);
  return companions;
}

void mark_owned(std::vector<Prediction>& predictions, const Staff& staff, OwnerIndex& index) {
  for (AgentIndex agent = 0; agent < staff.items.size(); ++agent)
    for (const auto& item : staff.items[agent])
      for (auto& prediction : predictions_of(predictions, item.id)) {
        const auto owners = index.owners_of(prediction.path.str());
        prediction.owned = std::binary_search(owners.begin(), owners.end(), agent);
      }
}

}  // namespace par::core::planning
