#include "os/sha256.h"

#include <nettle/sha2.h>

#include <array>
#include <cstdint>

namespace par::os {

std::string sha256_hex(std::string_view data) {
  sha256_ctx context;
  ::sha256_init(&context);
  ::sha256_update(&context, data.size(), reinterpret_cast<const std::uint8_t*>(data.data()));
  std::array<std::uint8_t, SHA256_DIGEST_SIZE> digest{};
  ::sha256_digest(&context, digest.size(), digest.data());

  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  hex.reserve(digest.size() * 2);
  for (const std::uint8_t byte : digest) {
    hex += digits[byte >> 4];
    hex += digits[byte & 0xf];
  }
  return hex;
}

}  // namespace par::os
