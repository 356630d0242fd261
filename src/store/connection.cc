#include "store/connection.h"

#include <fmt/format.h>

#include <cstring>
#include <utility>

#include "os/file_lock.h"
#include "os/files.h"

namespace par::store {
namespace {

constexpr int kBusyTimeoutMs = 10'000;  // for writers that do not know our lock: an sqlite3 shell, a backup
constexpr int kCheckpointPages = 1000;  // 4 MB: short enough to be read at once by whoever opens the database
constexpr int kLongestLog = 2000;       // pages

Error sqlite_error(sqlite3* handle, const std::string& file) {
  const int code = sqlite3_errcode(handle) & 0xff;
  std::string text = sqlite3_errmsg(handle);
  if (const int number = sqlite3_system_errno(handle);
      number != 0 && (code == SQLITE_IOERR || code == SQLITE_CANTOPEN))
    text += fmt::format(": {}", std::strerror(number));
  Error error(fmt::format("cannot use '{}': {}", file, text));
  if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
    return std::move(error).hint(
        "branches and refs under refs/par are untouched; move the file away to start anew");
  if (code == SQLITE_FULL) return std::move(error).hint("free some space, then run the command again");
  if (code == SQLITE_BUSY) return std::move(error).hint("another program keeps the database locked");
  return error;
}

int note_log_pages(void* pages, sqlite3*, const char*, int count) {
  *static_cast<int*>(pages) = count;
  return SQLITE_OK;
}

// Ends the transaction without effect unless it was committed.
class Transaction {
 public:
  explicit Transaction(const Connection& connection) : connection_(connection) {}
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction() {
    if (open_) static_cast<void>(connection_.execute("ROLLBACK"));
  }
  Result<void> begin() {
    PAR_TRY(connection_.execute("BEGIN IMMEDIATE"));
    open_ = true;
    return {};
  }
  Result<void> commit() {
    PAR_TRY(connection_.execute("COMMIT"));
    open_ = false;
    return {};
  }

 private:
  const Connection& connection_;
  bool open_ = false;
};

}  // namespace

Statement& Statement::bind(int index, std::string_view text) {
  // An empty view may have no address, which SQLite would take for NULL.
  sqlite3_bind_text64(statement_.get(), index, text.empty() ? "" : text.data(), text.size(), nullptr,
                      SQLITE_UTF8);
  return *this;
}

Statement& Statement::bind(int index, std::int64_t number) {
  sqlite3_bind_int64(statement_.get(), index, number);
  return *this;
}

Result<bool> Statement::step() {
  switch (sqlite3_step(statement_.get())) {
    case SQLITE_ROW:
      return true;
    case SQLITE_DONE:
      return false;
    default:
      return sqlite_error(sqlite3_db_handle(statement_.get()), file_);
  }
}

Result<void> Statement::finish() {
  for (;;) {
    PAR_ASSIGN(const bool more, step());
    if (!more) return {};
  }
}

Result<void> Statement::reset() {
  if (sqlite3_reset(statement_.get()) != SQLITE_OK)
    return sqlite_error(sqlite3_db_handle(statement_.get()), file_);
  return {};
}

std::string_view Statement::text(int column) {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
  return {bytes == nullptr ? "" : bytes,
          static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

std::int64_t Statement::number(int column) { return sqlite3_column_int64(statement_.get(), column); }

Connection::Connection(sqlite3* handle, std::string file)
    : file_(std::move(file)), log_pages_(std::make_unique<int>(0)), handle_(handle) {}

Result<Connection> Connection::open(const std::string& file, Durability durability) {
  sqlite3* handle = nullptr;
  const int code =
      sqlite3_open_v2(file.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE, nullptr);
  Connection connection(handle, file);
  if (handle == nullptr) return Error(fmt::format("cannot use '{}': out of memory", file));
  if (code != SQLITE_OK) return sqlite_error(handle, file);
  sqlite3_busy_timeout(handle, kBusyTimeoutMs);
  if (durability == Durability::none) return connection;

  // Closing must not carry the log over: that happens under the lock only.
  sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  PAR_TRY(
      connection.execute("PRAGMA synchronous=FULL; PRAGMA fullfsync=1; PRAGMA checkpoint_fullfsync=1; PRAGMA "
                         "wal_autocheckpoint=0"));
  sqlite3_wal_hook(handle, note_log_pages, connection.log_pages_.get());
  return connection;
}

Result<Statement> Connection::prepare(std::string_view sql) const {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(handle_.get(), sql.data(), static_cast<int>(sql.size()), &statement, nullptr) !=
      SQLITE_OK)
    return sqlite_error(handle_.get(), file_);
  return Statement(statement, file_);
}

Result<void> Connection::execute(const char* sql) const {
  if (sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK)
    return sqlite_error(handle_.get(), file_);
  return {};
}

Result<std::int64_t> Connection::query_number(std::string_view sql) const {
  PAR_ASSIGN(auto statement, prepare(sql));
  PAR_ASSIGN(const bool found, statement.step());
  return found ? statement.number(0) : std::int64_t{0};
}

Result<void> Connection::write(const std::string& lock_file,
                               const std::function<Result<void>()>& work) const {
  PAR_TRY(os::make_directories(os::parent_directory(lock_file), 0700));
  PAR_ASSIGN(const auto lock, os::FileLock::acquire_in_turn(lock_file));
  Transaction transaction(*this);
  PAR_TRY(transaction.begin());
  PAR_TRY(work());
  PAR_TRY(transaction.commit());
  checkpoint_when_due();
  return {};
}

// A checkpoint that cannot be made now (a reader is in the way) is made after a later commit: no error.
// That all was carried over is known as long as somebody has the database open. Processes that come one after
// the other would each carry it over again and add to it: then the log has to go.
void Connection::checkpoint_when_due() const {
  if (*log_pages_ < kCheckpointPages) return;
  const bool cut = *log_pages_ >= kLongestLog;
  if (cut) sqlite3_busy_timeout(handle_.get(), 0);
  sqlite3_wal_checkpoint_v2(handle_.get(), nullptr,
                            cut ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  if (cut) sqlite3_busy_timeout(handle_.get(), kBusyTimeoutMs);
}

}  // namespace par::store
