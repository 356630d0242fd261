#include "import/values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/strings.h"

namespace par::import {
namespace {

using core::Severity;

constexpr std::array<std::pair<std::string_view, Severity>, 15> kWords{{
    {"blocker", Severity::blocker},
    {"fatal error", Severity::blocker},
    {"fatal", Severity::blocker},
    {"critical", Severity::critical},
    {"error", Severity::critical},
    {"high", Severity::critical},
    {"major", Severity::major},
    {"warning", Severity::major},
    {"medium", Severity::major},
    {"minor", Severity::minor},
    {"note", Severity::minor},
    {"low", Severity::minor},
    {"info", Severity::info},
    {"none", Severity::info},
    {"informational", Severity::info},
}};

constexpr std::array<std::pair<std::string_view, core::Seconds>, 6> kUnits{{
    {"", 1},
    {"s", 1},
    {"m", 60},
    {"min", 60},
    {"h", 3600},
    {"d", 8 * 3600},
}};

constexpr core::Seconds kLongestEffort = 366LL * 24 * 3600;
constexpr std::size_t kLongestTitle = 500;

}  // namespace

std::optional<Severity> severity_from(std::string_view word) {
  word = trim(word);
  for (const auto& [name, severity] : kWords)
    if (std::equal(word.begin(), word.end(), name.begin(), name.end(),
                   [](char a, char b) { return ascii_lower(a) == b; }))
      return severity;
  return std::nullopt;
}

std::optional<Severity> severity_from_score(double score) {
  if (!(score > 0) || score > 10) return std::nullopt;
  if (score >= 9) return Severity::blocker;
  if (score >= 7) return Severity::critical;
  return score >= 4 ? Severity::major : Severity::minor;
}

std::optional<std::uint64_t> number_from(std::string_view digits) {
  std::uint64_t number = 0;
  const auto* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

std::optional<core::Seconds> effort_from(std::string_view text) {
  text = trim(text);
  if (text.empty()) return std::nullopt;
  core::Seconds total = 0;
  for (bool first = true; !text.empty(); first = false) {
    const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto number = number_from(text.substr(0, digits));
    text.remove_prefix(digits);
    const auto letters = std::min(text.find_first_of("0123456789 "), text.size());
    const auto unit = text.substr(0, letters);
    text = trim(text.substr(letters));
    const auto* found =
        std::find_if(kUnits.begin(), kUnits.end(), [&](const auto& known) { return known.first == unit; });
    const bool bare = unit.empty() && !(first && text.empty());  // "1h30": of what
    if (!number || *number > static_cast<std::uint64_t>(kLongestEffort) || found == kUnits.end() || bare)
      return std::nullopt;
    total += static_cast<core::Seconds>(*number) * found->second;
    if (total > kLongestEffort) return std::nullopt;
  }
  return total;
}

std::string one_line(std::string_view text) {
  const auto is_blank = [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; };
  std::string out;
  out.reserve(std::min(text.size(), kLongestTitle + 1));
  for (std::size_t i = 0; i < text.size() && out.size() <= kLongestTitle;) {
    const auto begin = i;
    while (i < text.size() && !is_blank(text[i])) ++i;
    out += text.substr(begin, std::min(i - begin, kLongestTitle + 1));
    const auto blanks = i;
    while (i < text.size() && is_blank(text[i])) ++i;
    if (i != blanks && !out.empty()) out += ' ';
  }
  if (out.size() > kLongestTitle) {
    out.resize(kLongestTitle - 3);
    while (!out.empty() && (static_cast<unsigned char>(out.back()) & 0xC0U) == 0x80U) out.pop_back();
    if (!out.empty() && static_cast<unsigned char>(out.back()) >= 0xC0U) out.pop_back();
    out += "...";
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

}  // namespace par::import
