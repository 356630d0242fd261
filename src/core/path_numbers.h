// Numbers for paths, from 0 on: those that fold to one name are one.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/folding.h"

namespace par::core {

class PathNumbers {
 public:
  explicit PathNumbers(Folding folding) : folding_(folding) {}

  // The path's number, and whether it is a new one. `path` must stay where it is.
  std::pair<std::uint32_t, bool> add(std::string_view path);
  [[nodiscard]] std::optional<std::uint32_t> find(std::string_view path);
  // Of the directories that the path lies in, the nearest with a number.
  [[nodiscard]] std::optional<std::uint32_t> nearest_directory(std::string_view path);
  void reserve(std::size_t paths) { numbers_.reserve(paths); }

 private:
  Folding folding_;
  std::string buffer_;
  std::deque<std::string> names_;  // what keys point to, where folding made them
  std::unordered_map<std::string_view, std::uint32_t> numbers_;
};

}  // namespace par::core
