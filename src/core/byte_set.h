// Sets of bytes, and the order in which bytes are preferred in a path that is shown: a-z, 0-9, '_', '-', '.',
// other printable bytes, the rest, '/'.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <optional>

#include "base/folding.h"

namespace par::core {

using ByteSet = std::bitset<256>;

// Every byte that a segment of a path may hold, best first.
[[nodiscard]] const std::array<unsigned char, 254>& bytes_in_order();
// The place of a byte in that order; of '/': behind all.
[[nodiscard]] std::size_t rank_of(char c);
// The first of a set; where case is folded, of those that are not upper case. nullopt: there is none.
[[nodiscard]] std::optional<char> best_byte(const ByteSet& set, Folding folding);

}  // namespace par::core
