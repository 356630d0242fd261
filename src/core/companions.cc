#include "core/companions.h"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <numeric>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "core/companion_names.h"

namespace par::core {
namespace {

using PathIndex = std::uint32_t;

// The numbers of paths, whatever the letters they are named with.
class PathNumbers {
 public:
  PathNumbers(const std::vector<RepoPath>& paths, Folding folding) : folding_(folding) {
    numbers_.reserve(paths.size());
    for (PathIndex i = 0; i < paths.size(); ++i) {
      std::string_view name = folded(paths[i].str(), folding_, buffer_);
      if (name.data() == buffer_.data()) name = names_.emplace_back(buffer_);
      const auto [at, is_new] = numbers_.emplace(name, i);
      if (!is_new && paths[i] < paths[at->second]) at->second = i;
    }
  }

  // nullptr: there is no such path.
  [[nodiscard]] const PathIndex* find(std::string_view path) {
    const auto at = numbers_.find(folded(path, folding_, buffer_));
    return at == numbers_.end() ? nullptr : &at->second;
  }

 private:
  Folding folding_;
  std::string buffer_;
  std::deque<std::string> names_;  // what keys point to, where folding made them
  std::unordered_map<std::string_view, PathIndex> numbers_;
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
      : paths_(paths), limits_(limits), numbers_(paths, folding), wanted_(paths.size()) {}

  std::vector<Prediction> predict(const std::vector<Item>& items, const std::vector<ChangeSet>& history) {
    for (const auto& item : items)
      for (const auto& file : item.files)
        if (const auto* number = numbers_.find(file.str())) wanted_[*number] = true;
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
        if (const auto* number = numbers_.find(path.str())) commit.push_back(*number);
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
    std::vector<std::string> below;  // directories that it names
    for (const auto& file : item.files) {
      if (const auto* number = numbers_.find(file.str()))
        own.push_back(*number);
      else
        below.push_back(file.str() + "/");
    }
    const auto by_path = [&](PathIndex a, PathIndex b) { return paths_[a] < paths_[b]; };
    std::sort(own.begin(), own.end(), by_path);
    const auto is_its = [&](PathIndex path) {
      return std::binary_search(own.begin(), own.end(), path, by_path) ||
             std::any_of(below.begin(), below.end(),
                         [&](const auto& directory) { return paths_[path].str().starts_with(directory); });
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
  const PredictionLimits& limits_;
  PathNumbers numbers_;
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
