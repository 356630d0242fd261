// The table of commands: one source for parsing, `-h`, man pages and completion.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/option_list.h"

namespace par::cli {

// What every command is told besides its own options.
struct Invocation {
  std::string cwd;
  bool json = false;
  bool quiet = false;
  bool verbose = false;
};

// Returns the exit code; errors are printed by the caller.
using Handler = std::function<Result<int>(const Invocation&)>;

struct Example {
  std::string_view command;
  std::string_view what;
};

enum class Group { start, plan, run, land, care };

struct Command {
  std::string_view name;
  Group group;
  std::string_view synopsis;     // after "git par <name>"
  std::string_view summary;      // one line, lower case, no full stop
  std::string_view description;  // paragraphs for the man page, separated by empty lines
  std::vector<Example> examples;
  std::string_view exit_codes;  // what 0 and 1 mean here, for the man page
  // Declares what the line may hold; the handler it returns owns the values.
  Handler (*configure)(OptionList& line);
};

// In the order in which help lists them.
[[nodiscard]] std::span<const Command> commands();
[[nodiscard]] const Command* find_command(std::string_view name);
[[nodiscard]] std::string_view group_title(Group group);

// One per command, each in the file cmd_<name>.cc.
[[nodiscard]] Command claim_command();
[[nodiscard]] Command claims_command();
[[nodiscard]] Command clean_command();
[[nodiscard]] Command completion_command();
[[nodiscard]] Command demo_command();
[[nodiscard]] Command done_command();
[[nodiscard]] Command fail_command();
[[nodiscard]] Command heartbeat_command();
[[nodiscard]] Command hook_command();
[[nodiscard]] Command import_command();
[[nodiscard]] Command attach_command();
[[nodiscard]] Command log_command();
[[nodiscard]] Command merge_command();
[[nodiscard]] Command next_command();
[[nodiscard]] Command owners_command();
[[nodiscard]] Command plan_command();
[[nodiscard]] Command release_command();
[[nodiscard]] Command resume_command();
[[nodiscard]] Command retry_command();
[[nodiscard]] Command rollback_command();
[[nodiscard]] Command run_command();
[[nodiscard]] Command status_command();
[[nodiscard]] Command stop_command();
[[nodiscard]] Command validate_command();

constexpr int kExitNo = 1;
constexpr int kExitFatal = 128;
constexpr int kExitUsage = 129;
constexpr int kExitBug = 255;

}  // namespace par::cli
