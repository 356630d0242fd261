// Just enough UTF-8: is the text at the start of `bytes` one well-formed character, and which one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace par {

// 1 to 4 for a well-formed character (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF), else 0.
[[nodiscard]] std::size_t utf8_sequence_length(std::string_view bytes);

// The bytes at the end of `text` that begin a character and may go on behind it: 0 to 3.
[[nodiscard]] std::size_t utf8_cut_off(std::string_view text);

// The code point of a well-formed sequence of that length.
[[nodiscard]] std::uint32_t utf8_code_point(std::string_view sequence);

}  // namespace par
