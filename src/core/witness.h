// Which of several common paths is shown.
#pragma once

#include <string_view>
#include <utility>

namespace par::core {

// The shortest, of those the smallest.
[[nodiscard]] inline bool is_better_witness(std::string_view a, std::string_view b) {
  return std::pair(a.size(), a) < std::pair(b.size(), b);
}

}  // namespace par::core
