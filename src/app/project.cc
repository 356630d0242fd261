#include "app/project.h"

#include <fmt/format.h>

#include "base/strings.h"
#include "config/config_file.h"
#include "git/command.h"
#include "git/refs.h"
#include "os/files.h"

namespace par::app {
namespace {

constexpr const char* kConfigName = ".gitpar.toml";
constexpr std::string_view kBranchRefs = "refs/heads/";
constexpr std::string_view kRemoteRefs = "refs/remotes/";

Error no_config(const Project& project, const std::string& where) {
  const std::string& root = project.repository.work_tree;
  auto error = Error(fmt::format("no '{}' in '{}'", kConfigName, where));
  if (!root.empty() && os::exists(root + "/" + kConfigName))
    return std::move(error).hint("commit it first: agents start from what is committed");
  return std::move(error).hint(
      "write one, see gitpar.toml(5), and commit it; 'git par demo' shows a complete example");
}

// From the same commit as the configuration: what an agent left in its worktree is nobody's prompt.
Result<void> read_prompts(const Project& project, const ObjectId& commit, config::Parsed& parsed) {
  for (const auto& file : parsed.prompt_files) {
    PAR_ASSIGN(auto text, project.objects->file_at(commit, file.path));
    if (!text)
      return Error(fmt::format("{}: there is no '{}'", file.where, quote_path(file.path.str())))
          .hint("commit it first: prompts are read from what is committed");
    parsed.config.agents[file.agent].prompt = *std::move(text);
  }
  return {};
}

Result<std::optional<config::Parsed>> find_config_at(const Project& project, const ObjectId& commit,
                                                     const std::string& where) {
  PAR_ASSIGN(const auto text, project.objects->file_at(commit, RepoPath(kConfigName)));
  if (!text) return std::optional<config::Parsed>();
  PAR_ASSIGN(auto parsed, config::parse_config(*text, where + ":" + kConfigName));
  return std::optional(std::move(parsed));
}

// The branch to land on when the command line names none.
Result<std::string> default_target(const Project& project) {
  PAR_ASSIGN(const auto head, git::resolve_commit(project.repository, "HEAD"));
  if (!head)
    return Error("there is no commit yet").hint("commit something first: agents start from a commit");
  PAR_ASSIGN(const auto parsed, find_config_at(project, *head, "HEAD"));
  if (parsed && !parsed->config.target.empty()) return parsed->config.target;
  if (project.repository.head) return short_name(*project.repository.head);
  if (!parsed) return no_config(project, "HEAD");
  return Error("HEAD is detached and no target is named")
      .hint(fmt::format("set 'target' in '{}', or give --target <branch>", kConfigName));
}

}  // namespace

Result<Project> find_project(const std::string& cwd) {
  PAR_ASSIGN(git::Repository repository, git::discover(cwd));
  PAR_ASSIGN(core::UserSettings user, config::parse_user_settings(repository.settings));
  return Project{std::move(repository), nullptr, std::move(user)};
}

Result<Project> open_project(const std::string& cwd) {
  PAR_TRY(git::require_git());
  PAR_ASSIGN(auto project, find_project(cwd));
  PAR_ASSIGN(git::Objects objects, git::Objects::open(project.repository.common_dir));
  project.objects = std::make_unique<git::Objects>(std::move(objects));
  return project;
}

Result<RepoPath> path_from_root(const Project& project, const std::string& path) {
  if (path.empty())
    return usage_error("an empty string names no path")
        .hint("'.' is the current directory, with all below it");
  const std::string root = "/repository";
  const std::string place = os::absolute_path(path, root + "/" + project.repository.prefix);
  if (place == root) return RepoPath();
  if (place.starts_with(root + "/")) return RepoPath(place.substr(root.size() + 1));
  return Error(fmt::format("'{}' is outside the repository", path));
}

RefName branch_named(const std::string& name) {
  return RefName(name.starts_with(kBranchRefs) ? name : std::string(kBranchRefs) + name);
}

Error no_target(const Project& project, const RefName& target) {
  const std::string name = short_name(target);
  Error error(fmt::format("the target branch '{}' does not exist", name));
  const auto remote = git::list_refs(project.repository, std::string(kRemoteRefs) + "*/" + name);
  if (!remote || remote->empty()) return std::move(error).hint("see 'git branch'");
  return std::move(error).hint(
      fmt::format("'git branch {} {}' makes it from the remote's", display_text(name),
                  display_text(remote->front().first.str().substr(kRemoteRefs.size()))));
}

Result<RefName> find_target(const Project& project, const std::string& name) {
  if (!name.empty()) return branch_named(name);
  PAR_ASSIGN(const auto found, default_target(project));
  return branch_named(found);
}

Result<Base> read_target(const Project& project, const std::string& target) {
  PAR_ASSIGN(const RefName ref, find_target(project, target));
  PAR_ASSIGN(const auto tip, git::read_ref(project.repository, ref));
  if (!tip) return no_target(project, ref);
  Base base{ref, *tip, {}, {}, false};
  PAR_ASSIGN(auto parsed, find_config_at(project, *tip, short_name(ref)));
  if (!parsed) return base;
  PAR_TRY(read_prompts(project, *tip, *parsed));
  base.has_config = true;
  base.config = std::move(parsed->config);
  base.warnings = std::move(parsed->warnings);
  return base;
}

Result<Base> read_base(const Project& project, const std::string& target) {
  PAR_ASSIGN(auto base, read_target(project, target));
  if (!base.has_config) return no_config(project, short_name(base.target));
  return base;
}

Result<store::RunRow> find_run(const store::Database& database, const std::string& id) {
  PAR_ASSIGN(const auto runs, database.runs());
  if (runs.empty()) return Error("there is no run yet").hint("'git par run' starts one");
  const store::RunRow* row = id.empty() ? &runs.back() : nullptr;
  for (const auto& candidate : runs)
    if (candidate.id.str() == id) row = &candidate;
  if (row == nullptr)
    return Error(fmt::format("there is no run '{}'", id))
        .hint(fmt::format("the newest is '{}'", runs.back().id.str()));
  return *row;
}

Result<LoadedRun> load_run(const store::Database& database, const std::string& id) {
  PAR_ASSIGN(const auto row, find_run(database, id));
  return load_run(database, row);
}

Result<LoadedRun> load_run(const store::Database& database, const store::RunRow& row) {
  PAR_ASSIGN(core::PlanHead head, database.plan_head(row.plan));
  PAR_ASSIGN(auto events, database.events(row.id));
  core::RunState state = core::initial_state(row.id, head.plan);
  for (const auto& event : events) core::apply_event(state, event);
  return LoadedRun{row.id, std::move(head), std::move(state), std::move(events)};
}

Result<store::Database> open_state(const Project& project) {
  PAR_ASSIGN(auto database, store::Database::open_existing(project.repository.state_dir()));
  if (!database) return Error("there is no run yet").hint("'git par run' starts one");
  return std::move(*database);
}

}  // namespace par::app
