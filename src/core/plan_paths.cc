#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "core/common_path.h"
#include "core/plan_parts.h"
#include "core/witness.h"

namespace par::core::planning {
namespace {

Error too_many_overlaps() {
  return Error(fmt::format("more than {} pairs of agents overlap", kMostOverlaps))
      .hint("let each own what is its own, or make them one agent with 'count' workers");
}

}  // namespace

Result<PathSurvey> survey_paths(OwnerIndex& index, std::size_t agents, const std::vector<RepoPath>& paths) {
  // Few sets of owners are different: what concerns a set is done once for each set and not for each path.
  struct Owned {
    std::int64_t count = 0;
    const RepoPath* witness = nullptr;
  };
  std::vector<Owned> by_set;
  for (const auto& path : paths) {
    const auto set = index.owner_set(path.str());
    if (set >= by_set.size()) by_set.resize(index.set_count());
    Owned& owned = by_set[set];
    ++owned.count;
    if (owned.witness == nullptr || is_better_witness(path.str(), owned.witness->str()))
      owned.witness = &path;
  }
  PathSurvey survey;
  survey.file_counts.resize(agents);
  for (OwnerIndex::SetId set = 0; set < by_set.size(); ++set) {
    const auto owners = index.owners(set);
    if (owners.empty()) survey.unowned += by_set[set].count;
    if (by_set[set].count == 0) continue;
    for (std::size_t i = 0; i < owners.size(); ++i) {
      survey.file_counts[owners[i]] += by_set[set].count;
      for (std::size_t j = i + 1; j < owners.size(); ++j) {
        const RepoPath& witness = *by_set[set].witness;
        RepoPath& best = survey.shared.try_emplace({owners[i], owners[j]}, witness).first->second;
        if (is_better_witness(witness.str(), best.str())) best = witness;
      }
      if (survey.shared.size() > kMostOverlaps) return too_many_overlaps();
    }
  }
  return survey;
}

Result<std::vector<Meeting>> find_meetings(const std::vector<Ownership>& ownerships,
                                           const PathSurvey& survey) {
  std::vector<Meeting> meetings;
  for (const auto& [pair, witness] : survey.shared) meetings.push_back({pair, witness, OverlapKind::file});
  for (const auto& pair : pairs_that_may_meet(ownerships)) {
    if (survey.shared.contains(pair)) continue;
    if (auto witness = common_path(ownerships[pair.first], ownerships[pair.second]))
      meetings.push_back({pair, *std::move(witness), OverlapKind::new_file});
    if (meetings.size() > kMostOverlaps) return too_many_overlaps();
  }
  std::sort(meetings.begin(), meetings.end(),
            [](const Meeting& x, const Meeting& y) { return x.agents < y.agents; });
  return meetings;
}

}  // namespace par::core::planning
