#include "core/door.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/strings.h"
#include "core/ownership.h"

namespace par::core {
namespace {

constexpr std::size_t kPathsShown = 3;

std::string quoted(const RepoPath& path) {
  const std::string text = quote_path(path.str());
  return text == path.str() ? "'" + text + "'" : text;
}

// "'a', 'b', 'c' and 4 more"
std::string some_quoted(const std::vector<RepoPath>& paths) {
  std::vector<std::string> shown;
  shown.reserve(paths.size());
  for (const auto& path : paths) shown.push_back(quoted(path));
  return some_of(shown, kPathsShown);
}

std::vector<RepoPath> changed_paths(const BranchFacts& facts) {
  std::vector<RepoPath> paths = facts.committed;
  paths.insert(paths.end(), facts.uncommitted.begin(), facts.uncommitted.end());
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  return paths;
}

}  // namespace

EventBody judge_branch(const Plan& plan, const AgentName& agent, int attempt, const BranchFacts& facts) {
  const auto reject = [&](RejectKind kind, std::string reason) {
    AgentRejected rejected;
    rejected.agent = agent;
    rejected.attempt = attempt;
    rejected.kind = kind;
    rejected.reason = std::move(reason);
    return rejected;
  };
  if (!facts.on_branch)
    return reject(RejectKind::off_branch, "left its branch: its worktree is not on it any more");
  if (!facts.descends)
    return reject(RejectKind::off_branch,
                  "rewrote history: its branch does not hold the commit it started from");

  const PlannedAgent* planned = plan.find(agent);
  check(planned != nullptr, "a branch of an agent that is not in the plan");
  const auto ownership = Ownership::parse(planned->spec, plan.folding());
  check(ownership.has_value(), "a plan with a pattern that cannot be read");
  const auto changed = changed_paths(facts);
  if (const auto outside = ownership->outside(changed); !outside.empty())
    return reject(RejectKind::outside_ownership,
                  fmt::format("changed {}, which it does not own", some_quoted(outside)));
  if (!facts.unmerged.empty())
    return reject(RejectKind::failed,
                  fmt::format("left an unresolved merge in {}", some_quoted(facts.unmerged)));
  if (!facts.repositories.empty())
    return reject(RejectKind::failed,
                  fmt::format("made a repository in {}", some_quoted(facts.repositories)));
  if (changed.empty()) return reject(RejectKind::no_change, "no change");

  AgentCollected collected;
  collected.agent = agent;
  collected.attempt = attempt;
  collected.tip = facts.tip;
  for (const auto& path : changed) collected.files.push_back(path.str());
  collected.commits = facts.commits;
  return collected;
}

}  // namespace par::core
