// Predictions: files that an item will probably change besides its own. They come from history (files that
// changed together) and from names (a header, a test). Pure; says nothing of what a plan makes of them.
#pragma once

#include <string>
#include <vector>

#include "base/enum_names.h"
#include "base/folding.h"
#include "core/config.h"

namespace par::core {

// The paths that one commit changed.
using ChangeSet = std::vector<RepoPath>;

enum class PredictedBy { history, header, test };

struct Prediction {
  ItemId item;
  RepoPath path;     // exists, and is none of the item's files
  RepoPath because;  // the item's file that it goes with
  PredictedBy by = PredictedBy::history;
  int support = 0;     // commits that changed both; 0 for names
  int changes = 0;     // commits that changed `because`: support / changes is the confidence; 0 for names
  bool owned = false;  // the item's agent may change it

  [[nodiscard]] double confidence() const { return changes == 0 ? 0 : double(support) / changes; }
  bool operator==(const Prediction&) const = default;
};

struct PredictionLimits {
  int min_support = 3;
  int min_confidence = 50;        // per cent
  std::size_t commit_files = 30;  // a commit that changed more says nothing about any two of them
  std::size_t per_file = 3;       // by history
  std::size_t per_item = 5;
};

// By item id, for each item the most confident first: by history, then by name. The order of items, history
// and paths does not matter. Near-linear: for each commit its files times those that items name, both bounded
// by `commit_files`, and one pass over the paths.
[[nodiscard]] std::vector<Prediction> predict_companions(const std::vector<Item>& items,
                                                         const std::vector<ChangeSet>& history,
                                                         const std::vector<RepoPath>& paths, Folding folding,
                                                         const PredictionLimits& limits = {});

}  // namespace par::core

namespace par {
template <>
inline constexpr std::array<std::string_view, 3> enum_names<core::PredictedBy>{"history", "header", "test"};
}  // namespace par
