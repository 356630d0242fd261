// A state directory of one test, with a way around the store for damage and for looking.
#pragma once

#include <string>

#include "os/files.h"
#include "store/database.h"
#include "store/schema.h"
#include "support/catch.h"

namespace par::test {

class State {
 public:
  State() : home_(*os::TemporaryDirectory::create("par-store")) {}

  [[nodiscard]] std::string dir() const { return home_.path() + "/par"; }
  [[nodiscard]] std::string file() const { return dir() + "/state.db"; }
  [[nodiscard]] store::Database open() const {
    auto database = store::Database::open(dir());
    if (!database) FAIL(database.error().message);
    return *std::move(database);
  }

  void change(const std::string& sql) const {
    const auto connection = store::Connection::open(file(), store::Connection::Durability::full);
    REQUIRE(connection);
    REQUIRE(connection->execute(sql.c_str()));
  }
  [[nodiscard]] std::int64_t number(const std::string& sql) const {
    const auto connection = store::Connection::open(file(), store::Connection::Durability::full);
    REQUIRE(connection);
    const auto result = connection->query_number(sql);
    REQUIRE(result);
    return *result;
  }

 private:
  os::TemporaryDirectory home_;
};

template <class T>
std::string message_of(const Result<T>& result) {
  return result ? "no error" : result.error().message;
}

}  // namespace par::test
