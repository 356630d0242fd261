// Claims on behalf of whoever calls: which run, agent and session that is, and the queue of that run.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/project.h"
#include "base/result.h"
#include "core/landing_commits.h"
#include "store/queue.h"

namespace par::app {

// What the command line says; what it leaves out comes from PAR_RUN, PAR_AGENT and PAR_ATTEMPT, which every
// agent of a run is started with, and the run without those is the newest. Who claims paths without a name
// goes by the root of the working tree: that is what tells sessions in one repository apart.
struct Caller {
  std::string run;
  std::string agent;
  Millis ttl = 0;  // of the lease; 0: an hour, or as long as the job that calls
};

// The queue, opened, and the session that claims from it. A session of an agent that one of our jobs runs
// ends with that job; any other one with its lease.
struct Claims {
  store::Database database;
  store::Queue queue;
  store::QueueSession session;
};

// What a caller wants with the items of a run.
enum class Purpose {
  work,       // to claim them, or to say what became of them
  give_back,  // also once the run is over, or the agent's work is in
};
// For items: lays the run's items out at the first call. Errors: no run, no agent named (usage); refused: for
// `work`, the run is over or the agent's branch is in; an attempt that the agent is not at yet.
[[nodiscard]] Result<Claims> open_item_claims(const Project& project, const Caller& caller,
                                              Purpose purpose = Purpose::work);
// The name under which paths are claimed, and commits are checked against claims; `given` may be empty.
[[nodiscard]] AgentName path_claimant(const Project& project, const std::string& given);
// For paths: needs neither run nor agent, and makes the state when there is none.
[[nodiscard]] Result<Claims> open_path_claims(const Project& project, const Caller& caller);
// For all that is held under the agent's name, in its run and outside of runs. Errors: no agent named
// (usage); refused: the run that is named is over, or an attempt that the agent is not at yet.
[[nodiscard]] Result<Claims> open_held_claims(const Project& project, const Caller& caller);
// To look at what is held; nullopt: there is no state yet.
[[nodiscard]] Result<std::optional<Claims>> find_claims(const Project& project);

// What a run's queue says of it now; nothing when none of its agents pulls its work.
struct QueueView {
  std::vector<store::AgentItemCounts> items;
  std::vector<store::FailedItem> failed;  // the first ten
  std::vector<store::LosingRow> losing;
};
[[nodiscard]] Result<QueueView> view_queue(const store::Database& database, const RunId& run);

// The session of this run that came away empty-handed the most often in a row; nullopt: none did often.
[[nodiscard]] Result<std::optional<store::LosingRow>> worst_loser(const store::Database& database,
                                                                  const RunId& run);

// Items of an agent that pulled its work which it did not say to be done. They are no finished work, whatever
// became of the agent.
[[nodiscard]] Result<std::set<ItemId>> items_left_undone(const store::Database& database, const RunId& run,
                                                         const AgentName& agent);

// The same of the agents of these steps.
[[nodiscard]] Result<core::UndoneItems> items_left_undone(const store::Database& database, const RunId& run,
                                                          const std::vector<core::Step>& steps);

// For a run that is over: its sessions end, and what they hold is free.
[[nodiscard]] Result<void> end_claims(const store::Database& database, const RunId& run);
// For a run that is over.
[[nodiscard]] Result<void> forget_queue(const store::Database& database, const RunId& run);
// As Queue::next; items of agents whose branches are in count as done for those that wait for them.
[[nodiscard]] Result<store::NextItems> next_items(Claims& claims, std::size_t count,
                                                  const std::optional<std::string>& category);

// What is to be given back: items of the caller's run, and else paths.
struct Released {
  std::vector<std::string> items;
  std::vector<std::string> paths;
};
[[nodiscard]] Result<Released> sort_released(const Project& project, const Caller& caller,
                                             const std::vector<std::string>& names);

// As the user names them from where he stands; Error: outside the repository.
[[nodiscard]] Result<std::vector<RepoPath>> paths_from_root(const Project& project,
                                                            const std::vector<std::string>& paths);

}  // namespace par::app
