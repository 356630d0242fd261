// SQLite behind values: a connection, its statements, and write transactions under the lock of the database.
// The only header of the program that knows sqlite3.h. One thread, one connection.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace par::store {

// One prepared statement. Texts that are bound must outlive the steps; columns are valid until the next step.
class Statement {
 public:
  Statement& bind(int index, std::string_view text);
  Statement& bind(int index, std::int64_t number);
  // True: a row stands ready. False: done.
  [[nodiscard]] Result<bool> step();
  // Steps to the end, for statements without rows that matter.
  [[nodiscard]] Result<void> finish();

  // Ready to be bound and run once more.
  [[nodiscard]] Result<void> reset();

  [[nodiscard]] std::string_view text(int column);
  [[nodiscard]] std::int64_t number(int column);

 private:
  friend class Connection;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  Statement(sqlite3_stmt* statement, std::string file) : statement_(statement), file_(std::move(file)) {}

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  std::string file_;
};

class Connection {
 public:
  enum class Durability {
    full,  // what returns is on the disk; checkpoints are ours alone
    none,  // for a file that is only being made and is flushed as a whole
  };
  // The file must exist.
  [[nodiscard]] static Result<Connection> open(const std::string& file, Durability durability);

  [[nodiscard]] Result<Statement> prepare(std::string_view sql) const;
  // Runs statements that return nothing.
  [[nodiscard]] Result<void> execute(const char* sql) const;
  // The first column of the first row; 0 without a row.
  [[nodiscard]] Result<std::int64_t> query_number(std::string_view sql) const;

  // Runs `work` in one transaction: all of it is durable when this returns well, nothing of it otherwise.
  // Writers of all processes queue up at the lock `lock_file` (made when missing, with its directory) before
  // they ask SQLite, which would let them starve. The log is carried over into the database here too, for the
  // same reason: nobody else writes meanwhile.
  [[nodiscard]] Result<void> write(const std::string& lock_file,
                                   const std::function<Result<void>()>& work) const;

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close(handle); }
  };
  explicit Connection(sqlite3* handle, std::string file);
  void checkpoint_when_due() const;

  std::string file_;
  std::unique_ptr<int> log_pages_;  // of the write-ahead log after the last commit; SQLite holds its address
  std::unique_ptr<sqlite3, Close> handle_;
};

}  // namespace par::store
