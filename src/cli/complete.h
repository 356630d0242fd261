// The back end of Tab completion for all three shells: `git par --complete -- <words after par>`, the last
// word being the one that is typed. Prints "value<TAB>description" lines. Silent on every error, takes no
// lock, writes nothing.
#pragma once

#include <string>
#include <vector>

#include "cli/command.h"

namespace par::cli {

[[nodiscard]] int complete(const std::vector<std::string>& arguments, const Invocation& invocation);

}  // namespace par::cli
