#include "base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

#include "base/utf8.h"

namespace par {
namespace {

// Characters that change how the rest of a line is shown: bidi controls, zero-width, line separators.
bool is_deceptive(std::uint32_t c) {
  return (c >= 0x80 && c <= 0x9F) || c == 0xAD || c == 0x61C || (c >= 0x200B && c <= 0x200F) ||
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
         (c >= 0xE0000 && c <= 0xE007F);
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

constexpr std::string_view kEscapeNames = "abtnvfr";  // 0x07 to 0x0d

void append_octal_or_escape(std::string& out, unsigned char c) {
  if (c >= 0x07 && c <= 0x0d) {
    out += '\\';
    out += kEscapeNames[c - 0x07U];
  } else if (c == '"' || c == '\\') {
    out += '\\';
    out += static_cast<char>(c);
  } else if (c < 0x20 || c >= 0x7f) {
    out += fmt::format("\\{:03o}", c);
  } else {
    out += static_cast<char>(c);
  }
}

// Takes one escape from the start of `rest`, which is behind its backslash; nullopt when there is none like
// it.
std::optional<char> take_escape(std::string_view& rest) {
  if (rest.empty()) return std::nullopt;
  if (rest.front() >= '0' && rest.front() <= '3') {
    if (rest.size() < 3) return std::nullopt;
    unsigned value = 0;
    for (const char digit : rest.substr(0, 3)) {
      if (digit < '0' || digit > '7') return std::nullopt;
      value = value * 8 + static_cast<unsigned>(digit - '0');
    }
    rest.remove_prefix(3);
    return static_cast<char>(value);
  }
  const char letter = rest.front();
  rest.remove_prefix(1);
  if (letter == '"' || letter == '\\') return letter;
  const auto at = kEscapeNames.find(letter);
  if (at == std::string_view::npos) return std::nullopt;
  return static_cast<char>(0x07U + at);
}

}  // namespace

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (;;) {
    const auto end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::vector<std::string> split_terminated(std::string_view text, char terminator) {
  if (text.empty()) return {};
  if (text.back() == terminator) text.remove_suffix(1);
  return split(text, terminator);
}

std::string join(std::span<const std::string> parts, std::string_view separator) {
  return fmt::format("{}", fmt::join(parts, separator));
}

std::string some_of(std::span<const std::string> parts, std::size_t most) {
  if (parts.size() <= most) return join(parts, ", ");
  return fmt::format("{} and {} more", join(parts.first(most), ", "), parts.size() - most);
}

std::string_view trim(std::string_view text) {
  static constexpr std::string_view kSpace = " \t\r\n";
  const auto begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

std::string ascii_lowered(std::string text) {
  for (char& c : text) c = ascii_lower(c);
  return text;
}

std::string replace_all(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

std::string fill_placeholders(std::string_view text, std::span<const Placeholder> placeholders) {
  std::string out;
  while (!text.empty()) {
    const auto found =
        std::find_if(placeholders.begin(), placeholders.end(),
                     [&](const Placeholder& placeholder) { return text.starts_with(placeholder.name); });
    if (found == placeholders.end()) {
      out += text.front();
      text.remove_prefix(1);
    } else {
      out += found->value;
      text.remove_prefix(found->name.size());
    }
  }
  return out;
}

std::string shell_quote(std::string_view text) {
  return fmt::format("'{}'", replace_all(std::string(text), "'", "'\\''"));
}

std::string quote_path(std::string_view path) {
  const bool plain = std::all_of(path.begin(), path.end(), [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return u >= 0x20 && u < 0x7f && c != '"' && c != '\\';
  });
  if (plain) return std::string(path);
  std::string out = "\"";
  for (const char c : path) append_octal_or_escape(out, static_cast<unsigned char>(c));
  return out + '"';
}

std::optional<std::string> unquote_path(std::string_view text) {
  if (!text.starts_with('"')) return std::string(text);
  if (text.size() < 2 || text.back() != '"') return std::nullopt;
  auto rest = text.substr(1, text.size() - 2);
  std::string out;
  while (!rest.empty()) {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c == '"') return std::nullopt;
    if (c != '\\') {
      out += c;
      continue;
    }
    const auto byte = take_escape(rest);
    if (!byte) return std::nullopt;
    out += *byte;
  }
  return out;
}

std::string text_or_quoted(std::string_view text) {
  for (auto rest = text; !rest.empty();) {
    const auto length = utf8_sequence_length(rest);
    if (length == 0) return quote_path(text);
    rest.remove_prefix(length);
  }
  return std::string(text);
}

std::string display_text(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto length = utf8_sequence_length(text.substr(i));
    const auto byte = static_cast<unsigned char>(text[i]);
    if (length == 0) {
      out += fmt::format("\\x{:02x}", byte);
      ++i;
      continue;
    }
    const auto sequence = text.substr(i, length);
    if (length == 1 ? ((byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7f) : false)
      out += fmt::format("\\x{:02x}", byte);
    else if (length > 1 && is_deceptive(utf8_code_point(sequence)))
      out += fmt::format("\\u{{{:x}}}", utf8_code_point(sequence));
    else
      out += sequence;
    i += length;
  }
  return out;
}

std::string display_line(std::string_view text) { return replace_all(display_text(text), "\n", "\\x0a"); }

std::string did_you_mean(std::string_view word, std::span<const std::string> candidates) {
  std::size_t best = std::max<std::size_t>(1, word.size() / 3) + 1;
  std::string found;
  for (const auto& candidate : candidates) {
    const auto distance = edit_distance(word, candidate);
    if (distance < best) {
      best = distance;
      found = candidate;
    }
  }
  return found;
}

std::string counted(std::int64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : noun.ends_with("ch") ? "es" : "s");
}

std::string human_duration(double seconds) {
  const auto s = static_cast<std::int64_t>(std::llround(std::max(0.0, seconds)));
  if (s < 60) return fmt::format("{}s", s);
  if (s < 3600) return fmt::format("{}m {:02}s", s / 60, s % 60);
  return fmt::format("{}h {:02}m", s / 3600, s % 3600 / 60);
}

}  // namespace par
