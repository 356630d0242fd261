#include "app/claiming.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <memory>
#include <random>
#include <utility>

#include "app/agent_job.h"
#include "os/file_lock.h"
#include "os/files.h"
#include "os/process.h"
#include "os/system_clock.h"

namespace par::app {
namespace {

constexpr std::int64_t kFailedShown = 10;

// What a lease lasts when nobody says it. Claims of a job's session end with the job, and how long that may
// take is said where it is started.
constexpr Millis kLease = 3'600'000;
constexpr Millis kLeaseOfJob = 30LL * 24 * 3'600'000;

core::Moment read_moment() { return {os::boot_name(), os::SystemClock().monotonic()}; }

std::string given_or(const std::string& given, const char* variable) {
  return given.empty() ? os::environment_variable(variable).value_or("") : given;
}

// 0: not one that a run has started.
int attempt_from_environment(const std::string& agent) {
  if (os::environment_variable("PAR_AGENT") != agent) return 0;
  const auto text = os::environment_variable("PAR_ATTEMPT").value_or("");
  int attempt = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), attempt).ptr;
  return end == text.data() + text.size() && attempt > 0 ? attempt : 0;
}

store::QueueSession session_of(const Caller& caller) {
  store::QueueSession session;
  session.run = RunId(given_or(caller.run, "PAR_RUN"));
  session.who.agent = AgentName(given_or(caller.agent, "PAR_AGENT"));
  session.who.attempt = attempt_from_environment(session.who.agent.str());
  session.ttl = caller.ttl;
  return session;
}

// The lock of the job that runs this attempt; empty: there is no such job. Error (refused): it has ended.
Result<std::string> job_lock(const Project& project, const store::QueueSession& session) {
  if (session.who.attempt == 0 || !is_valid_name(session.run.str()) ||
      !is_valid_name(session.who.agent.str()))
    return std::string();
  const RunPaths paths{project.repository.state_dir(), session.run};
  auto lock = paths.jobs() + "/" + agent_job_id(session.who.agent, session.who.attempt) + "/lock";
  PAR_ASSIGN(const auto keeper, os::FileLock::holder(lock));
  if (keeper) return lock;
  if (!os::exists(lock)) return std::string();
  return refused(
             fmt::format("attempt {} of agent '{}' has ended", session.who.attempt, session.who.agent.str()))
      .hint("a process that outlived its agent has nothing left to do");
}

// Sets what the session lives by: the lock of its job, where one runs it, and how long its lease is to last
// where nobody said it. A job's call is a sign of life for those who watch it. Error (refused): the job has
// ended.
Result<void> join_job(const Project& project, store::QueueSession& session) {
  PAR_ASSIGN(session.lock, job_lock(project, session));
  const bool is_job = !session.lock.empty();
  if (session.ttl == 0) session.ttl = is_job ? kLeaseOfJob : kLease;
  const RunPaths paths{project.repository.state_dir(), session.run};
  if (is_job) static_cast<void>(os::touch(paths.heartbeat(session.who.agent)));  // nobody else asks for it
  return {};
}

Claims make_claims(store::Database database, store::QueueSession session) {
  store::Queue queue(database, read_moment);
  return {std::move(database), std::move(queue), std::move(session)};
}

// The sessions of these runs (that of no run has no name) which keep losing what they want.
Result<std::vector<store::LosingRow>> losing_in(const store::Queue& queue, const std::set<RunId>& runs) {
  PAR_ASSIGN(auto losing, queue.losing(store::kManyLosses));
  std::erase_if(losing, [&](const auto& row) { return !runs.contains(row.run); });
  return losing;
}

// Its accepted agents' items are done, claimed or not.
Result<bool> finish_accepted(Claims& claims, const core::RunState& state) {
  std::vector<AgentName> in;
  for (const auto& agent : state.agents)
    if (core::is_accepted(agent.stage)) in.push_back(agent.name);
  if (in.empty()) return false;
  PAR_TRY(claims.queue.finish_agents(state.id, in));
  return true;
}

