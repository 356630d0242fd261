#include "core/trailers.h"

#include <algorithm>
#include <vector>

#include "base/strings.h"

namespace par::core {
namespace {

bool is_token_character(char c) {
  return c == '-' || (c >= '0' && c <= '9') || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
}

bool is_trailer(std::string_view line) {
  if (line.starts_with("(cherry picked from commit ")) return true;
  const auto colon = line.find(": ");
  return colon != std::string_view::npos && colon > 0 &&
         std::all_of(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(colon), is_token_character);
}

// A line that begins with a blank goes on with the trailer above it.
bool ends_in_trailers(const std::vector<std::string>& lines) {
  std::size_t first = lines.size();
  while (first > 0 && !trim(lines[first - 1]).empty()) --first;
  if (first == 0 || first == lines.size() || !is_trailer(lines[first])) return false;
  return std::all_of(lines.begin() + static_cast<std::ptrdiff_t>(first), lines.end(),
                     [](const auto& line) { return line.front() == ' ' || is_trailer(line); });
}

}  // namespace

std::string with_trailers(std::string_view message, std::string_view trailers) {
  std::string text(message);
  while (!text.empty() && trim(text.substr(text.size() - 1)).empty()) text.pop_back();
  if (text.empty()) return std::string(trailers);
  const bool joins = ends_in_trailers(split(text, '\n'));
  return text + (joins ? "\n" : "\n\n") + std::string(trailers);
}

}  // namespace par::core
