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

// The files of some items, and what lies below them where they are directories.
class FilesOf {
 public:
  FilesOf(const std::vector<Item>& items, const std::vector<bool>& chosen, Folding folding)
      : folding_(folding) {
    for (ItemIndex i = 0; i < items.size(); ++i)
      if (chosen[i])
        for (const auto& file : items[i].files) files_.insert(fold_name(file.str(), folding));
  }

  [[nodiscard]] bool hold(const RepoPath& path) const {
    if (files_.empty()) return false;
    auto name = fold_name(path.str(), folding_);
    while (!files_.contains(name)) {
      const auto slash = name.rfind('/');
      if (slash == std::string::npos) return false;
      name.resize(slash);
    }
    return true;
  }

 private:
  Folding folding_;
  std::set<std::string> files_;
};

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
  const Footprints footprints(items, how.folding);
  const auto is_shared = items_of_shared(footprints, shared_files(footprints, how), find_links(items));
  const FilesOf taken(items, is_shared, how.folding);  // by the worker of the shared files
  const auto may_have = [&](const RepoPath& path) {
    if (!may_be_owned_alone(path) || taken.hold(path)) return false;
    const auto owners = owners_->owners_of(path.str());
    return owners.size() == 1 && owners.front() == pool && !(how.is_shared && how.is_shared(path.str()));
  };
  std::vector<std::vector<RepoPath>> companions(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (is_shared[i]) continue;
    for (const auto& prediction : predictions_of(predictions_, items[i].id))
      if (may_have(prediction.path)) companions[i].push_back(prediction.path);
  }
  drop_heavy(companions, items, how);
  return companions;
}

std::vector<Prediction> predictions_for(const Staff& staff, std::vector<Prediction> predictions,
                                        OwnerIndex& index) {
  std::vector<bool> planned(predictions.size());
  for (AgentIndex agent = 0; agent < staff.items.size(); ++agent)
    for (const auto& item : staff.items[agent])
      for (auto& prediction : predictions_of(predictions, item.id)) {
        const auto owners = index.owners_of(prediction.path.str());
        prediction.owned = std::binary_search(owners.begin(), owners.end(), agent);
        planned[static_cast<std::size_t>(&prediction - predictions.data())] = true;
      }
  std::vector<Prediction> kept;
  for (std::size_t i = 0; i < predictions.size(); ++i)
    if (planned[i]) kept.push_back(std::move(predictions[i]));
  return kept;
}

}  // namespace par::core::planning
