#include "cli/program.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "base/strings.h"
#include "base/trace.h"
#include "cli/command.h"
#include "cli/complete.h"
#include "cli/report.h"
#include "cli/usage.h"
#include "os/process.h"
#include "os/signals.h"

namespace par::cli {
namespace {

int usage_error(const std::string& message, const std::string& hint) {
  print_error(par::usage_error(message).hint(hint));
  return kExitUsage;
}

// `git-par --help` called directly; `git par --help` is answered by git itself, with the same page.
int show_manual() {
  os::Command man;
  man.argv = {"man", "git-par"};
  man.inherit_output = true;
  const auto shown = os::run(man);
  if (shown && shown->exit_code == 0) return 0;
  print_out(usage_of_program());
  return 0;
}

int unknown_command(const std::string& word) {
  std::vector<std::string> names;
  for (const auto& command : commands()) names.emplace_back(command.name);
  const auto near = did_you_mean(word, names);
  return usage_error(fmt::format("'{}' is not a git par command", word),
                     near.empty() ? "see 'git par -h'" : fmt::format("did you mean '{}'?", near));
}

// CLI11 reads arguments from the back of a vector.
std::vector<std::string> reversed(std::vector<std::string>::const_iterator begin,
                                  std::vector<std::string>::const_iterator end) {
  std::vector<std::string> words(begin, end);
  std::reverse(words.begin(), words.end());
  return words;
}

// CLI11's messages, in git's style: lower case at the start, no full stop, one line.
std::string parse_message(const CLI::ParseError& error) {
  std::string text(trim(error.what()));
  text = text.substr(0, text.find('\n'));
  while (!text.empty() && text.back() == '.') text.pop_back();
  if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') text[0] = static_cast<char>(text[0] - 'A' + 'a');
  return text;
}

int run_command_line(const Command& command, std::vector<std::string> words, Invocation invocation) {
  CLI::App app;
  OptionList line(app);
  const Handler handler = command.configure(line);
  add_common_options(app, invocation);
  try {
    app.parse(words);
  } catch (const CLI::CallForHelp&) {
    print_out(usage_of(command));
    return kExitUsage;
  } catch (const CLI::ParseError& error) {
    return usage_error(parse_message(error), fmt::format("see 'git par {} -h'", command.name));
  }
  if (invocation.verbose) trace::show();
  auto result = handler(invocation);
  if (result) return *result;
  print_error(result.error());
  return exit_code_of(result.error());
}

}  // namespace

int run_arguments(const std::vector<std::string>& arguments) {
  Invocation invocation;
  std::error_code gone;
  invocation.cwd = std::filesystem::current_path(gone).string();
  auto word = arguments.begin();
  while (word != arguments.end() && *word == "-C" && std::next(word) != arguments.end()) {
    invocation.cwd = (std::filesystem::path(invocation.cwd) / *std::next(word)).lexically_normal().string();
    word += 2;
  }
  if (word == arguments.end() || *word == "-h") {
    print_out(usage_of_program());
    return kExitUsage;
  }
  if (*word == "--help" || *word == "help") return show_manual();
  if (*word == "--version") return print_out("git-par version " PAR_VERSION "\n") ? 0 : kExitFatal;
  if (*word == "--complete")
    return complete(std::vector<std::string>(std::next(word), arguments.end()), invocation);
  if (word->starts_with("-"))
    return usage_error(fmt::format("unknown option '{}'", *word), "see 'git par -h'");
  const Command* command = find_command(*word);
  if (command == nullptr) return unknown_command(*word);
  if (invocation.cwd.empty()) {
    print_error(Error("the directory that you are in does not exist any more").hint("'cd' to one that does"));
    return kExitFatal;
  }
  return run_command_line(*command, reversed(std::next(word), arguments.end()), std::move(invocation));
}

int run_program(const std::vector<std::string>& arguments) {
  os::install_signal_handlers();
  trace::event("start", {{"argv", join(arguments, " ")}});
  int code = run_arguments(arguments);
  // A reader that has read enough (`| head`) is no failure.
  if (const int error = output_error(); error != 0 && error != EPIPE) {
    print_error(errno_error("cannot write standard output", error));
    code = kExitFatal;
  }
  trace::event("exit", {{"code", std::to_string(code)}});
  return code;
}

}  // namespace par::cli
