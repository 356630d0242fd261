#include "app/pre_commit.h"

#include <fmt/format.h>

#include <map>

#include "app/claiming.h"
#include "base/strings.h"
#include "git/hooks.h"
#include "os/files.h"

namespace par::app {
namespace {

// By folded path, "" for all of the repository: who holds it, and what is below.
using Held = std::map<std::string, AgentName>;

Result<Held> held_by_others(const Claims& claims, const AgentName& agent, Folding folding) {
  Held held;
  PAR_ASSIGN(const auto rows, claims.queue.claims());
  for (const auto& row : rows)
    if (row.item.empty() && row.who.agent != agent)
      for (const auto& path : row.paths) held.emplace(fold_name(path, folding), row.who.agent);
  return held;
}

// The claim that covers the path: of itself or of a directory above it.
Held::const_iterator find_claim(const Held& held, const std::string& path) {
  for (auto end = path.size(); end != std::string::npos; end = end == 0 ? end - 1 : path.rfind('/', end - 1))
    if (const auto at = held.find(path.substr(0, end)); at != held.end()) return at;
  return held.find("");
}

}  // namespace

Result<void> check_claims(const Project& project, const std::string& cwd, const std::string& agent) {
  if (os::exists(project.repository.git_dir + "/MERGE_HEAD")) return {};
  PAR_ASSIGN(const auto claims, find_claims(project));
  if (!claims) return {};
  const auto folding = project.repository.folding();
  PAR_ASSIGN(const auto held, held_by_others(*claims, path_claimant(project, agent), folding));
  if (held.empty()) return {};
  PAR_ASSIGN(const auto staged, git::staged_paths(cwd));
  for (const auto& path : staged) {
    const auto claim = find_claim(held, fold_name(path.str(), folding));
    if (claim == held.end()) continue;
    const auto& owner = claim->second;
    auto error =
        refused(fmt::format("'{}' is claimed by {}", quote_path(path.str()), core::claimant_text(owner)));
    if (agent.empty())
      error.hints.push_back(
          fmt::format("if that is you, commit with PAR_AGENT={}", shell_quote(owner.str())));
    return std::move(error)
        .hint("'git par claims' shows what is claimed, and for how long")
        .hint("'git commit --no-verify' commits without this check");
  }
  return {};
}

}  // namespace par::app