Error no_agent() {
  return usage_error("no agent is named").hint("give --agent <agent>, or call it from an agent of a run");
}

Error run_is_over(const RunId& run) {
  return refused(fmt::format("run '{}' is over", run.str())).hint("'git par run' starts another");
}

// Whether the agent may have work of this run. What it does once its branch is in would be in no candidate.
Result<void> check_at_work(const LoadedRun& run, const AgentName& agent) {
  if (core::is_over(run.state)) return run_is_over(run.id);
  const auto* state = run.state.find(agent);
  if (state == nullptr || !core::is_accepted(state->stage)) return {};
  return refused(fmt::format("agent '{}' is accepted: its work is in", agent.str()))
      .hint("'git par status' shows who still works");
}

// What a process says that no job of ours is. A number that no attempt has would shut out the agent itself.
Result<void> check_attempt(const LoadedRun& run, const core::Claimant& who) {
  const auto* agent = run.state.find(who.agent);
  if (agent == nullptr || who.attempt <= agent->attempt) return {};
  return refused(fmt::format("agent '{}' is at attempt {}, and this is attempt {}", who.agent.str(),
                             agent->attempt, who.attempt))
      .hint("PAR_ATTEMPT is for what a run starts: unset it");
}

}  // namespace

Result<Claims> open_item_claims(const Project& project, const Caller& caller, Purpose purpose) {
  auto session = session_of(caller);
  if (session.who.agent.empty()) return no_agent();
  PAR_ASSIGN(auto database, open_state(project));
  PAR_TRY(join_job(project, session));
  if (session.lock.empty()) {
    PAR_ASSIGN(const auto run, load_run(database, session.run.str()));
    PAR_TRY(check_attempt(run, session.who));
    if (purpose == Purpose::work) PAR_TRY(check_at_work(run, session.who.agent));
    session.run = run.id;
  }
  auto claims = make_claims(std::move(database), std::move(session));
  PAR_ASSIGN(const bool laid_out, claims.queue.is_laid_out(claims.session.run));
  if (laid_out) return claims;
  PAR_ASSIGN(const auto run, load_run(claims.database, claims.session.run.str()));
  if (core::is_over(run.state)) return run_is_over(run.id);
  PAR_ASSIGN(const auto plan, claims.database.plan(run.state.plan.str()));
  PAR_TRY(claims.queue.lay_out(run.id, plan));
  PAR_TRY(finish_accepted(claims, run.state));
  return claims;
}

AgentName path_claimant(const Project& project, const std::string& given) {
  if (!given.empty()) return AgentName(given);
  const auto& repository = project.repository;
  return AgentName(repository.work_tree.empty() ? repository.common_dir : repository.work_tree);
}

Result<Claims> open_path_claims(const Project& project, const Caller& caller) {
  auto session = session_of(caller);
  session.who.agent = path_claimant(project, session.who.agent.str());
  PAR_TRY(join_job(project, session));
  if (session.lock.empty()) {
    session.run = RunId();
    session.who.attempt = 0;
  }
  PAR_ASSIGN(auto database, store::Database::open(project.repository.state_dir()));
  return make_claims(std::move(database), std::move(session));
}

Result<Claims> open_held_claims(const Project& project, const Caller& caller) {
  auto session = session_of(caller);
  const bool is_named = !session.run.empty();
  if (session.who.agent.empty()) return no_agent();
  PAR_TRY(join_job(project, session));
  PAR_ASSIGN(auto database, open_state(project));
  if (session.lock.empty()) {
    PAR_ASSIGN(const auto runs, database.runs());
    if (is_named || !runs.empty()) {
      PAR_ASSIGN(const auto run, load_run(database, session.run.str()));
      PAR_TRY(check_attempt(run, session.who));
      if (is_named && core::is_over(run.state)) return run_is_over(run.id);
      session.run = core::is_over(run.state) ? RunId() : run.id;
    }
    if (session.run.empty()) session.who.attempt = 0;
  }
  return make_claims(std::move(database), std::move(session));
}

