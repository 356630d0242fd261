#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "import/readers.h"

namespace par::import {
namespace {

// The names of the members of the object that `text` begins with, as far as it goes.
std::vector<std::string_view> member_names(std::string_view text) {
  std::vector<std::string_view> names;
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '{' || text[i] == '[') ++depth;
    if ((text[i] == '}' || text[i] == ']') && --depth <= 0) break;
    if (text[i] != '"') continue;
    const auto begin = i + 1;
    for (++i; i < text.size() && text[i] != '"'; ++i)
      if (text[i] == '\\') ++i;
    const auto behind = text.find_first_not_of(" \t\r\n", std::min(i + 1, text.size()));
    if (depth == 1 && behind != std::string_view::npos && text[behind] == ':')
      names.push_back(text.substr(begin, i - begin));
  }
  return names;
}

bool holds(const std::vector<std::string_view>& names, std::initializer_list<std::string_view> any) {
  return std::find_first_of(names.begin(), names.end(), any.begin(), any.end()) != names.end();
}

std::optional<Format> format_of_object(std::string_view text) {
  const auto names = member_names(text);
  if (holds(names, {"runs"})) return Format::sarif;
  if (holds(names, {"$schema"}) && text.substr(0, 1024).find("sarif") != std::string_view::npos)
    return Format::sarif;
  if (holds(names, {"issues"})) return Format::sonarqube;
  if (holds(names, {"id", "title", "message", "files", "file", "path"})) return Format::jsonl;
  return std::nullopt;
}

std::optional<Format> format_of_list(std::string_view text) {
  text = trim(text.substr(1));
  if (text.starts_with(']') || holds(member_names(text), {"filePath"})) return Format::eslint;
  return std::nullopt;
}

// A list, and not "[1/20] Building" or "[INFO]".
bool begins_json_list(std::string_view text) {
  const auto behind = trim(text.substr(1));
  return text.front() == '[' && !behind.empty() &&
         std::string_view("{]").find(behind.front()) != std::string_view::npos;
}

std::optional<Format> format_of_text(std::string_view text) {
  if (is_csv_header(trim(text.substr(0, text.find('\n'))))) return Format::csv;
  for (const auto& line : split(text, '\n'))
    if (is_compiler_finding(line)) return Format::compiler;
  return std::nullopt;
}

std::optional<Format> format_of_name(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, Format>, 7> kEndings{{
      {".sarif", Format::sarif},
      {".sarif.json", Format::sarif},
      {".jsonl", Format::jsonl},
      {".ndjson", Format::jsonl},
      {".csv", Format::csv},
      {".log", Format::compiler},
      {".txt", Format::compiler},
  }};
  for (const auto& [ending, format] : kEndings)
    if (name.ends_with(ending)) return format;
  return std::nullopt;
}

}  // namespace

std::optional<Format> detect_format(std::string_view beginning, std::string_view name) {
  const auto text = trim(beginning);
  std::optional<Format> format;
  if (text.starts_with('{'))
    format = format_of_object(text);
  else if (!text.empty())
    format = begins_json_list(text) ? format_of_list(text) : format_of_text(text);
  return format ? format : format_of_name(name);
}

}  // namespace par::import
