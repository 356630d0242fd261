#include "cli/roff.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "base/strings.h"

namespace par::cli {
namespace {

constexpr std::size_t kLineWidth = 78;

bool is_word_char(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

// The characters to which roff gives a meaning or another shape.
std::string_view escape_of(char c) {
  static constexpr std::array<std::pair<char, std::string_view>, 5> kEscapes{
      {{'\\', "\\e"}, {'\'', "\\(aq"}, {'`', "\\(ga"}, {'^', "\\(ha"}, {'~', "\\(ti"}}};
  const auto* found =
      std::find_if(kEscapes.begin(), kEscapes.end(), [&](const auto& e) { return e.first == c; });
  return found == kEscapes.end() ? std::string_view() : found->second;
}

std::string escaped(std::string_view text, bool literal) {
  std::string out;
  for (const char c : text) {
    const auto escape = escape_of(c);
    if (!escape.empty())
      out += escape;
    else if (literal && c == '-')
      out += "\\-";  // a minus that can be copied, not a hyphen
    else
      out += c;
  }
  return out;
}

// A line that begins so would be a request.
std::string guarded(std::string line) {
  if (line.starts_with('.')) line.insert(0, "\\&");
  return line;
}

// The length of the marked-up piece at the start of `text`, 0 when there is none. Precondition: no word goes
// on there.
std::size_t quoted_length(std::string_view text) {
  if (!text.starts_with('\'')) return 0;
  for (auto end = text.find('\'', 1); end != std::string_view::npos; end = text.find('\'', end + 1))
    if (end > 1 && (end + 1 == text.size() || !is_word_char(text[end + 1]))) return end + 1;
  return 0;
}

std::size_t option_length(std::string_view text) {
  const std::size_t dashes = text.starts_with("--") ? 2 : 1;
  if (!text.starts_with('-') || text.size() <= dashes || !is_word_char(text[dashes])) return 0;
  const auto end =
      std::find_if(text.begin() + dashes, text.end(), [](char c) { return !is_word_char(c) && c != '-'; });
  return static_cast<std::size_t>(end - text.begin());
}

std::size_t name_length(std::string_view text) {
  const auto end = text.find('>');
  if (!text.starts_with('<') || end == std::string_view::npos ||
      text.substr(0, end).find(' ') != std::string_view::npos)
    return 0;
  return end + 1;
}

}  // namespace

std::string roff_literal(std::string_view text) { return guarded(escaped(text, true)); }

std::string roff_prose(std::string_view text) {
  std::string out;
  bool in_word = false;
  while (!text.empty()) {
    std::size_t length = in_word ? 0 : quoted_length(text);
    if (length > 0) {
      out += "\\fB" + escaped(text.substr(1, length - 2), true) + "\\fR";
    } else if (length = in_word ? 0 : option_length(text); length > 0) {
      out += "\\fB" + escaped(text.substr(0, length), true) + "\\fR";
    } else if (length = name_length(text); length > 0) {
      out += "\\fI" + escaped(text.substr(0, length), true) + "\\fR";
    } else {
      length = 1;
      out += escaped(text.substr(0, 1), false);
    }
    in_word = is_word_char(text[length - 1]);
    text.remove_prefix(length);
  }
  return guarded(std::move(out));
}

std::string roff_paragraphs(std::string_view text) {
  std::string out;
  std::string line;
  const auto end_line = [&] {
    if (!line.empty()) out += guarded(line) + "\n";
    line.clear();
  };
  for (const auto& paragraph : split(replace_all(std::string(text), "\n\n", "\n"), '\n')) {
    if (!out.empty()) out += ".PP\n";
    for (const auto& word : split(roff_prose(paragraph), ' ')) {
      if (!line.empty() && line.size() + 1 + word.size() > kLineWidth) end_line();
      line += (line.empty() ? "" : " ") + word;
    }
    end_line();
  }
  return out;
}

std::string roff_item(std::string_view tag, std::string_view explanation) {
  return fmt::format(".TP\n{}\n{}", tag, roff_paragraphs(explanation));
}

}  // namespace par::cli
