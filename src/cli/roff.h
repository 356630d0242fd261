// The language of man pages, as far as ours need it: text in, lines for man(7) out.
#pragma once

#include <string>
#include <string_view>

namespace par::cli {

// Shown byte for byte, also where it stands at the start of a line.
[[nodiscard]] std::string roff_literal(std::string_view text);
// One line of prose as the command table writes it: 'literals' and --options become bold, <names> italic.
[[nodiscard]] std::string roff_prose(std::string_view text);
// Paragraphs of prose, which empty lines separate, filled to lines of moderate length.
[[nodiscard]] std::string roff_paragraphs(std::string_view text);
// ".TP": what is explained, its explanation in one paragraph. The first is roff already, the second prose.
[[nodiscard]] std::string roff_item(std::string_view tag, std::string_view explanation);

}  // namespace par::cli
