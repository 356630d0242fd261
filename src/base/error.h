// What went wrong, as a value. Owns the text of an error; knows nothing of terminals or exit codes:
// cli/report prints it once, in git's style, and turns the kind into an exit code.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace par {

enum class ErrorKind {
  fatal,    // configuration, git, I/O, state: exit 128
  usage,    // the command line is wrong: exit 129
  refused,  // the command ran fine and the answer is no: exit 1
};

struct Error {
  ErrorKind kind = ErrorKind::fatal;
  std::string message;              // lower case, no full stop, problem first: "cannot open 'x'"
  std::vector<std::string> causes;  // outermost first; printed as further lines
  std::vector<std::string> hints;   // what the user can do next

  Error() = default;
  explicit Error(std::string text, ErrorKind k = ErrorKind::fatal) : kind(k), message(std::move(text)) {}

  Error&& hint(std::string text) &&;
  Error&& cause(std::string text) &&;
  // The same error seen from further out: `outer` becomes the message, the old message its first cause.
  Error&& within(std::string outer) &&;

  bool operator==(const Error&) const = default;
};

[[nodiscard]] inline Error usage_error(std::string text) { return Error(std::move(text), ErrorKind::usage); }
[[nodiscard]] inline Error refused(std::string text) { return Error(std::move(text), ErrorKind::refused); }

// "cannot open 'x'" + errno -> "cannot open 'x': No such file or directory"
[[nodiscard]] Error errno_error(std::string_view what, int error_number);

}  // namespace par
