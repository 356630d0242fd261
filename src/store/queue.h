// The queue of a run's items, and the files that are held: claims as rows of the database, not as events,
// since they change by the thousand and nothing is replayed from them. What a claim may become is
// core/claim's to say, which item is next core/queue's.
//
// A session (run, agent, attempt of the agent) holds what it claims under one lease, which every call in its
// name extends and none cuts short: processes that give the same name are one session. It is over when its
// lease is, when the lock it named is held by nobody any more, when the agent has a newer attempt, or when
// its run is over; what it held is then ready again, and for a newer attempt also what it had done, since
// that starts anew. A session of no run does not keep out those of runs that have its name. Dead
// sessions are looked for at most four times a second, and whenever a claimant would get nothing.
//
// Each call is one transaction under the lock of the database (Connection::write). Time is read within it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/claim.h"
#include "core/queue.h"
#include "store/database.h"

namespace par::store {

using ReadMoment = std::function<core::Moment()>;

struct QueueSession {
  RunId run;           // empty: for path claims of sessions that no run started
  core::Claimant who;  // attempt 0: whichever is the agent's newest
  std::string lock;    // a file that is locked (os/file_lock.h) as long as the session lives; empty: none
  Millis ttl = 0;      // that its lease is to last from now on, at least
};

struct ClaimedItem {
  core::Item item;
  int attempt = 1;
};

struct NextItems {
  std::vector<ClaimedItem> items;
  Millis lease = 0;           // milliseconds, for all that the session holds
  bool others_hold = false;   // nothing was claimed, and something was passed over because of its files
  bool waiting = false;       // nothing was claimed, and something waits for items that may still be done
  bool after_failed = false;  // nothing was claimed, and what is left comes after items that failed
  Millis retry_in = 0;  // when asking again may be of use; 0: when something was claimed, or nothing is left
};

// What a session's lease covers.
struct Held {
  std::int64_t count = 0;  // items and paths
  Millis lease = 0;        // milliseconds, from now on; the shortest, where the name has several
};

struct EndRequest {
  std::vector<ItemId> items;
  bool batch = false;  // also what was claimed together with them; without items: the newest batch
  int attempt = 0;     // the one that is meant; 0: whichever the session has
  core::ItemState to = core::ItemState::done;  // done, failed, or ready: given back
  std::string reason;
};

// What is held, and by whom.
struct ClaimRow {
  RunId run;
  core::Claimant who;
  ItemId item;  // empty: a claim of paths
  int attempt = 0;
  std::vector<std::string> paths;
  Millis left = 0;  // of its lease
};

// After so many losses in a row `status` says so, and the run records it.
constexpr int kManyLosses = 5;

// A session that came away empty-handed so often in a row because of what others hold.
struct LosingRow {
  RunId run;
  AgentName agent;
  int losses = 0;
};

struct FailedItem {
  ItemId item;
  AgentName agent;     // who said so
  std::string reason;  // as it was given; may be empty
};

struct AgentItemCounts {
  AgentName agent;         // whose plan entry it is
  std::int64_t ready = 0;  // blocked ones too
  std::int64_t claimed = 0;
  std::int64_t done = 0;
  std::int64_t failed = 0;
  std::int64_t stuck = 0;  // of the ready ones, those that come after items that failed
  bool pulls = false;  // the agent itself has asked for items; not known once the run's queue was forgotten
};

class Queue {
 public:
  // The database must outlive it.
  Queue(const Database& database, ReadMoment moment);
  Queue(Queue&&) noexcept;
  Queue& operator=(Queue&&) = delete;
  ~Queue();

  [[nodiscard]] Result<bool> is_laid_out(const RunId& run) const;
  [[nodiscard]] Result<bool> has_item(const RunId& run, const ItemId& id) const;
  // Linear in the plan; once more changes nothing.
  [[nodiscard]] Result<void> lay_out(const RunId& run, const core::Plan& plan);

  // These agents' branches are in the candidate or on the target. Of one that was given its items all are
  // done; of one that claims them those are failed that it left.
  [[nodiscard]] Result<void> finish_agents(const RunId& run, const std::vector<AgentName>& agents);

  // The run is over: what its sessions hold is free.
  [[nodiscard]] Result<void> end_sessions(const RunId& run);

  // Its items but for those left undone, and the sessions that claimed any. Linear in them; nothing there:
  // changes nothing.
  [[nodiscard]] Result<void> forget(const RunId& run);

  // `category`: only such items. Errors (refused): the run has no such agent, or a newer attempt of it.
  [[nodiscard]] Result<NextItems> next(const QueueSession& session, std::size_t count,
                                       const std::optional<std::string>& category,
                                       const std::function<std::uint64_t()>& random);
  // All of it or nothing; the ids of what was ended. Error (refused): see core::ended_by; no batch.
  [[nodiscard]] Result<std::vector<ItemId>> end(const QueueSession& session, const EndRequest& request);
  // Extends the lease; without a lock, also that of paths claimed under its name outside of runs. Errors
  // (refused): the agent has a newer attempt; without a lock, it holds nothing (any more).
  [[nodiscard]] Result<Held> heartbeat(const QueueSession& session);

  // Paths are relative to the repository; "" is all of it. A directory stands for what is below it. All of
  // them or none. Error (refused): somebody else holds one, with who it is.
  [[nodiscard]] Result<void> claim_paths(const QueueSession& session, const std::vector<RepoPath>& paths,
                                         Folding folding);
  // Error (refused): not held, or by another agent.
  [[nodiscard]] Result<void> release_paths(const QueueSession& session, const std::vector<RepoPath>& paths,
                                           Folding folding);
  // What lives, by run, agent and item.
  [[nodiscard]] Result<std::vector<ClaimRow>> claims() const;

  // By plan entry, sorted; of a run that was forgotten only what was left undone, as failed. Linear in the
  // run's items, from an index.
  [[nodiscard]] Result<std::vector<AgentItemCounts>> counts(const RunId& run) const;
  // Of one plan entry's items; at most `limit`, by id.
  [[nodiscard]] Result<std::vector<FailedItem>> failed(const RunId& run, const AgentName& agent,
                                                       std::int64_t limit) const;
  // Of an agent that pulls its work, so that it has asked for items, or something of its plan entry was
  // claimed: the items that nobody said to be done. Known also once the run's queue was forgotten. Linear in
  // the entry.
  [[nodiscard]] Result<std::set<ItemId>> left_undone(const RunId& run, const AgentName& agent) const;
  // With at least `losses` in a row.
  [[nodiscard]] Result<std::vector<LosingRow>> losing(int losses) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace par::store
