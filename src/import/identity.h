// What makes a finding the one it is, and the ids made of it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/stable_hash.h"
#include "import/intake.h"

namespace par::import {

[[nodiscard]] bool is_valid_item_id(std::string_view text);
// The id itself when it is valid, otherwise one made from it; the same for equal texts.
[[nodiscard]] ItemId item_id_from(const std::string& given);

// Equal for findings that agree in all but the place in their file and the numbers of lines.
[[nodiscard]] Hash128 identity_of(const Finding& finding);
// The name of the `number`th (from 1) finding with this identity.
[[nodiscard]] ItemId item_id_from(std::string_view category, const Hash128& identity, std::uint32_t number);

}  // namespace par::import
