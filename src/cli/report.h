// The one place that tells the user of errors, in git's style, and turns them into exit codes.
#pragma once

#include <string>

#include "base/error.h"

namespace par::cli {

// "fatal: ..." (or "error: ..." for refusals and usage), causes indented below, then "hint: ..." lines; on
// stderr.
void print_error(const Error& error);
void print_warning(const std::string& text);
void print_hint(const std::string& text);
[[nodiscard]] int exit_code_of(const Error& error);
// What a command that a signal ended exits with: 143 after SIGTERM, otherwise 130.
[[nodiscard]] int interrupted_code();

// Writes to stdout; false when it could not (a closed pipe, a full disk).
bool print_out(const std::string& text);
// errno of the first time it could not; 0: it always could.
[[nodiscard]] int output_error();

}  // namespace par::cli
