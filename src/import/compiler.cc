// What gcc, clang and clang-tidy print, in the middle of whatever else a build prints: only lines with a
// place and a severity are records. Notes belong to the finding before them and are skipped.
#include <algorithm>
#include <array>
#include <utility>

#include "base/strings.h"
#include "import/readers.h"
#include "import/values.h"

namespace par::import {
namespace {

struct Diagnostic {
  std::string_view path;
  std::uint64_t line = 0;
  std::uint64_t column = 0;
  std::string_view kind;
  std::string_view message;
};

constexpr std::array<std::string_view, 5> kKinds{"fatal error", "error", "warning", "note", "remark"};

bool is_note(std::string_view kind) { return kind == "note" || kind == "remark"; }

// Takes ":12" off the end; 0: there is none.
std::uint64_t take_number(std::string_view& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return 0;
  const auto number = number_from(text.substr(colon + 1)).value_or(0);
  if (number != 0) text = text.substr(0, colon);
  return number;
}

std::optional<Diagnostic> diagnostic_at(std::string_view line, std::size_t colon) {
  Diagnostic found;
  const auto rest = line.substr(colon + 2);
  const auto* kind = std::find_if(kKinds.begin(), kKinds.end(), [&](std::string_view name) {
    return rest.starts_with(name) && rest.substr(name.size()).starts_with(": ");
  });
  if (kind == kKinds.end()) return std::nullopt;
  found.kind = *kind;
  found.message = rest.substr(kind->size() + 2);
  found.path = line.substr(0, colon);
  found.line = take_number(found.path);
  if (found.line == 0) return std::nullopt;
  if (const auto before = take_number(found.path); before != 0)
    found.column = std::exchange(found.line, before);
  if (const auto tool = found.path.rfind(": "); tool != std::string_view::npos)
    found.path = found.path.substr(tool + 2);  // "/usr/bin/ld: a.c"
  return found;
}

std::optional<Diagnostic> parse_diagnostic(std::string_view line) {
  for (auto colon = line.find(": "); colon != std::string_view::npos; colon = line.find(": ", colon + 1))
    if (auto found = diagnostic_at(line, colon)) return found;
  return std::nullopt;
}

// Colours (ESC [ ... letter) and links (ESC ] ... BEL or ESC \) are taken out.
std::string without_escapes(std::string_view line) {
  std::string out;
  while (!line.empty()) {
    const auto escape = std::min(line.find('\x1b'), line.size());
    out += line.substr(0, escape);
    line.remove_prefix(escape);
    if (line.starts_with("\x1b[")) {
      const auto end = line.find_first_not_of("0123456789;:", 2);
      line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
    } else if (line.starts_with("\x1b]")) {
      const auto end = line.find_first_of("\a\x1b", 2);
      const bool long_form = end != std::string_view::npos && line[end] == '\x1b';
      line.remove_prefix(
          std::min(line.size(), end == std::string_view::npos ? end : end + (long_form ? 2 : 1)));
    } else if (!line.empty()) {
      line.remove_prefix(1);
    }
  }
  return out;
}

bool is_check_name(std::string_view name) {
  const bool fits = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '=' || c == '+';
  });
  return fits && name.find_first_of("-.") != std::string_view::npos;
}

// "-Werror=unused" -> "-Wunused"; "" for what only says that a warning is an error.
std::string category_from(std::string_view name) {
  static constexpr std::string_view kTurned = "-Werror=";
  if (name == "-Werror" || name == "-warnings-as-errors") return {};
  if (name.starts_with(kTurned)) return "-W" + std::string(name.substr(kTurned.size()));
  return std::string(name);
}

// Takes " [-Wflag]" or " [check,-warnings-as-errors]" off the end of the message.
std::string take_category(std::string_view& message) {
  const auto open = message.rfind(" [");
  if (open == std::string_view::npos || !message.ends_with(']')) return {};
  std::string category;
  for (const auto& name : split(message.substr(open + 2, message.size() - open - 3), ',')) {
    if (!is_check_name(name)) return {};
    if (category.empty()) category = category_from(name);
  }
  if (!category.empty()) message = message.substr(0, open);
  return category;
}

void add(const Diagnostic& diagnostic, std::uint64_t at, Intake& intake) {
  Finding finding;
  finding.at = at;
  finding.line = diagnostic.line;
  finding.column = diagnostic.column;
  auto message = trim(diagnostic.message);
  finding.item.category = take_category(message);
  finding.item.title = one_line(message);
  finding.item.severity = severity_from(diagnostic.kind).value_or(core::Severity::major);
  finding.item.files.emplace_back(diagnostic.path);
  intake.add(std::move(finding));
}

void read_line(std::string_view line, std::uint64_t number, Intake& intake) {
  const auto diagnostic = parse_diagnostic(line);
  if (!diagnostic) return;
  if (is_note(diagnostic->kind)) return intake.skip();
  if (line.find('\0') != std::string_view::npos) return intake.bad(number, "a NUL byte");
  add(*diagnostic, number, intake);
}

}  // namespace

bool is_compiler_finding(std::string_view line) {
  return parse_diagnostic(line.find('\x1b') == std::string_view::npos ? std::string(line)
                                                                      : without_escapes(line))
      .has_value();
}

void read_compiler(Input& input, Intake& intake) {
  LineReader lines(input);
  while (!intake.stopped()) {
    const auto line = lines.next();
    if (!line) return;
    if (line->too_long)
      intake.bad(line->number, "longer than 16 MiB");
    else if (line->text.find('\x1b') != std::string_view::npos)
      read_line(without_escapes(line->text), line->number, intake);
    else
      read_line(line->text, line->number, intake);
  }
}

}  // namespace par::import
