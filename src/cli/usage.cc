#include "cli/usage.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

namespace par::cli {

void add_common_options(CLI::App& app, Invocation& invocation) {
  app.set_help_flag("-h,--help", "print this text");
  app.add_flag("--json", invocation.json, "print JSON for programs");
  app.add_flag("-q,--quiet", invocation.quiet, "print nothing but errors");
  app.add_flag("-v,--verbose", invocation.verbose, "print each step as it is taken, as PAR_TRACE=1 does");
}

std::vector<OptionText> option_texts(const CLI::App& app) {
  std::vector<OptionText> texts;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional() || option->get_group().empty()) continue;
    std::string names;
    for (const auto& name : option->get_snames()) names += (names.empty() ? "-" : ", -") + name;
    for (const auto& name : option->get_lnames()) names += (names.empty() ? "--" : ", --") + name;
    const std::string& value = option->get_option_text();
    if (option->get_expected_max() > 0 && !value.empty()) names += " " + value;
    if (value.starts_with('[')) names += value;
    texts.push_back({names, option->get_description()});
  }
  return texts;
}

std::string usage_of(const Command& command) {
  CLI::App app;
  OptionList line(app);
  Invocation invocation;
  const Handler handler = command.configure(line);
  add_common_options(app, invocation);
  std::string text = fmt::format("usage: git par {} {}\n\n", command.name, command.synopsis);
  text += fmt::format("    {}\n\n", command.summary);
  for (const auto& option : option_texts(app)) {
    if (option.names.size() <= 22)
      text += fmt::format("    {:<22}  {}\n", option.names, option.description);
    else
      text += fmt::format("    {}\n    {:<22}  {}\n", option.names, "", option.description);
  }
  return text;
}

std::string usage_of_program() {
  std::string text =
      "usage: git par <command> [<options>]\n\n"
      "Lets many workers change one repository at the same time; lands only what passes together.\n";
  std::string_view title;
  for (const auto& command : commands()) {
    if (group_title(command.group) != title) {
      title = group_title(command.group);
      text += fmt::format("\n{}\n", title);
    }
    text += fmt::format("    {:<10}  {}\n", command.name, command.summary);
  }
  return text + "\n'git par <command> -h' shows a command's options, 'git par --help' the manual.\n";
}

}  // namespace par::cli
