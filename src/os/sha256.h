// SHA-256 (nettle), as 64 hex digits: names of plans, keys of the validation cache, the journal's chain.
#pragma once

#include <string>
#include <string_view>

namespace par::os {

[[nodiscard]] std::string sha256_hex(std::string_view data);

}  // namespace par::os
