// The usage texts of `-h`, made from the command table and its options.
#pragma once

#include <string>
#include <vector>

#include "cli/command.h"

namespace par::cli {

struct OptionText {
  std::string names;  // "-j, --jobs <n>"
  std::string description;
};

// Declares what every command has (-h, --json where it prints data, -q, -v).
void add_common_options(CLI::App& app, Invocation& invocation);
// The options of a configured command, in their order; positional arguments are in the synopsis instead.
[[nodiscard]] std::vector<OptionText> option_texts(const CLI::App& app);

[[nodiscard]] std::string usage_of(const Command& command);
[[nodiscard]] std::string usage_of_program();

}  // namespace par::cli
