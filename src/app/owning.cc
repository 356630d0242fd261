#include "app/owning.h"

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "app/codeowners_file.h"
#include "core/codeowners_index.h"
#include "core/owner_index.h"
#include "core/plan.h"

namespace par::app {
namespace {

Result<std::vector<RepoPath>> asked_paths(const Project& project, const OwnersOptions& options,
                                          const ObjectId& commit) {
  if (options.paths.empty()) return project.objects->paths(commit);
  std::vector<RepoPath> paths;
  for (const auto& path : options.paths) {
    PAR_ASSIGN(auto asked, path_from_root(project, path));
    if (asked.empty()) return Error(fmt::format("'{}' is the whole repository", path));
    paths.push_back(std::move(asked));
  }
  return paths;
}

bool is_by_codeowners(const Base& base, const OwnersOptions& options) {
  return options.codeowners || base.config.owners_from_codeowners || base.config.agents.empty();
}

Result<std::vector<core::Ownership>> ownerships_of(const Project& project, const Base& base) {
  std::vector<core::Ownership> ownerships;
  for (const auto& agent : base.config.agents) {
    PAR_ASSIGN(auto ownership, core::Ownership::parse(agent, project.repository.folding()));
    ownerships.push_back(std::move(ownership));
  }
  return ownerships;
}

using Lookup = std::function<std::vector<std::string>(const RepoPath& path)>;

Lookup by_agents(const std::vector<core::AgentSpec>& agents, const std::vector<core::Ownership>& ownerships) {
  const auto index = std::make_shared<core::OwnerIndex>(ownerships);
  return [&agents, index](const RepoPath& path) {
    std::vector<std::string> names;
    for (const auto i : index->owners_of(path.str())) names.push_back(agents[i].name.str());
    return names;
  };
}

Lookup by_codeowners(const core::Codeowners& file) {
  const auto index = std::make_shared<core::CodeownersIndex>(file);
  return [index](const RepoPath& path) {
    std::vector<std::string> names;
    for (const auto i : index->owners_of(path.str())) names.push_back(index->owners()[i]);
    return names;
  };
}

using Paths = std::vector<RepoPath>;

Result<OwnersSource> ask(const Project& project, const OwnersOptions& options, const Base& base,
                         const Paths& paths, const OnOwned& on_owned) {
  OwnersSource source{".gitpar.toml", base.warnings};
  Lookup lookup;
  if (is_by_codeowners(base, options)) {
    PAR_ASSIGN(const auto file, read_codeowners(project, base.commit));
    source = {file.path.str(), file.warnings};
    lookup = by_codeowners(file.content);
  } else {
    PAR_ASSIGN(const auto ownerships, ownerships_of(project, base));
    lookup = by_agents(base.config.agents, ownerships);
  }
  for (const auto& path : paths) on_owned(path, lookup(path));
  return source;
}

}  // namespace

Result<OwnersSource> list_owners(const Project& project, const OwnersOptions& options,
                                 const OnOwned& on_owned) {
  PAR_ASSIGN(const auto base, read_target(project, options.target));
  PAR_ASSIGN(const auto paths, asked_paths(project, options, base.commit));
  return ask(project, options, base, paths, on_owned);
}

Result<OwnersCheck> check_owners(const Project& project, const OwnersOptions& options) {
  PAR_ASSIGN(const auto base, read_target(project, options.target));
  PAR_ASSIGN(const auto paths, asked_paths(project, options, base.commit));
  OwnersCheck check;
  check.paths = paths.size();
  PAR_ASSIGN(check.source, ask(project, options, base, paths, [&](const RepoPath& path, const auto& owners) {
               if (owners.empty()) check.unowned.push_back(path);
             }));
  // Several owners of a path are no overlap in CODEOWNERS: they answer for it together.
  if (is_by_codeowners(base, options)) return check;
  PAR_ASSIGN(const auto ownerships, ownerships_of(project, base));
  PAR_ASSIGN(check.overlaps, core::find_overlaps(base.config.agents, ownerships, paths));
  return check;
}

}  // namespace par::app
