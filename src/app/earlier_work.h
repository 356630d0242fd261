// What the journals of earlier runs say that a new plan wants to know.
#pragma once

#include <string>
#include <vector>

#include "app/project.h"
#include "core/earlier_work.h"

namespace par::app {

struct EarlierWork {
  std::vector<core::FinishedWork> timed;  // what was accepted, in the order of the runs
  std::vector<std::string> warnings;      // runs whose record is damaged are left out
};

// Reads every run: linear in their plans and events.
[[nodiscard]] Result<EarlierWork> read_earlier_work(const store::Database& database);

}  // namespace par::app
