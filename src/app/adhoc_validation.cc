#include "app/adhoc_validation.h"

#include <map>

#include "app/agent_job.h"
#include "app/session.h"
#include "app/validator.h"

namespace par::app {
namespace {

// The name under which its worktree, jobs and logs are kept apart from those of runs.
const RunId kAdhocRun("validate");

}  // namespace

Result<ValidatedCommits> validate_commits(Project& project, store::Database& database, AdhocValidation what) {
  const RunPaths paths{project.repository.state_dir(), kAdhocRun};
  PAR_ASSIGN(const auto lock, try_run_lock(paths));
  if (!lock) return refused("another 'git par validate' is at work here").hint("wait until it has ended");
  PAR_TRY(end_old_validations(paths));
  PAR_ASSIGN(const auto who, git::committer(project.repository));
  git::RunWorkspace workspace(project.repository, *project.objects, kAdhocRun, what.config.worktrees, who);
  PAR_ASSIGN(const auto executor, os::make_executor(os::ExecutorKind::local, paths.jobs()));
  PAR_ASSIGN(auto settings, make_validator_settings(project, paths, who, what.config.validations));
  std::map<ObjectId, std::string> revisions;  // by tree: the first that has it
  if (what.on_run)
    settings.on_run = [&](const core::ValidationSpec& spec, const ObjectId& tree) {
      what.on_run(revisions.at(tree), spec.name);
    };
  Validator validator(what.config.validations, workspace, database, *executor, std::move(settings));
  std::vector<std::string> names;
  for (const auto& spec : what.config.validations) names.push_back(spec.name);
  std::vector<core::AwaitValidation> wanted;  // each tree once, in the order of the commits
  for (auto& commit : what.commits) {
    PAR_ASSIGN(const auto info, project.objects->commit(commit.commit));
    commit.tree = info.tree;
    if (revisions.emplace(commit.tree, commit.revision).second)
      wanted.push_back({commit.commit, commit.tree, names});
  }
  auto results = validate_all(validator, *executor, wanted, what.interrupts);
  PAR_TRY(workspace.remove_run());
  if (!results) return std::move(results).error();
  for (auto& commit : what.commits) commit.results = results->at(commit.tree);
  return ValidatedCommits{std::move(what.commits), validator.runs(), validator.hits()};
}

Result<std::vector<core::RecordedValidation>> recorded_validations(
    const Project& project, const store::Database* database,
    const std::vector<core::ValidationSpec>& validations, const ObjectId& commit) {
  std::vector<core::RecordedValidation> recorded;
  if (validations.empty()) return recorded;
  PAR_ASSIGN(const auto info, project.objects->commit(commit));
  PAR_ASSIGN(const auto who, git::committer(project.repository));
  PAR_ASSIGN(const auto context, validation_context(project, who, validations));
  for (const auto& spec : validations) {
    core::RecordedValidation& one = recorded.emplace_back(core::RecordedValidation{spec.name, std::nullopt});
    if (database == nullptr) continue;
    PAR_ASSIGN(const auto key, validation_key(spec, info.tree, context));
    PAR_ASSIGN(one.result, database->cached_result(key));
  }
  return recorded;
}

}  // namespace par::app
