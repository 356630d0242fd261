#include "core/byte_set.h"

#include <cstdint>

#include "base/strings.h"

namespace par::core {
namespace {

// 0 for the bytes that a reader likes best in a witness.
constexpr int preference(unsigned char c) {
  if (c >= 'a' && c <= 'z') return 0;
  if (c >= '0' && c <= '9') return 1;
  if (c == '_') return 2;
  if (c == '-') return 3;
  if (c == '.') return 4;
  return c > 0x20 && c < 0x7f ? 5 : 6;
}

constexpr std::array<unsigned char, 254> make_order() {
  std::array<unsigned char, 254> bytes{};
  std::size_t count = 0;
  for (int rank = 0; rank <= 6; ++rank)
    for (unsigned c = 1; c < 256; ++c)
      if (c != '/' && preference(static_cast<unsigned char>(c)) == rank)
        bytes[count++] = static_cast<unsigned char>(c);
  return bytes;
}
constexpr auto kBytesInOrder = make_order();

}  // namespace

const std::array<unsigned char, 254>& bytes_in_order() { return kBytesInOrder; }

std::size_t rank_of(char c) {
  static constexpr auto kRanks = [] {
    std::array<std::uint8_t, 256> ranks{};
    for (std::size_t i = 0; i < kBytesInOrder.size(); ++i)
      ranks[kBytesInOrder[i]] = static_cast<std::uint8_t>(i);
    ranks[static_cast<unsigned char>('/')] = kBytesInOrder.size();
    return ranks;
  }();
  return kRanks[static_cast<unsigned char>(c)];
}

std::optional<char> best_byte(const ByteSet& set, Folding folding) {
  for (const auto byte : kBytesInOrder)
    if (set.test(byte) && !(folding.ignore_case && is_ascii_upper(static_cast<char>(byte))))
      return static_cast<char>(byte);
  return std::nullopt;
}

}  // namespace par::core
