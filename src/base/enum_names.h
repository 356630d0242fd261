// One table of names per enumeration, used for TOML, JSON, the journal and messages alike.
// Specialise `enum_names<E>`: an array of names in the order of the enumerators, which count from 0.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace par {

template <class E>
inline constexpr std::array<std::string_view, 0> enum_names{};

template <class E>
[[nodiscard]] constexpr std::string_view name_of(E value) {
  return enum_names<E>.at(static_cast<std::size_t>(value));
}

template <class E>
[[nodiscard]] constexpr std::optional<E> parse_enum(std::string_view text) {
  for (std::size_t i = 0; i < enum_names<E>.size(); ++i)
    if (enum_names<E>[i] == text) return static_cast<E>(i);
  return std::nullopt;
}

}  // namespace par
