#include "app/pull_requests.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "app/pushing.h"
#include "base/check.h"
#include "base/stable_hash.h"
#include "base/strings.h"
#include "core/backoff.h"
#include "core/landing_commits.h"
#include "core/trailers.h"
#include "git/push.h"
#include "git/refs.h"
#include "os/crash_point.h"

namespace par::app {
namespace {

// Of a plan's id: they tell the runs of two clones apart that are called r1.
constexpr std::size_t kPlanDigits = 8;
constexpr std::size_t kKeyDigits = 25;

std::string pull_refs(const RunId& run) { return fmt::format("refs/par/{}/pr/", run.str()); }

// Of any run.
bool is_pull_ref(const RefName& ref) {
  const auto parts = split(ref.str(), '/');
  return parts.size() == 5 && parts[3] == "pr";
}

// par/r1-1f3c2d90: one level, so that it is never in the way of another.
std::string head_prefix(const core::RunState& state) {
  std::string_view plan = state.plan.str();
  plan.remove_prefix(std::min(plan.find('-') + 1, plan.size()));
  return fmt::format("refs/heads/par/{}-{}", state.id.str(), plan.substr(0, kPlanDigits));
}

// ---- what should be there

// The same for commits that would differ in nothing but their date and what a signature makes of it.
std::string key_of(const ObjectId& onto, const std::vector<core::CommitSpec>& commits, bool is_signed) {
  std::string text = onto.str() + (is_signed ? " signed" : "");
  for (const auto& commit : commits) {
    text += '\n' + commit.tree.str() + ' ' + commit.author_of.str() + ' ' + commit.message_of.str();
    for (const auto& parent : commit.merged) text += ' ' + parent.str();
    text += fmt::format("\n{} {}", commit.message.size(), commit.message);
  }
  return base32(stable_hash(text), kKeyDigits);
}

using Refs = std::vector<std::pair<RefName, ObjectId>>;

// On disk before anything is pushed: what the remote has is known again after a power cut.
Result<void> keep(const Project& project, Session& session, const Refs& refs) {
  PAR_TRY(os::crash_point("pull.built"));
  PAR_TRY(session.workspace().make_durable());
  PAR_TRY(git::set_refs(project.repository, refs));
  PAR_TRY(session.workspace().make_durable());
  return os::crash_point("pull.kept");
}

Result<std::vector<core::Step>> steps_of(const Session& session) {
  const auto& state = session.state();
  auto steps = core::steps_that_change(state, state.integration.steps);
  if (steps.empty())
    return refused(fmt::format("run '{}' has nothing that '{}' does not have", state.id.str(),
                               short_name(session.plan().target)));
  return steps;
}

// In the order of the plan: that in which they were accepted is another one each time.
auto as_planned(const core::RunState& state) {
  return
      [&state](const AgentName& a, const AgentName& b) { return state.numbers.at(a) < state.numbers.at(b); };
}

Result<ObjectId> commit_of_run(const Project& project, Session& session, const std::vector<core::Step>& steps,
                               const core::UndoneItems& undone) {
  const auto& integration = session.state().integration;
  const auto commits = core::landing_commits(session.plan(), session.state(), steps, undone);
  check(commits.back().tree == integration.steps.back().tree,
        "the pull request's tree is not the one that was validated");
  const RefName ref(pull_refs(session.state().id) +
                    key_of(integration.base, commits, project.repository.sign));
  PAR_ASSIGN(const auto written, git::read_ref(project.repository, ref));
  if (written) return *written;
  PAR_ASSIGN(const ObjectId commit, session.workspace().write_commits(integration.base, commits));
  PAR_TRY(keep(project, session, {{ref, commit}}));
  return commit;
}

Result<Pull> pull_of_run(const Project& project, Session& session) {
  const auto& state = session.state();
  PAR_ASSIGN(const auto steps, steps_of(session));
  Pull pull;
  for (const auto& step : steps) pull.agents.push_back(step.agent);
  std::sort(pull.agents.begin(), pull.agents.end(), as_planned(state));
  pull.head = RefName(head_prefix(state));
  PAR_ASSIGN(const auto undone, session.engine().undone(steps));
  PAR_ASSIGN(pull.commit, commit_of_run(project, session, steps, undone));
  core::Plan plan = session.plan();
  plan.strategy = core::Strategy::single;  // one message for all of it
  pull.message = core::landing_commits(plan, state, steps, undone).front().message;
  pull.text = core::pull_text(pull.message, {});
  return pull;
}

Result<std::vector<Pull>> pulls_of_agents(const Project& project, Session& session) {
  const auto& state = session.state();
  PAR_ASSIGN(const auto steps, steps_of(session));
  core::Plan plan = session.plan();
  plan.strategy = core::Strategy::squash;  // one message for each
  PAR_ASSIGN(const auto undone, session.engine().undone(steps));
  const auto commits = core::landing_commits(plan, state, steps, undone);
  check(commits.size() == steps.size(), "not one commit for each accepted branch");
  std::vector<Pull> pulls;
  Refs refs;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto& branch = state.find(steps[i].agent)->branch;
    Pull pull;
    pull.agents = {steps[i].agent};
    pull.head = branch.empty() ? RefName(head_prefix(state) + "-" + steps[i].agent.str()) : branch;
    pull.commit = steps[i].tip;
    pull.message = commits[i].message;
    if (!commits[i].message_of.empty()) {
      PAR_ASSIGN(const auto source, project.objects->commit(commits[i].message_of));
      pull.message = core::with_trailers(source.message, commits[i].message);
    }
    pull.text = core::pull_text(pull.message, core::builds_on(plan, state, steps[i]));
    refs.emplace_back(pull_refs(state.id) + pull.commit.str(), pull.commit);
    pulls.push_back(std::move(pull));
  }
  PAR_TRY(keep(project, session, refs));
  std::sort(pulls.begin(), pulls.end(), [before = as_planned(state)](const Pull& a, const Pull& b) {
    return before(a.agents.front(), b.agents.front());
  });
  return pulls;
}

// ---- what is there

struct FoundPull {
  ObjectId there;  // the branch at the remote; empty: it has none
  std::optional<git::PullRequest> open;
  std::optional<git::PullRequest> merged;  // with the very commit
};

class Publisher {
 public:
  Publisher(const Project& project, const PullPlace& place) : project_(project), place_(place) {}

