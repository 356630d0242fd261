// Our own item shape, which JSON Lines and CSV share: the names id, title (or message), files (or file,
// path), severity, category, estimate, after, agent, line, column. Others are left alone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "import/intake.h"

namespace par::import {

[[nodiscard]] bool is_own_list(std::string_view member);
[[nodiscard]] bool is_own_member(std::string_view member);

// Puts the value into the finding; returns what is wrong with it, or "".
[[nodiscard]] std::string set_own_text(Finding& finding, std::string_view member, std::string_view value);
[[nodiscard]] std::string set_own_list(Finding& finding, std::string_view member,
                                       const std::vector<std::string>& values);
// What is still wrong when all members are in, or "".
[[nodiscard]] std::string check_own(const Finding& finding);

}  // namespace par::import