Result<std::optional<Claims>> find_claims(const Project& project) {
  PAR_ASSIGN(auto database, store::Database::open_existing(project.repository.state_dir()));
  if (!database) return std::optional<Claims>();
  return std::optional<Claims>(make_claims(*std::move(database), {}));
}

Result<QueueView> view_queue(const store::Database& database, const RunId& run) {
  QueueView view;
  const store::Queue queue(database, read_moment);
  PAR_ASSIGN(view.losing, losing_in(queue, {run, RunId()}));
  PAR_ASSIGN(view.items, queue.counts(run));
  for (const auto& counts : view.items) {
    const auto room = kFailedShown - std::ssize(view.failed);
    if (counts.failed == 0 || room == 0) continue;
    PAR_ASSIGN(auto failed, queue.failed(run, counts.agent, room));
    std::move(failed.begin(), failed.end(), std::back_inserter(view.failed));
  }
  return view;
}

Result<std::optional<store::LosingRow>> worst_loser(const store::Database& database, const RunId& run) {
  PAR_ASSIGN(const auto losing, losing_in(store::Queue(database, read_moment), {run}));
  const auto worst = std::max_element(losing.begin(), losing.end(),
                                      [](const auto& a, const auto& b) { return a.losses < b.losses; });
  return worst == losing.end() ? std::nullopt : std::optional(*worst);
}

Result<std::set<ItemId>> items_left_undone(const store::Database& database, const RunId& run,
                                           const AgentName& agent) {
  return store::Queue(database, read_moment).left_undone(run, agent);
}

Result<core::UndoneItems> items_left_undone(const store::Database& database, const RunId& run,
                                            const std::vector<core::Step>& steps) {
  core::UndoneItems undone;
  for (const auto& step : steps) {
    PAR_ASSIGN(auto items, items_left_undone(database, run, step.agent));
    if (!items.empty()) undone.emplace(step.agent, std::move(items));
  }
  return undone;
}

Result<void> end_claims(const store::Database& database, const RunId& run) {
  return store::Queue(database, read_moment).end_sessions(run);
}

Result<void> forget_queue(const store::Database& database, const RunId& run) {
  return store::Queue(database, read_moment).forget(run);
}

Result<store::NextItems> next_items(Claims& claims, std::size_t count,
                                    const std::optional<std::string>& category) {
  const auto random = [device = std::make_shared<std::random_device>()] {
    return (std::uint64_t{(*device)()} << 32U) | (*device)();
  };
  PAR_ASSIGN(auto answer, claims.queue.next(claims.session, count, category, random));
  if (!answer.items.empty() || !answer.waiting) return answer;
  PAR_ASSIGN(const auto run, load_run(claims.database, claims.session.run.str()));
  PAR_ASSIGN(const bool finished, finish_accepted(claims, run.state));
  if (!finished) return answer;
  return claims.queue.next(claims.session, count, category, random);
}

Result<Released> sort_released(const Project& project, const Caller& caller,
                               const std::vector<std::string>& names) {
  Released released;
  PAR_ASSIGN(const auto claims, find_claims(project));
  RunId run = session_of(caller).run;
  if (claims && run.empty()) {
    PAR_ASSIGN(const auto runs, claims->database.runs());
    if (!runs.empty()) run = runs.back().id;
  }
  for (const auto& name : names) {
    bool is_item = false;
    if (claims) {
      PAR_ASSIGN(is_item, claims->queue.has_item(run, ItemId(name)));
    }
    (is_item ? released.items : released.paths).push_back(name);
  }
  return released;
}

Result<std::vector<RepoPath>> paths_from_root(const Project& project, const std::vector<std::string>& paths) {
  std::vector<RepoPath> found;
  for (const auto& path : paths) {
    PAR_ASSIGN(auto place, path_from_root(project, path));
    found.push_back(std::move(place));
  }
  return found;
}

}  // namespace par::app
