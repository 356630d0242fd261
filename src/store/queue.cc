#include "store/queue.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "base/strings.h"
#include "core/backoff.h"
#include "os/crash_point.h"
#include "os/file_lock.h"
#include "store/codec.h"
#include "store/queue_impl.h"

namespace par::store {
namespace {

using core::ItemState;

constexpr Millis kBetweenProbes = 250;
constexpr Millis kLongestPause = 60'000;  // that a loser is told to wait

// From 0 up to, but not including, 1: the upper 53 bits.
double fraction(std::uint64_t random) {
  return static_cast<double>(random >> 11U) / static_cast<double>(std::uint64_t{1} << 53U);
}

Error no_such_item(const RunId& run, const ItemId& id) {
  return Error(fmt::format("run '{}' has no item '{}'", run.str(), display_text(id.str())))
      .hint("'git par next' prints the ids");
}

// The ready items of one owner, and what taking one of them writes.
class Ready final : public core::ReadyItems {
 public:
  Ready(QueueRows& rows, const Holder& holder, std::string owner, const std::optional<std::string>& category,
        Folding folding)
      : rows_(rows), holder_(holder), owner_(std::move(owner)), category_(category), folding_(folding) {}

  Result<std::optional<core::QueueCandidate>> first(core::Severity severity, core::QueuePlace from) override {
    PAR_ASSIGN(auto row, ask(static_cast<std::int64_t>(severity), from));
    PAR_ASSIGN(const bool found, row.step());
    if (!found) return std::optional<core::QueueCandidate>();
    core::QueueCandidate candidate{row.number(0), {row.number(1), row.number(2)}, {}};
    attempt_ = row.integer(3);
    auto item = decode_item(row.text(4));
    if (!item) return std::move(item).error().within("the queue is damaged");
    item_ = *std::move(item);
    for (const auto& file : item_.files) candidate.files.push_back(fold_name(file.str(), folding_));
    return std::optional(std::move(candidate));
  }

  Result<bool> is_held(const std::string& file) override {
    PAR_ASSIGN(const auto other, rows_.other_holder(path_key(file), holder_.run, holder_.who.agent));
    return other != 0;
  }

  // The candidate is the one that was asked for last.
  Result<void> take(const core::QueueCandidate& candidate) override {
    ItemRecord record{candidate.number, {item_.id, ItemState::ready, attempt_, {}}, holder_.batches};
    record.claim = core::claimed_by(std::move(record.claim), holder_.who);
    PAR_TRY(rows_.put_item(holder_.run, record, ItemState::ready, ""));
    for (std::size_t i = 0; i < candidate.files.size(); ++i)
      PAR_TRY(rows_.hold_path(path_key(candidate.files[i]), candidate.number, holder_.number,
                              item_.files[i].str()));
    taken.push_back({std::move(item_), record.claim.attempt});
    return {};
  }

  std::vector<ClaimedItem> taken;

 private:
  Result<Query> ask(std::int64_t severity, core::QueuePlace from) {
    if (category_)
      return rows_.sql.ask(
          "SELECT number, lane, place, attempt, body FROM queue_item WHERE run = ?1 AND owner = ?2 AND "
          "category = ?6 AND severity = ?3 AND (lane, place) >= (?4, ?5) AND state = 'ready' "
          "ORDER BY lane, place LIMIT 1",
          holder_.run.str(), owner_, severity, from.lane, from.order, *category_);
    return rows_.sql.ask(
        "SELECT number, lane, place, attempt, body FROM queue_item WHERE run = ?1 AND owner = ?2 AND "
        "severity = ?3 AND (lane, place) >= (?4, ?5) AND state = 'ready' ORDER BY lane, place LIMIT 1",
        holder_.run.str(), owner_, severity, from.lane, from.order);
  }

