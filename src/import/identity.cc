#include "import/identity.h"

#include <algorithm>

#include "base/message_text.h"

namespace par::import {
namespace {

constexpr std::size_t kLongestSlug = 40;
constexpr std::size_t kDigits = 16;  // 80 bits: a million items meet by chance once in 10^12 imports

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }

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
  if (!finding.decisive) append_part(parts, without_places(finding.item.title));
  if (finding.fingerprint.empty()) append_part(parts, without_places(finding.context));
  return stable_hash(parts);
}

ItemId item_id_from(std::string_view category, const Hash128& identity, std::uint32_t number) {
  Hash128 hash = identity;
  if (number > 1) hash = stable_hash(base32(identity, 25) + std::to_string(number));
  return ItemId(slug_of(category) + "-" + base32(hash, kDigits));
}

}  // namespace par::import
