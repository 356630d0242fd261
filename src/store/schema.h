// The database file itself: where it lies, how it is made, and whether it is one that we may use.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "store/connection.h"

namespace par::store {

[[nodiscard]] std::string database_file(const std::string& state_dir);
[[nodiscard]] std::string lock_file(const std::string& state_dir);

// Makes directory and file when missing. The file appears complete or not at all, whatever ends us in
// between. One of an older schema is taken to ours first, by this and by open_if_there.
[[nodiscard]] Result<Connection> open_or_create(const std::string& state_dir);
// nullopt when there is no database; nothing is made.
[[nodiscard]] Result<std::optional<Connection>> open_if_there(const std::string& state_dir);

}  // namespace par::store
