#include "store/schema.h"

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <system_error>

#include "os/crash_point.h"
#include "os/file_lock.h"
#include "os/files.h"

namespace par::store {
namespace {

constexpr std::int64_t kApplicationId = 0x67706172;  // "gpar"

// plan: content-addressed, never changed. event: the journal; `hash` chains each to the one before it in its
// run. validation, green: caches; a row that reads wrong counts as absent. item: what imports found, and
// whether it is still there; import: the content that was read last from each source.
constexpr const char* kTables = R"sql(
CREATE TABLE plan (id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
CREATE TABLE run (id TEXT PRIMARY KEY, plan TEXT NOT NULL) STRICT;
CREATE TABLE event (
  run TEXT NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL,
  kind TEXT NOT NULL, body TEXT NOT NULL, hash TEXT NOT NULL,
  PRIMARY KEY (run, seq)) STRICT;
CREATE TABLE validation (key TEXT PRIMARY KEY, body TEXT NOT NULL, hash TEXT NOT NULL) STRICT;
CREATE TABLE green (tree TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE item (id TEXT PRIMARY KEY, source TEXT NOT NULL, open INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
CREATE INDEX item_of_source ON item (source);
CREATE TABLE import (source TEXT PRIMARY KEY, sha256 TEXT NOT NULL) STRICT;
)sql";

// plan_head: the head of a plan (core::PlanHead), for whom all of it is too much to read; a row that is
// missing or reads wrong is made up for by the plan itself.
constexpr const char* kPlanHeads =
    "CREATE TABLE plan_head (id TEXT PRIMARY KEY, body TEXT NOT NULL, hash TEXT NOT NULL) STRICT;";

// work: what each agent of a run's plan is to do, as far as later plans ask; made up for like plan_head.
// item.reopened_after: the newest run when an import found a closed item again; empty: it never did.
constexpr const char* kEarlierWork = R"sql(
CREATE TABLE work (
  plan TEXT NOT NULL, position INTEGER NOT NULL, agent TEXT NOT NULL, pool TEXT NOT NULL,
  has_items INTEGER NOT NULL, hash TEXT NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY (plan, position)) STRICT;
ALTER TABLE item ADD COLUMN reopened_after TEXT NOT NULL DEFAULT '';
CREATE INDEX reopened_item ON item (reopened_after) WHERE reopened_after != '';
)sql";

// queue: a run whose items were laid out to be claimed; queue_agent: whose items its agents may take;
// queue_item: place and claim of each item; queue_after: which items wait for one. holder: a session that
// claims, with its lease (run is empty for path claims); claimed_path: what is held, folded, with a '/' in
// front; item 0: not for an item. queue_probe: when it was last looked which holders live.
constexpr const char* kQueue = R"sql(
CREATE TABLE queue (run TEXT PRIMARY KEY, ignore_case INTEGER NOT NULL, precompose INTEGER NOT NULL)
  STRICT, WITHOUT ROWID;
CREATE TABLE queue_agent (run TEXT NOT NULL, agent TEXT NOT NULL, owner TEXT NOT NULL,
  PRIMARY KEY (run, agent)) STRICT, WITHOUT ROWID;
CREATE TABLE queue_item (
  number INTEGER PRIMARY KEY, run TEXT NOT NULL, id TEXT NOT NULL, agent TEXT NOT NULL, owner TEXT NOT NULL,
  severity INTEGER NOT NULL, category TEXT NOT NULL, lane INTEGER NOT NULL, place INTEGER NOT NULL,
  waiting INTEGER NOT NULL, state TEXT NOT NULL, attempt INTEGER NOT NULL, taker TEXT NOT NULL,
  taker_attempt INTEGER NOT NULL, batch INTEGER NOT NULL, reason TEXT NOT NULL, body TEXT NOT NULL) STRICT;
CREATE UNIQUE INDEX queue_item_id ON queue_item (run, id);
CREATE INDEX queue_item_count ON queue_item (run, agent, state);
CREATE INDEX queue_item_taker ON queue_item (run, taker, state) WHERE taker <> '';
CREATE INDEX queue_item_blocked ON queue_item (run, owner) WHERE state = 'blocked';
CREATE INDEX queue_item_ready ON queue_item (run, owner, severity, lane, place) WHERE state = 'ready';
CREATE INDEX queue_item_ready_category ON queue_item (run, owner, category, severity, lane, place)
  WHERE state = 'ready';
CREATE TABLE queue_after (run TEXT NOT NULL, after TEXT NOT NULL, item INTEGER NOT NULL,
  PRIMARY KEY (run, after, item)) STRICT, WITHOUT ROWID;
CREATE TABLE holder (
  number INTEGER PRIMARY KEY, run TEXT NOT NULL, agent TEXT NOT NULL, attempt INTEGER NOT NULL,
  lock TEXT NOT NULL, boot TEXT NOT NULL, granted INTEGER NOT NULL, until INTEGER NOT NULL,
  batches INTEGER NOT NULL, losses INTEGER NOT NULL) STRICT;
CREATE UNIQUE INDEX holder_name ON holder (run, agent, attempt);
CREATE TABLE claimed_path (path TEXT NOT NULL, item INTEGER NOT NULL, holder INTEGER NOT NULL,
  shown TEXT NOT NULL, PRIMARY KEY (path, holder, item)) STRICT, WITHOUT ROWID;
CREATE INDEX claimed_path_holder ON claimed_path (holder);
CREATE INDEX claimed_path_item ON claimed_path (item);
CREATE TABLE queue_probe (id INTEGER PRIMARY KEY, boot TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
)sql";

// queue_agent.pulls: the agent has asked for items, whatever it got.
constexpr const char* kPulls = "ALTER TABLE queue_agent ADD COLUMN pulls INTEGER NOT NULL DEFAULT 0;";

// Each step leads to the schema version after it; a new database takes all of them.
constexpr std::array kSteps{kTables, kPlanHeads, kEarlierWork, kQueue, kPulls};
constexpr auto kSchemaVersion = static_cast<std::int64_t>(kSteps.size());

Result<void> refuse_network(const std::string& state_dir) {
  std::string place = os::absolute_path(state_dir);
  while (!os::exists(place) && place != "/") place = os::parent_directory(place);
  if (!os::on_network_file_system(place)) return {};
  return Error(fmt::format("the state directory '{}' is on a network file system", state_dir))
      .hint("locks and durable writes cannot be trusted there; use a clone on a local disk");
}

// The log of a database holds acknowledged work: without its database it is neither applied nor thrown away.
Result<void> refuse_orphaned_log(const std::string& file) {
  if (!os::exists(file + "-wal")) return {};
  return Error(fmt::format("'{}' is missing, but its log '{}-wal' is there", file, file))
      .hint("put the database back, or move the log away to start anew");
}

Error newer_schema(const std::string& file, std::int64_t version) {
  return Error(fmt::format("'{}' was written by a newer git par (schema {}, this one knows {})", file,
                           version, kSchemaVersion))
      .hint("use the newer version for this repository");
}

// Within a transaction. Precondition: `from` is below our version.
Result<void> take_steps(const Connection& connection, std::int64_t from) {
  for (auto step = static_cast<std::size_t>(from); step < kSteps.size(); ++step)
    PAR_TRY(connection.execute(kSteps[step]));
  return connection.execute(fmt::format("PRAGMA user_version={}", kSchemaVersion).c_str());
}

Result<void> fill(const std::string& file) {
  PAR_ASSIGN(const auto connection, Connection::open(file, Connection::Durability::none));
  PAR_TRY(connection.execute("PRAGMA journal_mode=MEMORY"));
  PAR_TRY(connection.execute("BEGIN"));
  PAR_TRY(take_steps(connection, 0));
  PAR_TRY(connection.execute(fmt::format("PRAGMA application_id={}", kApplicationId).c_str()));
  PAR_TRY(connection.execute("COMMIT"));
  return connection.execute("PRAGMA journal_mode=WAL");
}

// Under the lock: builds the file beside its place, then moves it there, so that whoever finds it finds it
// complete.
Result<void> create(const std::string& state_dir) {
  PAR_TRY(os::make_directories(state_dir, 0700));
  PAR_TRY(os::make_directories(os::parent_directory(lock_file(state_dir)), 0700));
  PAR_ASSIGN(const auto lock, os::FileLock::acquire(lock_file(state_dir)));
  const auto file = database_file(state_dir);
  if (os::exists(file)) return {};  // somebody was faster
  PAR_TRY(refuse_orphaned_log(file));

  std::error_code failed;
  std::filesystem::permissions(state_dir, std::filesystem::perms::owner_all, failed);
  if (failed) return errno_error(fmt::format("cannot protect '{}'", state_dir), failed.value());
  const auto fresh = file + ".new";
  for (const auto* suffix : {"", "-wal", "-shm"}) PAR_TRY(os::remove_file(fresh + suffix));
  PAR_TRY(os::write_file_durably(fresh, "", 0600));
  PAR_TRY(fill(fresh));
  PAR_TRY(os::sync_file_system(fresh));
  PAR_TRY(os::crash_point("state.filled"));
  std::filesystem::rename(fresh, file, failed);
  if (failed) return errno_error(fmt::format("cannot make '{}'", file), failed.value());
  PAR_TRY(os::sync_file_system(state_dir));
  return os::crash_point("state.created");
}

Result<void> upgrade(const Connection& connection, const std::string& state_dir) {
  return connection.write(lock_file(state_dir), [&]() -> Result<void> {
    PAR_ASSIGN(const auto version, connection.query_number("PRAGMA user_version"));
    // Somebody may have been faster, also a newer version.
    if (version > kSchemaVersion) return newer_schema(database_file(state_dir), version);
    if (version == kSchemaVersion) return {};
    PAR_TRY(take_steps(connection, version));
    return os::crash_point("state.upgraded");
  });
}

Result<Connection> open_checked(const std::string& state_dir) {
  const auto file = database_file(state_dir);
  PAR_ASSIGN(auto connection, Connection::open(file, Connection::Durability::full));
  PAR_ASSIGN(const auto application, connection.query_number("PRAGMA application_id"));
  if (application != kApplicationId)
    return Error(fmt::format("'{}' is not a database of git par", file))
        .hint("move it away, or restore the one that was there");
  PAR_ASSIGN(const auto version, connection.query_number("PRAGMA user_version"));
  if (version > kSchemaVersion) return newer_schema(file, version);
  if (version < 1)
    return Error(fmt::format("'{}' is damaged: its schema version is {}", file, version))
        .hint("branches and refs under refs/par are untouched; move the file away to start anew");
  if (version < kSchemaVersion) PAR_TRY(upgrade(connection, state_dir));
  return connection;
}

}  // namespace

std::string database_file(const std::string& state_dir) { return state_dir + "/state.db"; }

std::string lock_file(const std::string& state_dir) { return state_dir + "/locks/db.lock"; }

Result<Connection> open_or_create(const std::string& state_dir) {
  PAR_TRY(refuse_network(state_dir));
  const auto file = database_file(state_dir);
  if (!os::exists(file)) PAR_TRY(create(state_dir));
  return open_checked(state_dir);
}

Result<std::optional<Connection>> open_if_there(const std::string& state_dir) {
  const auto file = database_file(state_dir);
  PAR_ASSIGN(const bool there, os::is_there(file));
  if (!there) {
    PAR_TRY(refuse_orphaned_log(file));
    return std::optional<Connection>();
  }
  PAR_TRY(refuse_network(state_dir));
  PAR_ASSIGN(auto connection, open_checked(state_dir));
  return std::optional<Connection>(std::move(connection));
}

}  // namespace par::store
