#include <algorithm>
#include <string>

#include "core/common_path.h"
#include "core/plan_parts.h"

namespace par::core::planning {
namespace {

bool is_better_witness(const RepoPath& a, const RepoPath& b) {
  return std::pair(a.str().size(), std::string_view(a.str())) <
         std::pair(b.str().size(), std::string_view(b.str()));
}

}  // namespace

PathSurvey survey_paths(const std::vector<Ownership>& ownerships, const std::vector<RepoPath>& paths) {
  PathSurvey survey;
  survey.file_counts.resize(ownerships.size());
  // Few sets of owners are different, so pairs are made once for each set and not for each path.
  std::map<std::vector<AgentIndex>, const RepoPath*> witnesses;
  std::vector<AgentIndex> owners;
  for (const auto& path : paths) {
    owners.clear();
    for (AgentIndex i = 0; i < ownerships.size(); ++i)
      if (ownerships[i].owns(path.str())) owners.push_back(i);
    for (const auto owner : owners) ++survey.file_counts[owner];
    if (owners.empty()) ++survey.unowned;
    if (owners.size() < 2) continue;
    const RepoPath*& witness = witnesses.try_emplace(owners, &path).first->second;
    if (is_better_witness(path, *witness)) witness = &path;
  }
  for (const auto& [together, witness] : witnesses)
    for (std::size_t i = 0; i < together.size(); ++i)
      for (std::size_t j = i + 1; j < together.size(); ++j) {
        RepoPath& best = survey.shared.try_emplace({together[i], together[j]}, *witness).first->second;
        if (is_better_witness(*witness, best)) best = *witness;
      }
  return survey;
}

std::vector<Meeting> find_meetings(const std::vector<Ownership>& ownerships, const PathSurvey& survey) {
  std::vector<Meeting> meetings;
  for (AgentIndex a = 0; a < ownerships.size(); ++a)
    for (AgentIndex b = a + 1; b < ownerships.size(); ++b) {
      const AgentPair pair{a, b};
      if (const auto existing = survey.shared.find(pair); existing != survey.shared.end())
        meetings.push_back({pair, existing->second, OverlapKind::file});
      else if (auto witness = common_path(ownerships[a], ownerships[b]))
        meetings.push_back({pair, *std::move(witness), OverlapKind::new_file});
    }
  return meetings;
}

}  // namespace par::core::planning
