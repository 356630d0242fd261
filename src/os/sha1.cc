#include "os/sha1.h"

#include <nettle/sha1.h>

#include <cstdint>

namespace par::os {

std::string sha1_bytes(std::string_view data) {
  sha1_ctx context{};
  ::sha1_init(&context);
  ::sha1_update(&context, data.size(), reinterpret_cast<const std::uint8_t*>(data.data()));
  std::string digest(SHA1_DIGEST_SIZE, '\0');
  ::sha1_digest(&context, digest.size(), reinterpret_cast<std::uint8_t*>(digest.data()));
  return digest;
}

}  // namespace par::os