  // Refuses what could only fail.
  Result<std::vector<FoundPull>> look(const std::vector<Pull>& pulls) const {
    std::vector<RefName> heads;
    for (const auto& pull : pulls) heads.push_back(pull.head);
    PAR_ASSIGN(const auto there, git::remote_branches(project_.repository, place_.forge.head_remote, heads));
    PAR_ASSIGN(const auto refs, git::list_refs(project_.repository, "refs/par/"));
    std::set<ObjectId> ours;
    for (const auto& [ref, commit] : refs)
      if (is_pull_ref(ref)) ours.insert(commit);
    std::vector<FoundPull> all;
    for (const auto& pull : pulls) {
      PAR_ASSIGN(FoundPull found, requests_of(pull));
      const auto at = there.find(pull.head);
      if (at != there.end()) found.there = at->second;
      if (!found.merged) PAR_TRY(check_replaceable(pull, found.there, ours));
      all.push_back(std::move(found));
    }
    return all;
  }

  Result<void> publish(Pull& pull, const FoundPull& found, const Pause& pause) const {
    if (found.merged) {
      pull.request = *found.merged;
      return {};
    }
    PAR_TRY(push(pull, found.there, pause));
    PAR_TRY(os::crash_point("pull.pushed"));
    if (!found.open) {
      PAR_ASSIGN(pull.request,
                 git::open_pull_request(place_.forge, pull.head, place_.upstream.branch, pull.text));
      pull.change = PullChange::opened;
      PAR_TRY(os::crash_point("pull.opened"));
    } else {
      pull.request = *found.open;
      PAR_ASSIGN(const bool rewritten, renew_text(pull));
      const bool changed = rewritten || found.there != pull.commit;
      pull.change = changed ? PullChange::updated : PullChange::kept;
    }
    pull.request.head = pull.commit;
    return {};
  }

