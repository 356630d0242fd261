#include "core/ownership.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

namespace par::core {
namespace {

Result<std::vector<Glob>> parse_all(const std::vector<std::string>& patterns, bool fold_case) {
  std::vector<Glob> globs;
  globs.reserve(patterns.size());
  for (const auto& pattern : patterns) {
    PAR_ASSIGN(Glob glob, Glob::parse(pattern, fold_case));
    globs.push_back(std::move(glob));
  }
  return globs;
}

Result<std::vector<Glob>> parse_list(const AgentSpec& agent, std::string_view key,
                                     const std::vector<std::string>& patterns, bool fold_case) {
  auto globs = parse_all(patterns, fold_case);
  if (globs) return globs;
  return std::move(globs).error().within(
      fmt::format("cannot read '{}' of agent '{}'", key, agent.name.str()));
}

}  // namespace

Result<Ownership> Ownership::parse(const AgentSpec& agent, bool fold_case) {
  Ownership ownership;
  PAR_ASSIGN(ownership.owns_, parse_list(agent, "owns", agent.owns, fold_case));
  PAR_ASSIGN(ownership.forbids_, parse_list(agent, "forbids", agent.forbids, fold_case));
  ownership.fold_case_ = fold_case;
  return ownership;
}

bool Ownership::owns(std::string_view path) const {
  return std::any_of(owns_.begin(), owns_.end(), [&](const Glob& glob) { return glob.owns(path); }) &&
         std::none_of(forbids_.begin(), forbids_.end(), [&](const Glob& glob) { return glob.matches(path); });
}

std::vector<RepoPath> Ownership::outside(const std::vector<RepoPath>& changed) const {
  std::vector<RepoPath> outside;
  std::copy_if(changed.begin(), changed.end(), std::back_inserter(outside),
               [&](const RepoPath& path) { return !owns(path.str()); });
  return outside;
}

}  // namespace par::core
