#include "import/findings.h"

#include <fmt/format.h>

#include <array>

#include "base/strings.h"
#include "import/readers.h"

namespace par::import {
namespace {

constexpr std::size_t kBeginning = 64U << 10U;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

using FormatReader = void (*)(Input&, Intake&);
constexpr std::array<FormatReader, 6> kReaders{read_sarif,    read_jsonl,  read_csv,
                                               read_compiler, read_eslint, read_sonarqube};
static_assert(kReaders.size() == enum_names<Format>.size());

Error unknown_format(const std::string& name, std::string_view beginning) {
  Error error(fmt::format("cannot tell the format of '{}'", display_text(name)));
  if (trim(beginning).empty()) error.causes.emplace_back("it is empty");
  if (beginning.starts_with("\xff\xfe") || beginning.starts_with("\xfe\xff"))
    error.causes.emplace_back("it is UTF-16 text, and only UTF-8 is read");
  std::string names;
  for (const auto format : enum_names<Format>) names += (names.empty() ? "" : ", ") + std::string(format);
  return std::move(error).hint("name it with --format: " + names);
}

Error unreadable(const std::string& name, const Error& error) {
  return Error(error).within(fmt::format("cannot read '{}'", display_text(name)));
}

}  // namespace

Result<Imported> read_findings(const Source& source, const std::string& name, const ImportOptions& options) {
  Input input(source);
  while (input.unread().size() < kBeginning + kByteOrderMark.size() && input.more()) continue;
  if (input.unread().starts_with(kByteOrderMark)) input.consume(kByteOrderMark.size());
  const auto beginning = input.unread().substr(0, kBeginning);
  const auto format = options.format ? options.format : detect_format(beginning, name);
  if (input.error()) return unreadable(name, *input.error());
  if (!format) return unknown_format(name, beginning);
  Intake intake(*format, name, options);
  kReaders.at(static_cast<std::size_t>(*format))(input, intake);
  if (input.error()) return unreadable(name, *input.error());
  return std::move(intake).finish();
}

}  // namespace par::import
