// Text helpers with no state: splitting, quoting for git, shells and terminals, spelling suggestions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace par {

// "a,b," with ',' -> "a" "b" "". An empty text gives one empty part.
[[nodiscard]] std::vector<std::string> split(std::string_view text, char separator);
// As split, for NUL- or newline-terminated lists: a trailing terminator adds no empty part; "" gives none.
[[nodiscard]] std::vector<std::string> split_terminated(std::string_view text, char terminator);
[[nodiscard]] std::string join(std::span<const std::string> parts, std::string_view separator);
// "a, b and 3 more": at most so many of them are named.
[[nodiscard]] std::string some_of(std::span<const std::string> parts, std::size_t most);
[[nodiscard]] std::string_view trim(std::string_view text);
// The small letter of an ASCII capital; any other byte as it is.
[[nodiscard]] constexpr char ascii_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}
[[nodiscard]] std::string ascii_lowered(std::string text);
[[nodiscard]] constexpr bool is_ascii_upper(char c) { return ascii_lower(c) != c; }
[[nodiscard]] std::string replace_all(std::string text, std::string_view from, std::string_view to);

struct Placeholder {
  std::string_view name;  // with its braces: "{agent}"
  std::string value;
};
// Each placeholder replaced by its value, in one pass: a value that holds a placeholder is left as it is.
[[nodiscard]] std::string fill_placeholders(std::string_view text, std::span<const Placeholder> placeholders);

// 'it'\''s': one word for a POSIX shell, whatever the bytes.
[[nodiscard]] std::string shell_quote(std::string_view text);

// A path as git prints it (core.quotePath = true): "tab\there" in double quotes with C escapes and octal
// bytes when it holds control characters, quotes, backslashes or non-ASCII bytes; otherwise as it is.
[[nodiscard]] std::string quote_path(std::string_view path);
// The bytes that quote_path (or git) printed so; nullopt for a text in quotes that is not well-formed.
[[nodiscard]] std::optional<std::string> unquote_path(std::string_view text);

// A path or pattern for JSON: the text itself, or as quote_path writes it when it is not UTF-8.
[[nodiscard]] std::string text_or_quoted(std::string_view text);

// Text from a repository made safe for a terminal: C0/C1 controls (but newline and tab), escapes, bidi and
// zero-width characters and invalid UTF-8 become \xNN or \u{NNNN}.
[[nodiscard]] std::string display_text(std::string_view text);
// The same in one line: newlines become \x0a.
[[nodiscard]] std::string display_line(std::string_view text);

// The candidate nearest to `word` (Levenshtein distance, at most a third of its length, at least 1), or "".
[[nodiscard]] std::string did_you_mean(std::string_view word, std::span<const std::string> candidates);

// "1 item", "2 items", "3 branches".
[[nodiscard]] std::string counted(std::int64_t count, std::string_view noun);

// "4s", "2m 05s", "1h 03m"; negative counts as 0.
[[nodiscard]] std::string human_duration(double seconds);

}  // namespace par
