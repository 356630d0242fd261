#include "base/message_text.h"

#include <algorithm>

#include "base/strings.h"

namespace par {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// Whether a number here counts lines or columns: behind "line ", "lines ", "column " or a colon.
bool follows_place_word(std::string_view before) {
  if (before.ends_with(':')) return true;
  for (const std::string_view word : {"line ", "lines ", "column "}) {
    if (before.size() < word.size()) continue;
    const auto end = before.substr(before.size() - word.size());
    if (std::equal(end.begin(), end.end(), word.begin(), [](char a, char b) { return ascii_lower(a) == b; }))
      return true;
  }
  return false;
}

}  // namespace

std::string without_places(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  std::size_t i = 0;
  while (i < text.size()) {
    const auto begin = i;
    while (i < text.size() && !is_blank(text[i]) && !is_digit(text[i])) ++i;
    out += text.substr(begin, i - begin);
    if (i < text.size() && is_blank(text[i])) {
      while (i < text.size() && is_blank(text[i])) ++i;
      if (!out.empty()) out += ' ';
    }
    const auto digits = i;
    while (i < text.size() && is_digit(text[i])) ++i;
    if (i != digits) out += follows_place_word(out) ? "#" : text.substr(digits, i - digits);
  }
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

void append_part(std::string& out, std::string_view part) {
  out += std::to_string(part.size());
  out += ':';
  out += part;
}

}  // namespace par
