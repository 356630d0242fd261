#include "store/queue_rows.h"

#include <fmt/format.h>

#include <unordered_set>
#include <utility>

#include "store/codec.h"

namespace par::store {
namespace {

using core::ItemState;

// The columns of a holder, in this order.
Holder read_holder(Query& row) {
  Holder holder;
  holder.number = row.number(0);
  holder.run = RunId(row.text(1));
  holder.who = {AgentName(row.text(2)), row.integer(3)};
  holder.lock = row.text(4);
  holder.lease = {std::string(row.text(5)), row.number(6), row.number(7)};
  holder.batches = row.number(8);
  holder.losses = row.integer(9);
  return holder;
}

// number, id, state, attempt, taker, taker_attempt, batch.
Result<ItemRecord> read_item(Query& row) {
  ItemRecord record;
  record.number = row.number(0);
  record.claim.id = ItemId(row.text(1));
  const auto state = parse_enum<ItemState>(row.text(2));
  if (!state) return Error(fmt::format("the queue is damaged at item '{}'", record.claim.id.str()));
  record.claim.state = *state;
  record.claim.attempt = row.integer(3);
  record.claim.taker = {AgentName(row.text(4)), row.integer(5)};
  record.batch = row.number(6);
  return record;
}

Result<std::vector<ItemRecord>> read_items(Query query) {
  std::vector<ItemRecord> records;
  for (;;) {
    PAR_ASSIGN(const bool more, query.step());
    if (!more) return records;
    PAR_ASSIGN(auto record, read_item(query));
    records.push_back(std::move(record));
  }
}

}  // namespace

bool is_same(const Holder& holder, const RunId& run, const AgentName& agent) {
  return holder.who.agent == agent && (holder.run == run || holder.run.empty() || run.empty());
}

std::string path_key(std::string_view folded_path) {
  return folded_path.empty() ? "" : "/" + std::string(folded_path);
}

Result<std::vector<Holder>> QueueRows::holders() {
  PAR_ASSIGN(auto query, sql.ask("SELECT * FROM holder"));
  std::vector<Holder> found;
  for (;;) {
    PAR_ASSIGN(const bool more, query.step());
    if (!more) return found;
    found.push_back(read_holder(query));
  }
}

Result<std::optional<Holder>> QueueRows::find_holder(const RunId& run, const core::Claimant& who) {
  PAR_ASSIGN(auto query, sql.ask("SELECT * FROM holder WHERE run = ?1 AND agent = ?2 AND attempt = ?3",
                                 run.str(), who.agent.str(), std::int64_t{who.attempt}));
  PAR_ASSIGN(const bool found, query.step());
  return found ? std::optional(read_holder(query)) : std::nullopt;
}

Result<int> QueueRows::newest_attempt(const RunId& run, const AgentName& agent) {
  PAR_ASSIGN(auto query, sql.ask("SELECT max(attempt) FROM holder WHERE run = ?1 AND agent = ?2", run.str(),
                                 agent.str()));
  PAR_ASSIGN(const bool found, query.step());
  return found ? query.integer(0) : 0;
}

Result<void> QueueRows::put_holder(Holder& holder) {
  if (holder.number == 0) {
    PAR_TRY(sql.run("INSERT INTO holder VALUES (NULL, ?1, ?2, ?3, '', '', 0, 0, 0, 0)", holder.run.str(),
                    holder.who.agent.str(), std::int64_t{holder.who.attempt}));
    PAR_ASSIGN(auto query, sql.ask("SELECT last_insert_rowid()"));
    PAR_TRY(query.step());
    holder.number = query.number(0);
  }
  return sql.run(
      "UPDATE holder SET lock = ?2, boot = ?3, granted = ?4, until = ?5, batches = ?6, losses = ?7 "
      "WHERE number = ?1",
      holder.number, holder.lock, holder.lease.boot, holder.lease.granted, holder.lease.until, holder.batches,
      std::int64_t{holder.losses});
}

Result<void> QueueRows::free_holder(const Holder& holder) {
  PAR_TRY(
      sql.run("UPDATE queue_item SET state = CASE WHEN waiting > 0 THEN 'blocked' ELSE 'ready' END, "
              "taker = '', taker_attempt = 0, batch = 0 WHERE run = ?1 AND taker = ?2 AND taker <> '' "
              "AND state = 'claimed' AND taker_attempt = ?3",
              holder.run.str(), holder.who.agent.str(), std::int64_t{holder.who.attempt}));
  PAR_TRY(sql.run("DELETE FROM claimed_path WHERE holder = ?1", holder.number));
  return sql.run("DELETE FROM holder WHERE number = ?1", holder.number);
}

Result<void> QueueRows::undo_earlier(const RunId& run, const core::Claimant& who) {
  PAR_ASSIGN(const auto all, holders());
  for (const auto& holder : all)
    if (holder.run == run && holder.who.agent == who.agent && holder.who.attempt < who.attempt)
      PAR_TRY(free_holder(holder));
  PAR_ASSIGN(auto query,
             sql.ask("SELECT number, id, state, attempt, taker, taker_attempt, batch FROM queue_item "
                     "WHERE run = ?1 AND taker = ?2 AND taker <> '' AND taker_attempt < ?3",
                     run.str(), who.agent.str(), std::int64_t{who.attempt}));
  PAR_ASSIGN(auto items, read_items(std::move(query)));
  for (auto& item : items) {
    const auto was = item.claim.state;
    item.claim = core::taken_back(std::move(item.claim));
    item.batch = 0;
    PAR_TRY(put_item(run, item, was, ""));
  }
  return {};
}

Result<void> QueueRows::note_pull(const RunId& run, const AgentName& agent) {
  return sql.run("UPDATE queue_agent SET pulls = 1 WHERE run = ?1 AND agent = ?2", run.str(), agent.str());
}

Result<bool> QueueRows::pulls(const RunId& run, const AgentName& agent) {
  return sql.any(
      "SELECT 1 FROM queue_agent WHERE run = ?1 AND agent = ?2 AND pulls "
      "UNION ALL SELECT 1 FROM queue_item WHERE run = ?1 AND agent = ?2 AND taker <> ''",
      run.str(), agent.str());
}

Result<std::int64_t> QueueRows::holdings(const Holder& holder) {
  PAR_ASSIGN(auto query, sql.ask("SELECT (SELECT count(*) FROM queue_item WHERE run = ?1 AND taker = ?2 AND "
                                 "taker <> '' AND state = 'claimed' AND taker_attempt = ?3) + "
                                 "(SELECT count(*) FROM claimed_path WHERE holder = ?4 AND item = 0)",
                                 holder.run.str(), holder.who.agent.str(), std::int64_t{holder.who.attempt},
                                 holder.number));
  PAR_TRY(query.step());
  return query.number(0);
}

Result<std::optional<ItemRecord>> QueueRows::find_item(const RunId& run, const ItemId& id) {
  PAR_ASSIGN(auto query,
             sql.ask("SELECT number, id, state, attempt, taker, taker_attempt, batch FROM queue_item "
                     "WHERE run = ?1 AND id = ?2",
                     run.str(), id.str()));
  PAR_ASSIGN(auto items, read_items(std::move(query)));
  return items.empty() ? std::nullopt : std::optional(std::move(items.front()));
}

Result<std::vector<ItemRecord>> QueueRows::batch_of(const Holder& holder, std::int64_t batch) {
  PAR_ASSIGN(auto query,
             sql.ask("SELECT number, id, state, attempt, taker, taker_attempt, batch FROM queue_item "
                     "WHERE run = ?1 AND taker = ?2 AND taker <> '' AND state = 'claimed' "
                     "AND taker_attempt = ?3 AND batch = ?4 ORDER BY id",
                     holder.run.str(), holder.who.agent.str(), std::int64_t{holder.who.attempt}, batch));
  return read_items(std::move(query));
}

Result<std::vector<ItemRecord>> QueueRows::left_by(const RunId& run, const AgentName& agent) {
  PAR_ASSIGN(auto query,
             sql.ask("SELECT number, id, state, attempt, taker, taker_attempt, batch FROM queue_item "
                     "WHERE run = ?1 AND agent = ?2 AND state IN ('ready', 'blocked')",
                     run.str(), agent.str()));
  return read_items(std::move(query));
}

Result<std::vector<StuckItem>> QueueRows::stuck_items(const RunId& run) {
  // Agents first: failed items are found by the index that counts them.
  PAR_ASSIGN(auto query,
             sql.ask("WITH RECURSIVE stuck (item) AS ("
                     "SELECT a.item FROM queue_agent g CROSS JOIN queue_item f CROSS JOIN queue_after a "
                     "WHERE g.run = ?1 AND f.run = ?1 AND f.agent = g.agent AND f.state = 'failed' "
                     "AND a.run = ?1 AND a.after = f.id "
                     "UNION SELECT a.item FROM stuck CROSS JOIN queue_item i CROSS JOIN queue_after a "
                     "WHERE i.number = stuck.item AND a.run = ?1 AND a.after = i.id) "
                     "SELECT number, id, agent FROM stuck JOIN queue_item ON number = item "
                     "WHERE state = 'blocked' ORDER BY id",
                     run.str()));
  std::vector<StuckItem> items;
  for (;;) {
    PAR_ASSIGN(const bool more, query.step());
    if (!more) return items;
    items.push_back({query.number(0), ItemId(query.text(1)), AgentName(query.text(2))});
  }
}

Result<BlockedItems> QueueRows::blocked_items(const RunId& run, const std::string& owner,
                                              const std::string& category) {
  PAR_ASSIGN(const bool any,
             sql.any("SELECT 1 FROM queue_item WHERE run = ?1 AND owner = ?2 AND state = 'blocked'",
                     run.str(), owner));
  if (!any) return BlockedItems::none;
  PAR_ASSIGN(const auto stuck, stuck_items(run));
  std::unordered_set<std::int64_t> numbers;
  for (const auto& item : stuck) numbers.insert(item.number);
  PAR_ASSIGN(auto query, sql.ask("SELECT number FROM queue_item WHERE run = ?1 AND owner = ?2 AND "
                                 "state = 'blocked' AND (?3 = '' OR category = ?3)",
                                 run.str(), owner, category));
  for (auto found = BlockedItems::none;;) {
    PAR_ASSIGN(const bool more, query.step());
    if (!more) return found;
    if (!numbers.contains(query.number(0))) return BlockedItems::may_go_on;
    found = BlockedItems::after_failed;
  }
}

Result<void> QueueRows::put_item(const RunId& run, const ItemRecord& record, ItemState was,
                                 std::string_view reason) {
  const auto& claim = record.claim;
  PAR_TRY(sql.run(
      "UPDATE queue_item SET state = CASE WHEN ?2 = 'ready' AND waiting > 0 THEN 'blocked' ELSE ?2 END, "
      "attempt = ?3, taker = ?4, taker_attempt = ?5, batch = ?6, reason = ?7 WHERE number = ?1",
      record.number, name_of(claim.state), std::int64_t{claim.attempt}, claim.taker.agent.str(),
      std::int64_t{claim.taker.attempt}, record.batch, reason));
  if (was == ItemState::claimed && claim.state != ItemState::claimed)
    PAR_TRY(sql.run("DELETE FROM claimed_path WHERE item = ?1", record.number));
  if (was != ItemState::done && claim.state == ItemState::done) return count_waiting(run, claim.id, -1);
  if (was == ItemState::done && claim.state != ItemState::done) return count_waiting(run, claim.id, 1);
  return {};
}

Result<void> QueueRows::count_waiting(const RunId& run, const ItemId& id, std::int64_t change) {
  return sql.run(
      "UPDATE queue_item SET waiting = waiting + ?3, state = CASE "
      "WHEN state = 'blocked' AND waiting + ?3 = 0 THEN 'ready' "
      "WHEN state = 'ready' AND waiting + ?3 > 0 THEN 'blocked' ELSE state END "
      "WHERE number IN (SELECT item FROM queue_after WHERE run = ?1 AND after = ?2)",
      run.str(), id.str(), change);
}

Result<std::int64_t> QueueRows::other_holder(const std::string& key, const RunId& run,
                                             const AgentName& agent) {
  for (std::size_t end = key.size();; end = key.rfind('/', end - 1)) {
    const auto above = std::string_view(key).substr(0, end);
    PAR_ASSIGN(auto query, sql.ask("SELECT p.holder FROM claimed_path p CROSS JOIN holder h ON h.number = "
                                   "p.holder WHERE p.path = ?1 AND NOT (h.agent = ?2 AND (h.run = ?3 OR "
                                   "h.run = '' OR ?3 = '')) LIMIT 1",
                                   above, agent.str(), run.str()));
    PAR_ASSIGN(const bool found, query.step());
    if (found) return query.number(0);
    if (end == 0) break;
  }
  // '0' is the character behind '/'.
  const auto first = key + "/";
  const auto last = key + "0";
  PAR_ASSIGN(auto query,
             sql.ask("SELECT p.holder FROM claimed_path p CROSS JOIN holder h ON h.number = p.holder "
                     "WHERE p.path > ?1 AND p.path < ?2 AND NOT (h.agent = ?3 AND (h.run = ?4 OR h.run = '' "
                     "OR ?4 = '')) LIMIT 1",
                     first, last, agent.str(), run.str()));
  PAR_ASSIGN(const bool found, query.step());
  return found ? query.number(0) : std::int64_t{0};
}

Result<void> QueueRows::hold_path(const std::string& key, std::int64_t item, std::int64_t holder,
                                  const std::string& shown) {
  return sql.run("INSERT OR IGNORE INTO claimed_path VALUES (?1, ?2, ?3, ?4)", key, item, holder, shown);
}

}  // namespace par::store
