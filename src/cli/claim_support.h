// What the commands that claim have in common: who calls, and for how long.
#pragma once

#include <string>

#include "app/claiming.h"
#include "cli/command.h"

namespace par::cli {

struct CallerOptions {
  std::string run;
  std::string agent;
  std::string ttl = "1h";
};

// --run and --agent; for those that take or extend a lease also --ttl.
void add_caller(OptionList& line, CallerOptions& options);
void add_ttl(OptionList& line, CallerOptions& options);
[[nodiscard]] Result<app::Caller> read_caller(const CallerOptions& options);

// `done`, `fail` and `release` of items: ends them, and prints what was ended, as JSON only.
[[nodiscard]] Result<int> end_items(const app::Project& project, const app::Caller& caller,
                                    const store::EndRequest& request, const Invocation& invocation);

}  // namespace par::cli
