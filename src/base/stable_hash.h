// A hash that never changes: for names that are made from content and have to be the same on every machine
// and in every later version. Not for secrets (the key is public); quick on short texts.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace par {

struct Hash128 {
  std::uint64_t low = 0;
  std::uint64_t high = 0;

  auto operator<=>(const Hash128&) const = default;
};

// SipHash-2-4 with 128 bits, with the key of the algorithm's published test vectors.
[[nodiscard]] Hash128 stable_hash(std::string_view bytes);

// The first `digits` (at most 25) of the hash as letters and digits of five bits each: a-z, 2-7.
[[nodiscard]] std::string base32(const Hash128& hash, std::size_t digits);

}  // namespace par

template <>
struct std::hash<par::Hash128> {
  std::size_t operator()(const par::Hash128& value) const noexcept { return value.low; }
};
