// SHA-1 (nettle), as 20 bytes: the names of git's objects, and the checksums at the end of its files. For
// names of our own there is os/sha256.h.
#pragma once

#include <string>
#include <string_view>

namespace par::os {

[[nodiscard]] std::string sha1_bytes(std::string_view data);

}  // namespace par::os
