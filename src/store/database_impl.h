// What the parts of Database share. Internal to store/.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "store/connection.h"
#include "store/database.h"

namespace par::store {

// A row of the journal, without its hash.
struct Row {
  std::int64_t seq = 0;
  Millis at = 0;
  std::string_view kind;
  std::string_view body;
};

struct Database::Impl {
  Connection connection;
  std::string lock;

  Result<void> write(const std::function<Result<void>()>& work) const { return connection.write(lock, work); }
  Result<void> insert_event(const RunId& run, const Row& row, std::string_view previous) const;
  Result<void> append_event(const RunId& run, Row row) const;
  Result<bool> has(std::string_view sql, std::string_view key) const;
  Result<RunId> next_run_id() const;
  Result<std::string> newest_run() const;
  Result<void> insert_plan(const PlanId& id, std::string_view body, bool& stored) const;
  Result<void> insert_head(const PlanId& id, std::string_view body) const;
  Result<std::optional<core::AgentWork>> work_at(const PlanId& plan, std::int64_t position) const;
  Result<void> insert_run(const PlanId& plan, const Row& first, RunId& id) const;
};

}  // namespace par::store
