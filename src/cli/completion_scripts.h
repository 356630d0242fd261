// The completion scripts of the shells. They hold no names: every candidate comes from `git par --complete`.
#pragma once

#include <string_view>

namespace par::cli {

// Of "bash", "zsh" or "fish"; empty for any other shell.
[[nodiscard]] std::string_view completion_script(std::string_view shell);
// For fish before 3.6.1, whose git completion does not hand `git par` over to git-par's; goes to
// vendor_conf.d.
[[nodiscard]] std::string_view fish_configuration();

}  // namespace par::cli
