#include "app/adhoc_validation.h"

#include "app/agent_job.h"
#include "app/session.h"
#include "app/validator.h"

namespace par::app {
namespace {

// The name under which its worktree, jobs and logs are kept apart from those of runs.
const RunId kAdhocRun("validate");

}  // namespace

Result<std::vector<CommitResults>> validate_commits(Project& project, store::Database& database,
                                                    AdhocValidation what) {
  const RunPaths paths{project.repository.state_dir(), kAdhocRun};
  PAR_ASSIGN(const auto lock, try_run_lock(paths));
  if (!lock) return refused("another 'git par validate' is at work here").hint("wait until it has ended");
  PAR_TRY(end_old_validations(paths));
  PAR_ASSIGN(const auto who, git::committer(project.repository));
  git::RunWorkspace workspace(project.repository, *project.objects, kAdhocRun, what.config.worktrees, who);
  PAR_ASSIGN(const auto executor, os::make_executor(os::ExecutorKind::local, paths.jobs()));
  PAR_ASSIGN(auto settings, make_validator_settings(project, paths, what.config.validations));
  Validator validator(what.config.validations, workspace, database, *executor, std::move(settings));
  std::vector<std::string> names;
  for (const auto& spec : what.config.validations) names.push_back(spec.name);
  for (auto& commit : what.commits) {
    PAR_ASSIGN(const auto info, project.objects->commit(commit.commit));
    commit.tree = info.tree;
    auto results = validate_all(validator, *executor, {{commit.commit, commit.tree, names}}, what.interrupts);
    if (!results) {
      PAR_TRY(workspace.remove_run());
      return std::move(results).error();
    }
    commit.results = std::move(results->at(commit.tree));
  }
  PAR_TRY(workspace.remove_run());
  return std::move(what.commits);
}

Result<std::vector<core::RecordedValidation>> recorded_validations(
    const Project& project, const store::Database* database,
    const std::vector<core::ValidationSpec>& validations, const ObjectId& commit) {
  std::vector<core::RecordedValidation> recorded;
  if (validations.empty()) return recorded;
  PAR_ASSIGN(const auto info, project.objects->commit(commit));
  PAR_ASSIGN(const auto context, validation_context(project, validations));
  for (const auto& spec : validations) {
    core::RecordedValidation& one = recorded.emplace_back(core::RecordedValidation{spec.name, std::nullopt});
    if (database == nullptr) continue;
    PAR_ASSIGN(const auto key, validation_key(spec, info.tree, context));
    PAR_ASSIGN(one.result, database->cached_result(key));
  }
  return recorded;
}

}  // namespace par::app
