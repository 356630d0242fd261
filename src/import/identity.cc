#include "import/identity.h"

#include <algorithm>

namespace par::import {
namespace {

constexpr std::size_t kLongestSlug = 40;
constexpr std::size_t kDigits = 16;  // 80 bits: a million items meet by chance once in 10^12 imports

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }
bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// "java:S1192" -> "java-s1192"
std::string slug_of(std::string_view text) {
  std::string slug;
  for (const char c : text) {
    if (slug.size() >= kLongestSlug) break;
    if (is_digit(c))
      slug += c;
    else if (is_letter(c))
      slug += static_cast<char>(c | 0x20);
    else if (!slug.empty() && slug.back() != '-')
      slug += '-';
  }
  while (slug.ends_with('-')) slug.pop_back();
  return slug.empty() ? "item" : slug;
}

// Whether a number here counts lines or columns: behind "line ", "lines ", "column " or a colon.
bool follows_place_word(std::string_view before) {
  if (before.ends_with(':')) return true;
  for (const std::string_view word : {"line ", "lines ", "column "}) {
    if (before.size() < word.size()) continue;
    const auto end = before.substr(before.size() - word.size());
    if (std::equal(end.begin(), end.end(), word.begin(),
                   [](char a, char b) { return a == b || (is_letter(a) && (a | 0x20) == b); }))
      return true;
  }
  return false;
}

// A part of an identity: its length first, so that no two lists of parts look alike.
void append_part(std::string& out, std::string_view part) {
  out += std::to_string(part.size());
  out += ':';
  out += part;
}

// Runs of blanks become one, numbers of lines and columns none.
std::string normalised(std::string_view text) {
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

}  // namespace

bool is_valid_item_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return is_digit(c) || is_letter(c) || c == '.' || c == '_' || c == '-';
  });
}

ItemId item_id_from(const std::string& given) {
  if (is_valid_item_id(given)) return ItemId(given);
  return ItemId(slug_of(given) + "-" + base32(stable_hash(given), kDigits));
}

Hash128 identity_of(const Finding& finding) {
  std::string parts;
  parts.reserve(512);
  append_part(parts, finding.item.category);
  for (const auto& file : finding.item.files) append_part(parts, file.str());
  parts += '/';
  append_part(parts, finding.fingerprint);
  if (!finding.decisive) append_part(parts, normalised(finding.item.title));
  if (finding.fingerprint.empty()) append_part(parts, normalised(finding.context));
  return stable_hash(parts);
}

ItemId item_id_from(std::string_view category, const Hash128& identity, std::uint32_t number) {
  Hash128 hash = identity;
  if (number > 1) hash = stable_hash(base32(identity, 25) + std::to_string(number));
  return ItemId(slug_of(category) + "-" + base32(hash, kDigits));
}

}  // namespace par::import
