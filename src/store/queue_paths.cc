// Path claims, and what is looked at without changing it.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "base/strings.h"
#include "store/codec.h"
#include "store/queue_impl.h"

namespace par::store {
namespace {

std::string shown_path(const std::string& path) { return path.empty() ? "." : quote_path(path); }

// Who the other holder is, as a refusal says it.
Result<std::string> held_by(QueueRows& rows, const std::string& path, std::int64_t number) {
  PAR_ASSIGN(const auto holders, rows.holders());
  const auto holder =
      std::find_if(holders.begin(), holders.end(), [&](const Holder& h) { return h.number == number; });
  if (holder == holders.end()) return fmt::format("'{}' is held by somebody else", shown_path(path));
  return fmt::format("'{}' is held by {}{}", shown_path(path), core::claimant_text(holder->who.agent),
                     holder->run.empty() ? "" : fmt::format(" in run '{}'", holder->run.str()));
}

Error held_error(std::string message) {
  return refused(std::move(message)).hint("'git par claims' shows what is held, and for how long");
}

}  // namespace

Result<void> Queue::claim_paths(const QueueSession& session, const std::vector<RepoPath>& paths,
                                Folding folding) {
  std::string lost;  // the message; empty: claimed
  auto& rows = parts_->rows;
  const auto claim = [&]() -> Result<void> {
    const auto at = parts_->moment();
    PAR_TRY(parts_->free_dead(at, 0, true));
    PAR_ASSIGN(auto holder, parts_->admit(session, at));
    PAR_TRY(parts_->extend(holder, session, at));
    for (const auto& path : paths) {
      const auto key = path_key(fold_name(path.str(), folding));
      PAR_ASSIGN(const auto other, rows.other_holder(key, session.run, session.who.agent));
      if (other == 0) continue;
      PAR_ASSIGN(lost, held_by(rows, path.str(), other));
      ++holder.losses;
      return rows.put_holder(holder);
    }
    for (const auto& path : paths)
      PAR_TRY(rows.hold_path(path_key(fold_name(path.str(), folding)), 0, holder.number, path.str()));
    holder.losses = 0;
    return rows.put_holder(holder);
  };
  PAR_TRY(parts_->write(claim));
  if (!lost.empty()) return held_error(std::move(lost));
  return {};
}

Result<void> Queue::release_paths(const QueueSession& session, const std::vector<RepoPath>& paths,
                                  Folding folding) {
  auto& rows = parts_->rows;
  const auto release = [&]() -> Result<void> {
    PAR_TRY(parts_->free_dead(parts_->moment(), 0, true));
    PAR_ASSIGN(const auto holders, rows.holders());
    for (const auto& path : paths) {
      const auto key = path_key(fold_name(path.str(), folding));
      bool released = false;
      for (const auto& holder : holders) {
        PAR_ASSIGN(const bool there,
                   rows.sql.any("SELECT 1 FROM claimed_path WHERE path = ?1 AND holder = ?2 AND item = 0",
                                key, holder.number));
        if (!there) continue;
        if (!is_same(holder, session.run, session.who.agent)) {
          PAR_ASSIGN(auto message, held_by(rows, path.str(), holder.number));
          return held_error(std::move(message));
        }
        PAR_TRY(rows.sql.run("DELETE FROM claimed_path WHERE path = ?1 AND holder = ?2 AND item = 0", key,
                             holder.number));
        released = true;
        PAR_ASSIGN(const auto left, rows.holdings(holder));
        if (left == 0 && holder.run.empty()) PAR_TRY(rows.free_holder(holder));
      }
      if (!released)
        return refused(fmt::format("'{}' is not claimed", shown_path(path.str())))
            .hint("'git par claims' shows what is held");
    }
    return {};
  };
  return parts_->write(release);
}

Result<std::vector<ClaimRow>> Queue::claims() const {
  auto& rows = parts_->rows;
  PAR_ASSIGN(const auto holders, rows.holders());
  const auto at = parts_->moment();
  std::vector<ClaimRow> claims;
  for (const auto& holder : holders) {
    PAR_ASSIGN(const bool alive, parts_->is_alive(holder, at));
    if (!alive) continue;
    const ClaimRow empty{holder.run, holder.who, {}, 0, {}, core::time_left(holder.lease, at)};
    PAR_ASSIGN(
        auto items,
        rows.sql.ask("SELECT id, attempt, body FROM queue_item WHERE run = ?1 AND taker = ?2 AND taker "
                     "<> '' AND state = 'claimed' AND taker_attempt = ?3 ORDER BY id",
                     holder.run.str(), holder.who.agent.str(), std::int64_t{holder.who.attempt}));
    for (;;) {
      PAR_ASSIGN(const bool more, items.step());
      if (!more) break;
      auto claim = empty;
      claim.item = ItemId(items.text(0));
      claim.attempt = items.integer(1);
      PAR_ASSIGN(const auto item, decode_item(items.text(2)));
      for (const auto& file : item.files) claim.paths.push_back(file.str());
      claims.push_back(std::move(claim));
    }
    auto paths = empty;
    PAR_ASSIGN(auto held,
               rows.sql.ask("SELECT shown FROM claimed_path WHERE holder = ?1 AND item = 0 ORDER BY "
                            "shown",
                            holder.number));
    for (;;) {
      PAR_ASSIGN(const bool more, held.step());
      if (!more) break;
      paths.paths.emplace_back(held.text(0));
    }
    if (!paths.paths.empty()) claims.push_back(std::move(paths));
  }
  std::stable_sort(claims.begin(), claims.end(), [](const ClaimRow& a, const ClaimRow& b) {
    return std::tie(a.run, a.who.agent, a.who.attempt, a.item) <
           std::tie(b.run, b.who.agent, b.who.attempt, b.item);
  });
  return claims;
}

Result<std::vector<AgentItemCounts>> Queue::counts(const RunId& run) const {
  auto& rows = parts_->rows;
  std::map<AgentName, AgentItemCounts> counts;
  const auto add = [&](Query query,
                       const std::function<void(AgentItemCounts&, Query&)>& take) -> Result<void> {
    for (;;) {
      PAR_ASSIGN(const bool more, query.step());
      if (!more) return {};
      auto& agent = counts[AgentName(query.text(0))];
      agent.agent = AgentName(query.text(0));
      take(agent, query);
    }
  };
  PAR_ASSIGN(auto all, rows.sql.ask("SELECT agent, state, count(*) FROM queue_item WHERE run = ?1 "
                                    "GROUP BY agent, state",
                                    run.str()));
  PAR_TRY(add(std::move(all), [](AgentItemCounts& agent, Query& row) {
    const auto state = row.text(1);
    auto& count = state == "claimed"  ? agent.claimed
                  : state == "done"   ? agent.done
                  : state == "failed" ? agent.failed
                                      : agent.ready;
    count += row.number(2);
  }));
  // What a dead session claimed is as good as ready: the next claimant finds it so.
  PAR_ASSIGN(const auto holders, rows.holders());
  const auto at = parts_->moment();
  for (const auto& holder : holders) {
    if (holder.run != run) continue;
    PAR_ASSIGN(const bool alive, parts_->is_alive(holder, at));
    if (alive) continue;
    PAR_ASSIGN(auto dead,
               rows.sql.ask("SELECT agent, count(*) FROM queue_item WHERE run = ?1 AND taker = ?2 AND "
                            "taker <> '' AND state = 'claimed' AND taker_attempt = ?3 GROUP BY agent",
                            run.str(), holder.who.agent.str(), std::int64_t{holder.who.attempt}));
    PAR_TRY(add(std::move(dead), [](AgentItemCounts& agent, Query& row) {
      agent.claimed -= row.number(1);
      agent.ready += row.number(1);
    }));
  }
  PAR_ASSIGN(const auto stuck, rows.stuck_items(run));
  for (const auto& item : stuck) ++counts[item.agent].stuck;
  PAR_ASSIGN(auto pulling, rows.sql.ask("SELECT agent FROM queue_agent g WHERE run = ?1 AND pulls AND EXISTS "
                                        "(SELECT 1 FROM queue_item i WHERE i.run = ?1 AND i.agent = g.agent)",
                                        run.str()));
  PAR_TRY(add(std::move(pulling), [](AgentItemCounts& agent, Query&) { agent.pulls = true; }));
  std::vector<AgentItemCounts> sorted;
  for (auto& [name, agent] : counts) sorted.push_back(std::move(agent));
  return sorted;
}

Result<std::vector<FailedItem>> Queue::failed(const RunId& run, const AgentName& agent,
                                              std::int64_t limit) const {
  PAR_ASSIGN(auto query, parts_->rows.sql.ask(
                             "SELECT id, taker, reason FROM queue_item WHERE run = ?1 AND agent = ?2 AND "
                             "state = 'failed' ORDER BY id LIMIT ?3",
                             run.str(), agent.str(), limit));
  std::vector<FailedItem> found;
  for (;;) {
    PAR_ASSIGN(const bool more, query.step());
    if (!more) return found;
    found.push_back({ItemId(query.text(0)), AgentName(query.text(1)), std::string(query.text(2))});
  }
}

Result<std::set<ItemId>> Queue::left_undone(const RunId& run, const AgentName& agent) const {
  PAR_ASSIGN(const bool pulls, parts_->rows.pulls(run, agent));
  PAR_ASSIGN(auto query,
             parts_->rows.sql.ask("SELECT id FROM queue_item WHERE run = ?1 AND agent = ?2 AND "
                                  "(state = 'failed' OR (?3 AND NOT (state = 'done' AND taker <> '')))",
                                  run.str(), agent.str(), std::int64_t{pulls}));
  std::set<ItemId> ids;
  for (;;) {
    PAR_ASSIGN(const bool more, query.step());
    if (!more) return ids;
    ids.insert(ItemId(query.text(0)));
  }
}

Result<std::vector<LosingRow>> Queue::losing(int losses) const {
  auto& rows = parts_->rows;
  PAR_ASSIGN(const auto holders, rows.holders());
  const auto at = parts_->moment();
  std::vector<LosingRow> found;
  for (const auto& holder : holders) {
    if (holder.losses < losses) continue;
    PAR_ASSIGN(const bool alive, parts_->is_alive(holder, at));
    if (alive) found.push_back({holder.run, holder.who.agent, holder.losses});
  }
  std::sort(found.begin(), found.end(), [](const LosingRow& a, const LosingRow& b) {
    return std::tie(a.run, a.agent) < std::tie(b.run, b.agent);
  });
  return found;
}

}  // namespace par::store
