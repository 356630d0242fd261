#include "core/path_numbers.h"

namespace par::core {

std::pair<std::uint32_t, bool> PathNumbers::add(std::string_view path) {
  const auto next = static_cast<std::uint32_t>(numbers_.size());
  std::string_view name = folded(path, folding_, buffer_);
  if (name.data() == buffer_.data()) {
    if (const auto at = numbers_.find(name); at != numbers_.end()) return {at->second, false};
    name = names_.emplace_back(buffer_);
  }
  const auto [at, is_new] = numbers_.try_emplace(name, next);
  return {at->second, is_new};
}

std::optional<std::uint32_t> PathNumbers::find(std::string_view path) {
  const auto at = numbers_.find(folded(path, folding_, buffer_));
  return at == numbers_.end() ? std::nullopt : std::optional(at->second);
}

std::optional<std::uint32_t> PathNumbers::nearest_directory(std::string_view path) {
  path = folded(path, folding_, buffer_);
  for (auto slash = path.rfind('/'); slash != std::string_view::npos && slash > 0;
       slash = path.rfind('/', slash - 1))
    if (const auto at = numbers_.find(path.substr(0, slash)); at != numbers_.end()) return at->second;
  return std::nullopt;
}

}  // namespace par::core