 private:
  Result<FoundPull> requests_of(const Pull& pull) const {
    PAR_ASSIGN(const auto requests, git::pull_requests(place_.forge, pull.head, place_.upstream.branch));
    FoundPull found;
    for (const auto& request : requests) {
      if (request.state == git::PullState::open && !found.open) found.open = request;
      if (request.state == git::PullState::merged && request.head == pull.commit) found.merged = request;
    }
    return found;
  }

  Result<void> check_replaceable(const Pull& pull, const ObjectId& there,
                                 const std::set<ObjectId>& ours) const {
    if (there.empty() || there == pull.commit || ours.contains(there)) return {};
    if (project_.objects->has(there)) {
      PAR_ASSIGN(const bool holds, project_.objects->is_ancestor(there, pull.commit));
      if (holds) return {};
    }
    const std::string head = display_text(short_name(pull.head));
    return refused(fmt::format("'{}' has, at '{}', commits that no run pushed there from here", head,
                               place_.forge.head_remote))
        .hint(fmt::format("'git fetch {} {}' and 'git log FETCH_HEAD' show them; nothing was changed",
                          place_.forge.head_remote, head));
  }

  Result<void> push(const Pull& pull, const ObjectId& there, const Pause& pause) const {
    if (there == pull.commit) return {};
    git::Upstream to;
    to.name = short_name(pull.head);
    to.remote = to.push_remote = place_.forge.head_remote;
    to.branch = pull.head;
    to.tip = there;
    PAR_ASSIGN(auto result, push_patiently(project_, to, pull.commit, pause));
    if (result.outcome == git::Push::pushed) return {};
    Error error = refused(fmt::format("'{}' was not pushed to '{}': {}", display_text(to.name),
                                      display_text(to.remote), display_line(result.reason)));
    error.causes = std::move(result.output);
    return std::move(error).hint("what is done stays, and the same command goes on from there");
  }

  Result<bool> renew_text(const Pull& pull) const {
    PAR_ASSIGN(const auto old, git::read_pull_text(place_.forge, pull.request));
    const auto body = core::renewed_body(old.body, pull.text.body);
    if (!body || *body == replace_all(old.body, "\r\n", "\n")) return false;
    PAR_TRY(git::write_pull_text(place_.forge, pull.request, {pull.text.title, *body}));
    PAR_TRY(os::crash_point("pull.written"));
    return true;
  }

  const Project& project_;
  const PullPlace& place_;
};

// ---- what becomes of it

constexpr Millis kLongestLook = 10000;
constexpr int kFailures = 4;
// A forge takes a while to start checks, and to see what was pushed: so many looks find none before that is
// believed, which is about 15 seconds.
constexpr int kPatience = 5;

bool wait_after(int looks, const Pause& pause) { return pause(core::backoff(looks, kLongestLook, 0.5)); }

bool is_open(const Pull& pull) { return pull.request.state == git::PullState::open; }

PullChecks fold(const std::vector<core::PullCheck>& checks, std::vector<std::string>& failed) {
  bool pending = false;
  failed.clear();
  for (const auto& check : checks) {
    if (check.result == core::PullCheckResult::pending) pending = true;
    if (check.result == core::PullCheckResult::failed) failed.push_back(check.name);
  }
  if (pending) return PullChecks::pending;
  return failed.empty() ? PullChecks::passed : PullChecks::failed;
}

// `looks`: before this one.
void note_look(Pull& pull, const git::PullLook& look, int looks) {
  pull.request.state = look.state;
  const bool patient = looks + 1 < kPatience;
  if (look.head != pull.commit)
    pull.checks = patient ? PullChecks::pending : PullChecks::outdated;
  else if (look.checks.empty())
    pull.checks = patient ? PullChecks::pending : PullChecks::none;
  else
    pull.checks = fold(look.checks, pull.failed);
}

bool is_awaited(const Pull& pull) { return is_open(pull) && pull.checks == PullChecks::pending; }

// `failures`: to look, one after the other; too many are an Error, before that the rest waits for the next
// time.
Result<void> look_at_each(const PullPlace& place, const std::vector<Pull*>& awaited, int looks, int& failures,
                          const Waiting& waiting) {
  for (auto* pull : awaited) {
    auto look = git::look_at(place.forge, pull->request);
    if (!look) return ++failures == kFailures ? Result<void>(std::move(look).error()) : Result<void>();
    failures = 0;
    note_look(*pull, *look, looks);
    if (!is_awaited(*pull) && waiting.on_settled) waiting.on_settled(*pull);
  }
  return {};
}

// What the forge merges now or later: nothing is known against it.
bool may_merge(const Pull& pull) {
  return is_open(pull) && (pull.checks == PullChecks::unknown || pull.checks == PullChecks::none ||
                           pull.checks == PullChecks::passed);
}

}  // namespace

