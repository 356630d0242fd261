// Runs a command to its end and captures what it printed. The one spawn function of short-lived children:
// argument vectors only, close-on-exec descriptors, traced (child_start, child_exit). A captured command is
// in its own process group: the terminal's Ctrl-C does not reach it; the second of those that os/signals
// counts ends it with TERM. A command that may ask its user something needs `inherit_output`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace par::os {

using Environment = std::vector<std::string>;  // "NAME=value"

struct Command {
  std::vector<std::string> argv;   // argv[0] is looked up in PATH
  std::string cwd;                 // empty: ours
  std::optional<Environment> env;  // nullopt: ours
  std::string input;               // its standard input; empty: /dev/null
  bool inherit_output = false;     // stdout and stderr are ours: nothing is captured
};

struct Finished {
  int exit_code = 0;  // 128 + N when signal N ended it
  std::string out;
  std::string err;
};

// Errors: the program is missing or cannot be started. Input and output may be of any size (no deadlock);
// input that it does not read is no error. Returns when the command itself has ended, even if a child of its
// own still holds its output open.
[[nodiscard]] Result<Finished> run(const Command& command);

// Sends SIGTERM to one process, and wakes it where it is stopped; nothing where it is gone. Errors: it is not
// ours.
[[nodiscard]] Result<void> terminate_process(int process_id);

// Our environment as a list; the value of one variable in ours.
[[nodiscard]] Environment current_environment();
// Of an entry of an environment, "NAME=value".
[[nodiscard]] std::string_view variable_name(std::string_view entry);
[[nodiscard]] std::optional<std::string> environment_variable(const char* name);
// The file of the program that runs this; its name alone where the system does not tell.
[[nodiscard]] std::string own_program();
// Whether `program` is found in PATH (or, with a '/', is executable).
[[nodiscard]] bool find_program(std::string_view program);

}  // namespace par::os