  QueueRows& rows_;
  const Holder& holder_;
  std::string owner_;
  const std::optional<std::string>& category_;
  Folding folding_;
  core::Item item_;
  int attempt_ = 0;
};

struct Share {
  std::string owner;
  Folding folding;
  bool pulls = false;  // it has asked before
};

// What the agent may take from.
Result<Share> share_of(QueueRows& rows, const RunId& run, const AgentName& agent) {
  PAR_ASSIGN(
      auto row,
      rows.sql.ask("SELECT owner, ignore_case, precompose, pulls FROM queue_agent JOIN queue USING (run) "
                   "WHERE run = ?1 AND agent = ?2",
                   run.str(), agent.str()));
  PAR_ASSIGN(const bool found, row.step());
  if (!found)
    return Error(fmt::format("run '{}' has no agent '{}'", run.str(), display_text(agent.str())))
        .hint(fmt::format("'git par status {}' lists them", run.str()));
  return Share{std::string(row.text(0)), {row.number(1) != 0, row.number(2) != 0}, row.number(3) != 0};
}

// What is claimed together lies side by side: a batch changes few pages of the database.
std::vector<core::QueuedItem> in_order_of_claims(std::vector<core::QueuedItem> items) {
  std::sort(items.begin(), items.end(), [](const auto& a, const auto& b) {
    return std::tie(a.owner, a.item->severity, a.place, a.item->id) <
           std::tie(b.owner, b.item->severity, b.place, b.item->id);
  });
  return items;
}

Result<void> insert_items(QueueRows& rows, const RunId& run, const core::Plan& plan) {
  for (const auto& queued : in_order_of_claims(core::lay_out_queue(plan))) {
    const auto& item = *queued.item;
    const auto body = encode(item);
    const auto waiting = static_cast<std::int64_t>(queued.after.size());
    PAR_TRY(rows.sql.run(
        "INSERT INTO queue_item VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0, '', 0, 0, '', ?11)",
        run.str(), item.id.str(), queued.agent.str(), queued.owner.str(),
        static_cast<std::int64_t>(item.severity), item.category, queued.place.lane, queued.place.order,
        waiting, name_of(waiting > 0 ? ItemState::blocked : ItemState::ready), body));
    for (const auto& after : queued.after)
      PAR_TRY(rows.sql.run("INSERT INTO queue_after VALUES (?1, ?2, last_insert_rowid())", run.str(),
                           after.str()));
  }
  return {};
}

// Adds what was claimed together with any of `items`; without items, the newest batch.
Result<void> add_batches(QueueRows& rows, const Holder& holder, std::vector<ItemRecord>& items) {
  const bool newest = items.empty();
  std::set<std::int64_t> batches;
  if (newest) batches.insert(holder.batches);
  for (const auto& item : items)
    if (item.claim.taker == holder.who) batches.insert(item.batch);
  for (const auto batch : batches) {
    PAR_ASSIGN(auto members, rows.batch_of(holder, batch));
    for (auto& item : members)
      if (std::none_of(items.begin(), items.end(), [&](const auto& i) { return i.number == item.number; }))
        items.push_back(std::move(item));
  }
  // A batch of which all is ended is no error: saying it again is fine.
  if (!newest || holder.batches > 0) return {};
  return refused(fmt::format("agent '{}' has no batch", holder.who.agent.str()))
      .hint("'git par claims' shows what is held");
}

// Each once, however often it is named.
Result<std::vector<ItemRecord>> find_items(QueueRows& rows, const RunId& run,
                                           const std::vector<ItemId>& ids) {
  std::vector<ItemRecord> items;
  std::set<ItemId> seen;
  for (const auto& id : ids) {
    if (!seen.insert(id).second) continue;
    PAR_ASSIGN(auto item, rows.find_item(run, id));
    if (!item) return no_such_item(run, id);
    items.push_back(*std::move(item));
  }
  return items;
}

}  // namespace

Result<bool> Queue::Parts::is_alive(const Holder& holder, const core::Moment& at) const {
  if (!core::is_live(holder.lease, at)) return false;
  if (holder.lock.empty()) return true;
  PAR_ASSIGN(const auto process, os::FileLock::holder(holder.lock));
  return process.has_value();
}

Result<int> Queue::Parts::free_dead(const core::Moment& at, std::int64_t own, bool now) {
  {
    PAR_ASSIGN(auto last, rows.sql.ask("SELECT boot, at FROM queue_probe"));
    PAR_ASSIGN(const bool found, last.step());
    const bool recent = found && last.text(0) == at.boot && last.number(1) <= at.now &&
                        at.now < last.number(1) + kBetweenProbes;
    if (recent && !now) return 0;
  }
  PAR_TRY(rows.sql.run("INSERT OR REPLACE INTO queue_probe VALUES (1, ?1, ?2)", at.boot, at.now));
  PAR_ASSIGN(const auto holders, rows.holders());
  int freed = 0;
  for (const auto& holder : holders) {
    PAR_ASSIGN(const bool alive, is_alive(holder, at));
    if (alive || holder.number == own) continue;
    PAR_TRY(rows.free_holder(holder));
    ++freed;
  }
  return freed;
}

Result<Holder> Queue::Parts::admit(const QueueSession& session, const core::Moment& at) {
  Holder fresh;
  fresh.run = session.run;
  fresh.who = session.who;
  PAR_ASSIGN(const int newest, rows.newest_attempt(session.run, session.who.agent));
  if (fresh.who.attempt == 0) fresh.who.attempt = std::max(newest, 1);
  if (fresh.who.attempt < newest)
    return refused(fmt::format("agent '{}' is at attempt {} now, and this is attempt {}",
                               session.who.agent.str(), newest, fresh.who.attempt))
        .hint("another process does its work; this one has nothing left to do");
  PAR_ASSIGN(auto own, rows.find_holder(session.run, fresh.who));
  if (own) {
    PAR_ASSIGN(const bool goes_on, is_alive(*own, at));
    if (goes_on) return *std::move(own);
    PAR_TRY(rows.free_holder(*own));
  }
  PAR_TRY(rows.undo_earlier(session.run, fresh.who));
  return fresh;
}

Result<void> Queue::Parts::extend(Holder& holder, const QueueSession& session, const core::Moment& at) {
  if (core::time_left(holder.lease, at) < session.ttl) holder.lease = core::make_lease(at, session.ttl);
  // Who comes by hand to a session that a job has does not take it from the job.
  if (!session.lock.empty()) holder.lock = session.lock;
  return rows.put_holder(holder);
}

Result<void> Queue::Parts::extend_what_is_held(const QueueSession& session, const core::Moment& at,
                                               Held& held) {
  PAR_ASSIGN(auto holder, admit(session, at));
  if (holder.number == 0) return {};
  PAR_ASSIGN(const auto count, rows.holdings(holder));
  if (count == 0) return {};
  PAR_TRY(extend(holder, session, at));
  const auto left = core::time_left(holder.lease, at);
  held.lease = held.count == 0 ? left : std::min(held.lease, left);
  held.count += count;
  return {};
}

Queue::Queue(const Database& database, ReadMoment moment)
    : parts_(std::make_unique<Parts>(*database.impl_, std::move(moment))) {}
Queue::Queue(Queue&&) noexcept = default;
Queue::~Queue() = default;

Result<bool> Queue::is_laid_out(const RunId& run) const {
  return parts_->rows.sql.any("SELECT 1 FROM queue WHERE run = ?1", run.str());
}

Result<bool> Queue::has_item(const RunId& run, const ItemId& id) const {
  return parts_->rows.sql.any("SELECT 1 FROM queue_item WHERE run = ?1 AND id = ?2", run.str(), id.str());
}

Result<void> Queue::lay_out(const RunId& run, const core::Plan& plan) {
  auto& rows = parts_->rows;
  return parts_->write([&]() -> Result<void> {
    PAR_ASSIGN(const bool there, rows.sql.any("SELECT 1 FROM queue WHERE run = ?1", run.str()));
    if (there) return {};  // somebody was faster
    PAR_TRY(rows.sql.run("INSERT INTO queue VALUES (?1, ?2, ?3)", run.str(), std::int64_t{plan.ignore_case},
                         std::int64_t{plan.precompose}));
    const auto owners = core::queue_owners(plan);
    for (std::size_t i = 0; i < owners.size(); ++i)
      PAR_TRY(rows.sql.run("INSERT INTO queue_agent VALUES (?1, ?2, ?3, 0)", run.str(),
                           plan.agents[i].spec.name.str(), owners[i].str()));
    return insert_items(rows, run, plan);
  });
}

Result<void> Queue::finish_agents(const RunId& run, const std::vector<AgentName>& agents) {
  auto& rows = parts_->rows;
  return parts_->write([&]() -> Result<void> {
    for (const auto& agent : agents) {
      PAR_ASSIGN(const bool pulls, rows.pulls(run, agent));
      PAR_ASSIGN(auto left, rows.left_by(run, agent));
      for (auto& item : left) {
        item.claim.state = pulls ? ItemState::failed : ItemState::done;
        PAR_TRY(rows.put_item(run, item, ItemState::ready, pulls ? "left undone" : ""));
      }
    }
    return {};
  });
}

Result<void> Queue::end_sessions(const RunId& run) {
  auto& rows = parts_->rows;
  PAR_ASSIGN(const bool any, rows.sql.any("SELECT 1 FROM holder WHERE run = ?1", run.str()));
  if (!any) return {};
  PAR_TRY(os::crash_point("queue.before.end_sessions"));
  return parts_->write([&]() -> Result<void> {
    PAR_ASSIGN(const auto holders, rows.holders());
    for (const auto& holder : holders)
      if (holder.run == run) PAR_TRY(rows.free_holder(holder));
    return {};
  });
}

Result<void> Queue::forget(const RunId& run) {
  return parts_->write([&]() -> Result<void> {
    // Of what was left undone the ids stay, as failed: it is no finished work for later plans.
    constexpr const char* kKeep =
        "UPDATE queue_item SET state = 'failed', body = '' WHERE run = ?1 AND NOT (state = 'done' AND taker "
        "<> '') AND agent IN (SELECT agent FROM queue_item WHERE run = ?1 AND taker <> '' "
        "UNION SELECT agent FROM queue_agent WHERE run = ?1 AND pulls)";
    for (const auto* sql :
         {kKeep, "DELETE FROM claimed_path WHERE holder IN (SELECT number FROM holder WHERE run = ?1)",
          "DELETE FROM holder WHERE run = ?1", "DELETE FROM queue_after WHERE run = ?1",
          "DELETE FROM queue_item WHERE run = ?1 AND state <> 'failed'",
          "DELETE FROM queue_agent WHERE run = ?1", "DELETE FROM queue WHERE run = ?1"})
      PAR_TRY(parts_->rows.sql.run(sql, run.str()));
    return {};
  });
}

Result<NextItems> Queue::next(const QueueSession& session, std::size_t count,
                              const std::optional<std::string>& category,
                              const std::function<std::uint64_t()>& random) {
  NextItems answer;
  std::string owner;
  int losses = 0;
  auto& rows = parts_->rows;
  const auto claim = [&]() -> Result<void> {
    const auto at = parts_->moment();
    PAR_ASSIGN(const auto share, share_of(rows, session.run, session.who.agent));
    PAR_ASSIGN(auto holder, parts_->admit(session, at));
    // Not for who asks by hand in its name: what that gets tells by itself.
    if (!share.pulls && !session.lock.empty()) PAR_TRY(rows.note_pull(session.run, session.who.agent));
    PAR_TRY(parts_->extend(holder, session, at));
    PAR_TRY(parts_->free_dead(at, holder.number, false));
    ++holder.batches;
    Ready ready(rows, holder, share.owner, category, share.folding);
    PAR_ASSIGN(auto picked, core::pick_items(ready, count, random));
    if (picked.taken == 0) {
      PAR_ASSIGN(const int freed, parts_->free_dead(at, holder.number, true));
      if (freed > 0) {
        PAR_ASSIGN(picked, core::pick_items(ready, count, random));
      }
    }
    if (picked.taken == 0) --holder.batches;  // the newest batch is the last that has anything in it
    answer.items = std::move(ready.taken);
    answer.lease = core::time_left(holder.lease, at);
    answer.others_hold = picked.taken == 0 && picked.passed_over > 0;
    losses = holder.losses = answer.others_hold ? holder.losses + 1 : 0;
    owner = share.owner;
    return rows.put_holder(holder);
  };
  PAR_TRY(os::crash_point("queue.before.next"));
  PAR_TRY(parts_->write(claim));
  PAR_TRY(os::crash_point("queue.after.next"));
  if (!answer.items.empty()) return answer;
  // Only read, and linear in what is stuck: nobody has to wait for it.
  PAR_ASSIGN(const auto blocked, rows.blocked_items(session.run, owner, category.value_or("")));
  answer.waiting = blocked == BlockedItems::may_go_on;
  answer.after_failed = blocked == BlockedItems::after_failed && !answer.others_hold;
  if (answer.others_hold || answer.waiting)
    answer.retry_in = core::backoff(std::max(0, losses - 1), kLongestPause, fraction(random()));
  return answer;
}

Result<std::vector<ItemId>> Queue::end(const QueueSession& session, const EndRequest& request) {
  std::vector<ItemId> ended;
  auto& rows = parts_->rows;
  const auto finish = [&]() -> Result<void> {
    const auto at = parts_->moment();
    PAR_ASSIGN(auto holder, parts_->admit(session, at));
    PAR_ASSIGN(auto items, find_items(rows, session.run, request.items));
    if (request.batch) PAR_TRY(add_batches(rows, holder, items));
    for (auto& item : items) {
      const auto was = item.claim.state;
      PAR_ASSIGN(item.claim, core::ended_by(std::move(item.claim), holder.who, request.attempt, request.to));
      // What is said again changes nothing, but for a reason that is given now.
      if (item.claim.state != was || !request.reason.empty())
        PAR_TRY(rows.put_item(session.run, item, was, request.reason));
      ended.push_back(item.claim.id);
    }
    return parts_->extend(holder, session, at);
  };
  PAR_TRY(os::crash_point("queue.before.end"));
  PAR_TRY(parts_->write(finish));
  PAR_TRY(os::crash_point("queue.after.end"));
  return ended;
}

Result<Held> Queue::heartbeat(const QueueSession& session) {
  Held held;
  const auto extend = [&]() -> Result<void> {
    const auto at = parts_->moment();
    PAR_TRY(parts_->extend_what_is_held(session, at, held));
    // What was claimed under the same name outside of runs; a job's lease would be too long for it.
    if (!session.run.empty() && session.lock.empty())
      PAR_TRY(parts_->extend_what_is_held({RunId(), {session.who.agent, 0}, "", session.ttl}, at, held));
    // A job's call says at least that it lives.
    if (held.count > 0 || !session.lock.empty()) return {};
    return refused(fmt::format("agent '{}' holds nothing", session.who.agent.str()))
        .hint("its lease may have run out; 'git par next' claims anew");
  };
  PAR_TRY(parts_->write(extend));
  return held;
}

}  // namespace par::store
