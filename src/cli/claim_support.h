// What the commands that claim have in common: who calls, and for how long.
#pragma once

#include <string>

#include "app/claiming.h"
#include "cli/command.h"

namespace par::cli {

struct CallerOptions {
  std::string run;
  std::string agent;
  std::string ttl;
};

// --run and --agent; for those that take or extend a lease also --ttl.
void add_caller(OptionList& line, CallerOptions& options);
void add_ttl(OptionList& line, CallerOptions& options);
// Seconds; 0 when `text` is empty. Error (usage): not a duration.
[[nodiscard]] Result<core::Seconds> read_duration(const char* option, const std::string& text);
[[nodiscard]] Result<app::Caller> read_caller(const CallerOptions& options);

// `done`, `fail` and `release`.
struct EndOptions {
  CallerOptions caller;
  std::vector<std::string> items;
  int attempt = 0;
};

// --attempt, --run and --agent. The items are the command's to add, and --ttl.
void add_end(OptionList& line, EndOptions& options);
// Ends the items named as `request` says, and prints which, as JSON only.
[[nodiscard]] Result<int> end_items(const EndOptions& options, store::EndRequest request,
                                    const Invocation& invocation);

// The paths that were claimed or released, as JSON only.
void show_paths(const app::Claims& claims, std::string_view state, const std::vector<RepoPath>& paths,
                const Invocation& invocation);

}  // namespace par::cli
