// What the manual says beyond the table of commands: the words git par uses, its environment, files and
// settings.
#pragma once

#include <span>
#include <string_view>

namespace par::cli {

// A term, literal as it is typed, and its explanation in prose.
struct Term {
  std::string_view term;
  std::string_view text;
};

[[nodiscard]] std::string_view manual_description();
[[nodiscard]] std::string_view manual_presets();  // what a preset is
[[nodiscard]] std::span<const Term> manual_words();
[[nodiscard]] std::span<const Term> manual_exit_codes();
[[nodiscard]] std::span<const Term> manual_settings();
[[nodiscard]] std::span<const Term> manual_environment();
[[nodiscard]] std::span<const Term> manual_agent_environment();
[[nodiscard]] std::span<const Term> manual_files();

}  // namespace par::cli
