#include "core/branch_order.h"

#include <algorithm>
#include <map>

#include "core/footprints.h"
#include "core/precedence.h"
#include "core/witness.h"

namespace par::core {

std::vector<BranchOverlap> find_branch_overlaps(const std::vector<std::vector<RepoPath>>& files,
                                                Folding folding) {
  std::vector<Item> items(files.size());
  for (std::size_t i = 0; i < files.size(); ++i) items[i].files = files[i];
  const Footprints footprints(items, folding);
  std::map<BranchPair, std::string_view> witnesses;
  const auto meet = [&](std::size_t a, std::size_t b, std::string_view path) {
    if (a == b) return;
    std::string_view& witness = witnesses.try_emplace(std::minmax(a, b), path).first->second;
    if (is_better_witness(path, witness)) witness = path;
  };
  for (FileIndex file = 0; file < footprints.file_count(); ++file) {
    const auto branches = footprints.items_of(file);
    for (std::size_t i = 0; i < branches.size(); ++i)
      for (std::size_t j = i + 1; j < branches.size(); ++j)
        meet(branches[i], branches[j], footprints.path(file));
    for (FileIndex above = footprints.directory_of(file); above != kNoFile;
         above = footprints.directory_of(above))
      for (const auto a : branches)
        for (const auto b : footprints.items_of(above)) meet(a, b, footprints.path(file));
  }
  std::vector<BranchOverlap> overlaps;
  for (const auto& [pair, witness] : witnesses) overlaps.push_back({pair, RepoPath(witness)});
  return overlaps;
}

std::vector<int> order_branches(std::size_t count, const std::vector<BranchPair>& stacks,
                                const std::vector<BranchPair>& conflicts) {
  Precedence order(count);
  for (const auto& [first, then] : stacks) order.add(first, then);
  for (const auto& [a, b] : conflicts)
    if (!order.are_ordered(a, b)) order.add(a, b);
  return order.levels();
}

}  // namespace par::core
