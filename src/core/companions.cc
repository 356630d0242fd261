#include "core/companions.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "core/companion_names.h"
#include "core/path_numbers.h"

namespace par::core {
namespace {

using PathIndex = std::uint32_t;

// Where paths stand in a list, whatever the letters they are named with: of those that fold to one name, the
// smallest.
class Positions {
 public:
  Positions(const std::vector<RepoPath>& paths, Folding folding) : numbers_(folding) {
    numbers_.reserve(paths.size());
    for (PathIndex i = 0; i < paths.size(); ++i) {
      const auto [number, is_new] = numbers_.add(paths[i].str());
      if (is_new)
        positions_.push_back(i);
      else if (paths[i] < paths[positions_[number]])
        positions_[number] = i;
    }
  }

  [[nodiscard]] std::optional<PathIndex> find(std::string_view path) {
    const auto number = numbers_.find(path);
    return number ? std::optional(positions_[*number]) : std::nullopt;
  }

 private:
  PathNumbers numbers_;
  std::vector<PathIndex> positions_;  // by number
};

struct Companion {
  PathIndex path = 0;
  PredictedBy by = PredictedBy::history;
  int support = 0;
  int changes = 0;
};

// What changed together with the files that are wanted.
class Together {
 public:
  explicit Together(const std::vector<bool>& wanted) : wanted_(wanted) {}

  void add(const std::vector<PathIndex>& commit) {
    for (const PathIndex file : commit) {
      if (!wanted_[file]) continue;
      ++changes_[file];
      for (const PathIndex other : commit)
        if (other != file) ++support_[std::uint64_t{file} << 32U | other];
    }
  }

  // By file, those above the limits, in no particular order.
  [[nodiscard]] std::unordered_map<PathIndex, std::vector<Companion>> list(
      const PredictionLimits& limits) const {
    std::unordered_map<PathIndex, std::vector<Companion>> of_file;
    for (const auto& [pair, support] : support_) {
      const auto file = static_cast<PathIndex>(pair >> 32U);
      const int changes = changes_.at(file);
      if (support < limits.min_support ||
          std::int64_t{100} * support < std::int64_t{limits.min_confidence} * changes)
        continue;
      of_file[file].push_back(
          {static_cast<PathIndex>(pair & 0xffffffffU), PredictedBy::history, support, changes});
    }
    return of_file;
  }

 private:
  const std::vector<bool>& wanted_;
  std::unordered_map<PathIndex, int> changes_;
  std::unordered_map<std::uint64_t, int> support_;  // by file and other
};

class Predictor {
 public:
  Predictor(const std::vector<RepoPath>& paths, Folding folding, const PredictionLimits& limits)
      : paths_(paths),
        folding_(folding),
        limits_(limits),
        positions_(paths, folding),
        wanted_(paths.size()) {}

  std::vector<Prediction> predict(const std::vector<Item>& items, const std::vector<ChangeSet>& history) {
    for (const auto& item : items)
      for (const auto& file : item.files)
        if (const auto position = positions_.find(file.str())) wanted_[*position] = true;
    learn(history);

    std::vector<std::size_t> order(items.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return items[a].id < items[b].id; });
    std::vector<Prediction> predictions;
    for (const auto i : order) add(items[i], predictions);
    return predictions;
  }

 private:
  void learn(const std::vector<ChangeSet>& history) {
    Together together(wanted_);
    std::vector<PathIndex> commit;
    for (const auto& changed : history) {
      if (changed.size() > limits_.commit_files) continue;
      commit.clear();
      for (const auto& path : changed)
        if (const auto position = positions_.find(path.str())) commit.push_back(*position);
      std::sort(commit.begin(), commit.end());
      commit.erase(std::unique(commit.begin(), commit.end()), commit.end());
      together.add(commit);
    }
    companions_ = together.list(limits_);
    for (auto& [file, found] : companions_) {
      std::sort(found.begin(), found.end(), [&](const auto& a, const auto& b) { return is_better(a, b); });
      found.resize(std::min(found.size(), limits_.per_file));
    }
    for (const auto& pair : companions_by_name(paths_, wanted_))
      companions_[pair.file].push_back(
          {pair.companion, pair.is_test ? PredictedBy::test : PredictedBy::header, 0, 0});
  }

  // History before names, then the more confident, then the more often seen, then by path.
  [[nodiscard]] bool is_better(const Companion& a, const Companion& b) const {
    if ((a.changes == 0) != (b.changes == 0)) return b.changes == 0;
    const auto left = std::int64_t{a.support} * b.changes;
    const auto right = std::int64_t{b.support} * a.changes;
    if (left != right) return left > right;
    if (a.support != b.support) return a.support > b.support;
    return paths_[a.path] < paths_[b.path];
  }

  void add(const Item& item, std::vector<Prediction>& predictions) {
    struct Found {
      Companion companion;
      PathIndex because = 0;
    };
    std::vector<PathIndex> own;
    std::vector<std::string> below;  // directories that it names, folded
    std::string buffer;
    for (const auto& file : item.files) {
      if (const auto position = positions_.find(file.str()))
        own.push_back(*position);
      else
        below.push_back(fold_name(file.str(), folding_) + "/");
    }
    const auto by_path = [&](PathIndex a, PathIndex b) { return paths_[a] < paths_[b]; };
    std::sort(own.begin(), own.end(), by_path);
    const auto is_its = [&](PathIndex path) {
      if (std::binary_search(own.begin(), own.end(), path, by_path)) return true;
      if (below.empty()) return false;
      const auto name = folded(paths_[path].str(), folding_, buffer);
      return std::any_of(below.begin(), below.end(),
                         [&](const auto& directory) { return name.starts_with(directory); });
    };
    std::vector<Found> found;
    for (const PathIndex file : own) {
      const auto at = companions_.find(file);
      if (at == companions_.end()) continue;
      for (const auto& companion : at->second)
        if (!is_its(companion.path)) found.push_back({companion, file});
    }
    std::stable_sort(found.begin(), found.end(),
                     [&](const Found& a, const Found& b) { return is_better(a.companion, b.companion); });
    std::vector<PathIndex> named;
    for (const auto& [companion, because] : found) {
      if (named.size() == limits_.per_item) break;
      if (std::find(named.begin(), named.end(), companion.path) != named.end()) continue;
      named.push_back(companion.path);
      predictions.push_back({item.id, paths_[companion.path], paths_[because], companion.by,
                             companion.support, companion.changes, false});
    }
  }

  const std::vector<RepoPath>& paths_;
  Folding folding_;
  const PredictionLimits& limits_;
  Positions positions_;
  std::vector<bool> wanted_;  // by path: some item names it
  std::unordered_map<PathIndex, std::vector<Companion>> companions_;
};

}  // namespace

std::vector<Prediction> predict_companions(const std::vector<Item>& items,
                                           const std::vector<ChangeSet>& history,
                                           const std::vector<RepoPath>& paths, Folding folding,
                                           const PredictionLimits& limits) {
  return Predictor(paths, folding, limits).predict(items, history);
}

}  // namespace par::core
