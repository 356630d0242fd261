// The rows of the queue: the statements behind store/queue.h, each step within a transaction of its caller.
// Internal to store/.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/claim.h"
#include "store/connection.h"

namespace par::store {

// The rows of a prepared statement, which is ready to be used again when this is gone.
class Query {
 public:
  explicit Query(Statement& statement) : statement_(&statement) {}
  Query(Query&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}
  Query& operator=(Query&&) = delete;
  ~Query() {
    if (statement_ != nullptr) static_cast<void>(statement_->reset());
  }

  [[nodiscard]] Result<bool> step() { return statement_->step(); }
  [[nodiscard]] std::string_view text(int column) { return statement_->text(column); }
  [[nodiscard]] std::int64_t number(int column) { return statement_->number(column); }
  [[nodiscard]] int integer(int column) { return static_cast<int>(number(column)); }

 private:
  Statement* statement_;
};

// Statements that are prepared once. What is bound must live as long as the query; one query of a text at a
// time.
class Statements {
 public:
  explicit Statements(const Connection& connection) : connection_(connection) {}

  template <class... Values>
  [[nodiscard]] Result<Query> ask(const char* sql, const Values&... values) {
    auto found = statements_.find(sql);
    if (found == statements_.end()) {
      PAR_ASSIGN(auto statement, connection_.prepare(sql));
      found = statements_.emplace(sql, std::move(statement)).first;
    }
    int index = 0;
    (found->second.bind(++index, values), ...);
    return Query(found->second);
  }
  template <class... Values>
  [[nodiscard]] Result<void> run(const char* sql, const Values&... values) {
    PAR_ASSIGN(auto query, ask(sql, values...));
    for (;;) {
      PAR_ASSIGN(const bool more, query.step());
      if (!more) return {};
    }
  }
  template <class... Values>
  [[nodiscard]] Result<bool> any(const char* sql, const Values&... values) {
    PAR_ASSIGN(auto query, ask(sql, values...));
    return query.step();
  }

 private:
  const Connection& connection_;
  std::map<std::string_view, Statement> statements_;  // by their texts, which are literals
};

struct Holder {
  std::int64_t number = 0;
  RunId run;
  core::Claimant who;
  std::string lock;
  core::Lease lease;
  std::int64_t batches = 0;
  int losses = 0;
};

// Whether the agent of this run (empty: whoever claims paths under that name) holds what the holder holds.
[[nodiscard]] bool is_same(const Holder& holder, const RunId& run, const AgentName& agent);

struct ItemRecord {
  std::int64_t number = 0;
  core::ItemClaim claim;
  std::int64_t batch = 0;
};

// An item that comes after one that failed, directly or not: it will not be ready in this run, unless its
// agent starts anew.
struct StuckItem {
  std::int64_t number = 0;
  ItemId id;
  AgentName agent;  // whose plan entry it is in
};

// Of the items that one owner has left.
enum class BlockedItems {
  none,
  may_go_on,     // one of them waits for what may still be done
  after_failed,  // each is stuck
};

class QueueRows {
 public:
  explicit QueueRows(const Connection& connection) : sql(connection) {}

  // ---- sessions
  [[nodiscard]] Result<std::vector<Holder>> holders();
  [[nodiscard]] Result<std::optional<Holder>> find_holder(const RunId& run, const core::Claimant& who);
  // 0: none.
  [[nodiscard]] Result<int> newest_attempt(const RunId& run, const AgentName& agent);
  // Makes it when its number is 0, and sets that.
  [[nodiscard]] Result<void> put_holder(Holder& holder);
  // Everything it holds is free again.
  [[nodiscard]] Result<void> free_holder(const Holder& holder);
  // What earlier attempts of this agent held or ended is as if they had never been.
  [[nodiscard]] Result<void> undo_earlier(const RunId& run, const core::Claimant& who);
  // The agent has asked for items from within its job; it need not get any.
  [[nodiscard]] Result<void> note_pull(const RunId& run, const AgentName& agent);
  // Whether its items are done only where that was said: it has asked for some, or somebody has claimed any
  // of its plan entry.
  [[nodiscard]] Result<bool> pulls(const RunId& run, const AgentName& agent);
  // Items and paths.
  [[nodiscard]] Result<std::int64_t> holdings(const Holder& holder);

  // ---- items
  [[nodiscard]] Result<std::optional<ItemRecord>> find_item(const RunId& run, const ItemId& id);
  // Of one plan entry, those that are ready or blocked.
  [[nodiscard]] Result<std::vector<ItemRecord>> left_by(const RunId& run, const AgentName& agent);
  // By id. Linear in what waits for failed items.
  [[nodiscard]] Result<std::vector<StuckItem>> stuck_items(const RunId& run);
  // `category`: only such items; empty: all. Linear in the stuck ones.
  [[nodiscard]] Result<BlockedItems> blocked_items(const RunId& run, const std::string& owner,
                                                   const std::string& category);
  [[nodiscard]] Result<std::vector<ItemRecord>> batch_of(const Holder& holder, std::int64_t batch);
  // As `record` says, but for `blocked`, which it is instead of `ready` when it waits for others; those that
  // wait for it are told. `was`: its state until now.
  [[nodiscard]] Result<void> put_item(const RunId& run, const ItemRecord& record, core::ItemState was,
                                      std::string_view reason);

  // ---- paths: keys as made by path_key
  // The number of a holder of the path, of a directory above it or of something below that is not the same
  // (is_same) as this agent; 0: none.
  [[nodiscard]] Result<std::int64_t> other_holder(const std::string& key, const RunId& run,
                                                  const AgentName& agent);
  [[nodiscard]] Result<void> hold_path(const std::string& key, std::int64_t item, std::int64_t holder,
                                       const std::string& shown);

  Statements sql;

 private:
  [[nodiscard]] Result<void> count_waiting(const RunId& run, const ItemId& id, std::int64_t change);
};

// "/src/x"; "" for all of the repository. So every directory above is what stands before a '/'.
[[nodiscard]] std::string path_key(std::string_view folded_path);

}  // namespace par::store
