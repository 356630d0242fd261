// The files that are made from the table of commands and that of presets: manual pages and completions. The
// same input gives the same bytes; no dates.
#pragma once

#include <string>
#include <vector>

#include "cli/command.h"

namespace par::cli {

struct Document {
  std::string path;  // "man/git-par.1"
  std::string content;
};

// All of them, sorted by path.
[[nodiscard]] std::vector<Document> documents();

[[nodiscard]] std::string program_page();                        // git-par(1)
[[nodiscard]] std::string agents_page();                         // gitpar-agents(7)
[[nodiscard]] std::string command_page(const Command& command);  // git-par-<command>(1)

}  // namespace par::cli
