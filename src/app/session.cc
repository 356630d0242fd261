#include "app/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <thread>

#include "app/claiming.h"
#include "app/environment.h"
#include "base/strings.h"
#include "git/refs.h"
#include "os/files.h"
#include "os/jobs.h"

namespace par::app {
namespace {

// Agents that --agents makes of nothing can be planned, but not run.
Result<void> check_commands(const core::Plan& plan) {
  for (const auto& agent : plan.agents)
    if (agent.spec.run.empty() && agent.branch.ref.empty())
      return Error(fmt::format("agent '{}' has no command", agent.spec.name.str()))
          .hint("add an [agent.<name>] with 'run' to '.gitpar.toml'; --agents then divides its work");
  return {};
}

os::Environment with_identity(os::Environment env, const git::Signature& who) {
  env.push_back("GIT_AUTHOR_NAME=" + who.name);
  env.push_back("GIT_AUTHOR_EMAIL=" + who.email);
  env.push_back("GIT_COMMITTER_NAME=" + who.name);
  env.push_back("GIT_COMMITTER_EMAIL=" + who.email);
  return env;
}

// Validations use more than one core themselves, as a rule.
std::size_t validation_slots(const core::UserSettings& user) {
  if (user.validations > 0) return static_cast<std::size_t>(user.validations);
  return std::clamp(std::thread::hardware_concurrency() / 2, 1U, 4U);
}

// Twice as many take 3 to 5 % longer where the files are in memory, and as long on a disk.
std::size_t fills_at_once() { return std::max(1U, std::thread::hardware_concurrency()); }

// From 0 up to, but not including, 1.
std::function<double()> random_fraction() {
  return [device = std::make_shared<std::random_device>()] {
    return static_cast<double>((*device)()) / (static_cast<double>(std::random_device::max()) + 1);
  };
}

// An agent that starts agents of its own repository gets itself among them, and so on without end.
Result<void> check_not_nested(const Project& project, const SessionOptions& options) {
  const auto job = os::environment_variable("PAR_JOB_DIR").value_or("");
  if (!options.start_agents || !job.starts_with(project.repository.state_dir() + "/jobs/")) return {};
  return refused("an agent cannot start agents of the repository it works for")
      .hint("'git par next' gives it more to do; a run is started from outside");
}

// Gives the run its name, and records its start. Starts come one after the other: what another one makes
// under the name that was found free would be taken for something that is left.
Result<RunId> record_start(const Project& project, store::Database& database, core::Plan plan,
                           const SessionOptions& options) {
  const std::string locks = project.repository.state_dir() + "/locks";
  PAR_TRY(os::make_directories(locks, 0700));
  PAR_ASSIGN(const auto alone, os::FileLock::acquire(locks + "/start.lock"));
  PAR_ASSIGN(const RunId next, database.next_run_id());
  PAR_TRY(check_free(project, plan, next));
  PAR_ASSIGN(plan.id, database.put_plan(plan));
  PAR_TRY(database.put_work(plan));
  PAR_ASSIGN(const auto base, project.objects->commit(plan.base));
  const bool canary = (plan.canary || options.canary) && plan.agents.size() > 1;
  const core::RunStarted started{plan.id, plan.base, base.tree, canary ? core::canary_of(plan) : AgentName()};
  std::vector<core::EventBody> further;
  if (options.landing) further.emplace_back(*options.landing);
  return database.create_run(started, os::SystemClock().wall(), further);
}

}  // namespace

Result<void> check_free(const Project& project, const core::Plan& plan, const RunId& run) {
  PAR_ASSIGN(const auto refs, git::list_refs(project.repository, "refs/heads/par"));
  const std::string own = "refs/heads/par/" + run.str();
  for (const auto& [ref, oid] : refs) {
    if (ref.str() != "refs/heads/par" && ref.str() != own && !ref.str().starts_with(own + "/")) continue;
    return Error(fmt::format("branch '{}' already exists", short_name(ref)))
        .hint(fmt::format("run '{}' needs that name: rename the branch with 'git branch -m'", run.str()));
  }
  // What a lost record has left would be taken for this run's: results of jobs, a candidate.
  const auto jobs = RunPaths{project.repository.state_dir(), run}.jobs();
  PAR_ASSIGN(const auto own_refs, git::list_refs(project.repository, "refs/par/" + run.str() + "/"));
  if (os::exists(jobs) || !own_refs.empty())
    return Error(fmt::format("'{}' is left of a run '{}' that is not in the record",
                             own_refs.empty() ? jobs : own_refs.begin()->first.str(), run.str()))
        .hint(
            fmt::format("put '{}/state.db' back, or move away what is left", project.repository.state_dir()));
  for (const auto& agent : plan.agents) {
    if (!agent.branch.ref.empty()) continue;
    const auto path = git::worktree_path(project.repository, plan.worktrees, run, agent.spec.name);
    PAR_ASSIGN(const auto entries, os::list_directory(path));
    const bool empty_directory = os::is_directory(path) && entries.empty();
    if (os::exists(path) && !empty_directory)
      return Error(fmt::format("'{}' already exists", path))
          .hint("move it away, or set 'worktrees' in '.gitpar.toml'");
  }
  return {};
}

Result<void> end_old_validations(const RunPaths& paths) {
  PAR_ASSIGN(const auto jobs, os::list_jobs(paths.jobs()));
  std::vector<std::string> old;
  for (const auto& job : jobs)
    if (job.alive && job.id.starts_with("v.")) old.push_back(job.id);
  return os::stop_jobs(paths.jobs(), old, 10000);
}

Result<std::optional<os::FileLock>> try_run_lock(const RunPaths& paths) {
  PAR_TRY(os::make_directories(os::parent_directory(paths.lock()), 0700));
  return os::FileLock::try_acquire(paths.lock());
}

Result<os::FileLock> take_run_lock(const RunPaths& paths) {
  PAR_ASSIGN(auto lock, try_run_lock(paths));
  if (lock) return std::move(*lock);
  PAR_ASSIGN(const auto holder, os::FileLock::holder(paths.lock()));
  return refused(
             fmt::format("run '{}' is being worked on by process {}", paths.run.str(), holder.value_or(0)))
      .hint("'git par status' shows it, 'git par stop' ends it");
}

Result<ValidationContext> validation_context(const Project& project, const git::Signature& who,
                                             const std::vector<core::ValidationSpec>& validations) {
  ValidationContext context;
  context.environment = with_identity(allowed_environment(os::current_environment(), {}), who);
  if (!validations.empty()) {
    PAR_ASSIGN(context.toolchain,
               toolchain_fingerprint(project.user, project.repository.main_root, context.environment));
  }
  context.restrict_tree = restrict_by_patterns(*project.objects, project.repository.folding());
  return context;
}

Result<ValidatorSettings> make_validator_settings(const Project& project, const RunPaths& paths,
                                                  const git::Signature& who,
                                                  const std::vector<core::ValidationSpec>& validations) {
  ValidatorSettings settings;
  PAR_ASSIGN(settings.context, validation_context(project, who, validations));
  settings.log_dir = paths.logs();
  settings.report_dir = paths.state_dir + "/reports/" + paths.run.str();
  settings.log_limit = project.user.log_limit;
  settings.slots = validation_slots(project.user);
  return settings;
}

Session::Session(os::FileLock lock, core::Plan plan, RunPaths paths)
    : lock_(std::move(lock)), plan_(std::move(plan)), paths_(std::move(paths)) {}

Result<void> Session::assemble(Project& project, store::Database& database, core::RunState state,
                               Reporter& reporter, const SessionOptions& options) {
  PAR_ASSIGN(const auto who, git::committer(project.repository));
  workspace_ = std::make_unique<git::RunWorkspace>(project.repository, *project.objects, paths_.run,
                                                   plan_.worktrees, who);
  if (state.landing.requested)
    plan_.strategy = state.landing.strategy;
  else if (options.strategy)
    plan_.strategy = *options.strategy;
  PAR_ASSIGN(executor_, os::make_executor(options.executor, paths_.jobs()));
  EngineSettings settings;
  settings.paths = paths_;
  settings.agent_environment =
      with_identity(allowed_environment(os::current_environment(), project.user.agent_env), who);
  PAR_ASSIGN(validator_settings_, make_validator_settings(project, paths_, who, plan_.validations));
  settings.validator = validator_settings_;
  settings.log_limit = project.user.log_limit;
  settings.main_root = project.repository.main_root;
  settings.jobs = options.jobs > 0 ? options.jobs : plan_.jobs;
  settings.fills = fills_at_once();
  settings.start_agents = options.start_agents;
  settings.random = random_fraction();
  settings.loser = [&database, run = paths_.run] { return worst_loser(database, run); };
  settings.undone = [&database, run = paths_.run](const std::vector<core::Step>& steps) {
    return items_left_undone(database, run, steps);
  };
  settings.end_claims = [&database, run = paths_.run] { return end_claims(database, run); };
  settings.interrupts = options.interrupts;
  engine_ = std::make_unique<Engine>(plan_, std::move(state),
                                     EnginePorts{database, *workspace_, *executor_, clock_, reporter},
                                     std::move(settings));
  return {};
}

Result<std::unique_ptr<Session>> Session::start(Project& project, store::Database& database, core::Plan plan,
                                                Reporter& reporter, const SessionOptions& options) {
  PAR_TRY(check_not_nested(project, options));
  PAR_TRY(git::committer(project.repository));
  PAR_TRY(check_commands(plan));
  PAR_ASSIGN(const RunId run, record_start(project, database, std::move(plan), options));
  return open(project, database, run.str(), reporter, options);
}

Result<std::unique_ptr<Session>> Session::open(Project& project, store::Database& database,
                                               const std::string& run, Reporter& reporter,
                                               const SessionOptions& options) {
  PAR_TRY(check_not_nested(project, options));
  PAR_ASSIGN(const auto found, find_run(database, run));
  RunPaths paths{project.repository.state_dir(), found.id};
  PAR_ASSIGN(auto lock, take_run_lock(paths));
  // Under its lock: until then another process may add to it.
  PAR_ASSIGN(auto loaded, load_run(database, found));
  if (loaded.state.finished == core::RunEnd::cleaned)
    return refused(fmt::format("run '{}' was cleaned", found.id.str()))
        .hint(fmt::format("its work is saved under 'refs/par/salvage/{}/'", found.id.str()));
  PAR_ASSIGN(core::Plan plan, database.plan(loaded.head.plan.id.str()));
  PAR_TRY(end_old_validations(paths));
  std::unique_ptr<Session> session(new Session(std::move(lock), std::move(plan), std::move(paths)));
  PAR_TRY(session->assemble(project, database, std::move(loaded.state), reporter, options));
  return session;
}

Result<std::optional<int>> worker_of(const RunPaths& paths) { return os::FileLock::holder(paths.lock()); }

}  // namespace par::app