Result<PullPlace> find_pull_place(const Project& project, const RefName& target) {
  PAR_TRY(git::require_gh());
  PullPlace place;
  PAR_ASSIGN(place.upstream, find_upstream(project, target));
  PAR_ASSIGN(place.forge, git::find_forge(project.repository, place.upstream.remote, target));
  return place;
}

Result<std::vector<Pull>> wanted_pulls(const Project& project, Session& session, PullKind kind) {
  if (kind == PullKind::agent) return pulls_of_agents(project, session);
  PAR_ASSIGN(Pull pull, pull_of_run(project, session));
  return std::vector{std::move(pull)};
}

Result<bool> publish_pulls(const Project& project, const PullPlace& place, std::vector<Pull>& pulls,
                           const Pause& pause) {
  const Publisher publisher(project, place);
  PAR_ASSIGN(const auto found, publisher.look(pulls));
  for (std::size_t i = 0; i < pulls.size(); ++i) {
    if (!pause(0)) return false;
    PAR_TRY(publisher.publish(pulls[i], found[i], pause));
  }
  return true;
}

Result<bool> await_checks(const PullPlace& place, std::vector<Pull>& pulls, const Waiting& waiting) {
  std::vector<Pull*> awaited;
  for (auto& pull : pulls)
    if (is_open(pull)) awaited.push_back(&pull);
  for (auto* pull : awaited) pull->checks = PullChecks::pending;
  int failures = 0;
  for (int looks = 0; !awaited.empty(); ++looks) {
    if (looks == 0 ? !waiting.pause(0) : !wait_after(looks - 1, waiting.pause)) return false;
    PAR_TRY(look_at_each(place, awaited, looks, failures, waiting));
    std::erase_if(awaited, [](const Pull* pull) { return !is_awaited(*pull); });
  }
  return true;
}

Result<bool> merge_pulls(const PullPlace& place, std::vector<Pull>& pulls, core::PullMerge method,
                         const Waiting& waiting) {
  for (auto& pull : pulls) {
    if (!may_merge(pull)) continue;
    // While the forge does not know, it refuses both to merge and to merge later.
    for (int looks = 0; looks < kPatience; ++looks) {
      PAR_ASSIGN(const auto look, git::look_at(place.forge, pull.request));
      if (look.settled) break;
      if (!wait_after(looks, waiting.pause)) return false;
    }
    if (!waiting.pause(0)) return false;
    PAR_TRY(git::merge_pull_request(place.forge, pull.request, method, pull.message));
    PAR_TRY(os::crash_point("pull.merged"));
    PAR_ASSIGN(const auto look, git::look_at(place.forge, pull.request));
    pull.request.state = look.state;
    pull.merges_later = is_open(pull);
    if (waiting.on_settled) waiting.on_settled(pull);
  }
  return true;
}

}  // namespace par::app
