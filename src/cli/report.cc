#include "cli/report.h"

#include <cerrno>
#include <csignal>
#include <cstdio>

#include "base/strings.h"
#include "cli/command.h"
#include "os/signals.h"

namespace par::cli {
namespace {

int g_output_error = 0;  // errno of the first print that failed

void print_lines(const std::string& prefix, const std::string& text) {
  std::string out;
  for (const auto& line : split(display_text(text), '\n')) out += prefix + line + "\n";
  std::fputs(out.c_str(), stderr);
}

}  // namespace

void print_error(const Error& error) {
  const bool fatal = error.kind == ErrorKind::fatal;
  print_lines(fatal ? "fatal: " : "error: ", error.message);
  for (const auto& cause : error.causes) print_lines("  ", cause);
  for (const auto& hint : error.hints) print_hint(hint);
}

void print_warning(const std::string& text) { print_lines("warning: ", text); }

void print_hint(const std::string& text) { print_lines("hint: ", text); }

int exit_code_of(const Error& error) {
  switch (error.kind) {
    case ErrorKind::usage:
      return kExitUsage;
    case ErrorKind::refused:
      return kExitNo;
    case ErrorKind::fatal:
      break;
  }
  return kExitFatal;
}

int interrupted_code() { return os::last_interrupt() == SIGTERM ? 128 + SIGTERM : 128 + SIGINT; }

bool print_out(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0)
    return true;
  if (g_output_error == 0) g_output_error = errno;
  return false;
}

int output_error() { return g_output_error; }

}  // namespace par::cli
