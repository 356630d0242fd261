// Just enough UTF-8: is the text at the start of `bytes` one well-formed character, and which one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace par {

// 1 to 4 for a well-formed character (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF), else 0.
[[nodiscard]] std::size_t utf8_sequence_length(std::string_view bytes);

// The code point of a well-formed sequence of that length.
[[nodiscard]] std::uint32_t utf8_code_point(std::string_view sequence);

}  // namespace par
