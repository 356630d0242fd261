// Reads the findings of analysers and compilers into items: SARIF 2.1.0, JSON Lines, CSV, the text of gcc and
// clang, ESLint JSON, SonarQube issues JSON. The input comes in chunks from the caller; time is linear in its
// length, and memory is that of the items, of what they refer to (a SARIF run's rules and artifacts) and of
// one record (at most 16 MiB: a longer one is a bad record).
//
// What a severity becomes:
//
//   ours     | SARIF             | security-severity | gcc, clang  | ESLint | SonarQube | its impacts
//   blocker  |                   | 9.0 and above     | fatal error | fatal  | BLOCKER   | BLOCKER
//   critical | error             | 7.0 and above     | error       | 2      | CRITICAL  | HIGH
//   major    | warning           | 4.0 and above     | warning     | 1      | MAJOR     | MEDIUM
//   minor    | note              | above 0           |             |        | MINOR     | LOW
//   info     | none              |                   |             | 0      | INFO      | INFO
//
// A result's security-severity wins over its rule's, and either over the level; a result without a level has
// its rule's. JSON Lines and CSV use our words or those of the other columns, in any case; nothing said is
// major.
//
// An id that is given and valid stays as it is. Any other item gets "<category>-<16 digits>", made from its
// category, its files and the fingerprint that its tool gave or else its message (without line numbers) and
// the text of the line where the format has it. Two findings that agree in all this are one when they also
// stand at the same line and column, and otherwise get a running number. So an id depends neither on line
// numbers nor on other findings.
//
// A cut-off last line of a text format cannot be told from one without a newline and is read as it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/enum_names.h"
#include "base/result.h"
#include "core/config.h"

namespace par::import {

enum class Format { sarif, jsonl, csv, compiler, eslint, sonarqube };

// Fills the beginning of `room` and says how many bytes; 0 only at the end.
using Source = std::function<Result<std::size_t>(std::span<char> room)>;

struct ImportOptions {
  std::optional<Format> format;  // nullopt: told from the content, then from the name
  std::string root;     // absolute paths below this directory become relative; empty: all are refused
  bool strict = false;  // the first bad record is an error
};

struct BadRecord {
  std::uint64_t at = 0;  // a line, counted from 1, or a byte, counted from 0: see place_of
  std::string reason;    // may hold any bytes of the input: display_text before it is printed

  bool operator==(const BadRecord&) const = default;
};

// Whether items of this format may have ids that they were given: any other id is made from its finding.
[[nodiscard]] constexpr bool gives_ids(Format format) {
  return format == Format::jsonl || format == Format::csv || format == Format::sonarqube;
}

inline constexpr std::size_t kBadRecordsKept = 20;

// records == items.size() + duplicates + skipped + bad.
struct Imported {
  Format format = Format::sarif;
  std::vector<core::Item> items;  // in the order of the input, each id once
  std::uint64_t records = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t skipped = 0;  // suppressed, absent, passed, closed or resolved; a compiler's notes
  std::uint64_t bad = 0;
  std::vector<BadRecord> first_bad;  // at most kBadRecordsKept
  // Everything could be read: what is missing here is gone. Records that were refused only for their path
  // are none of this repository and do not count.
  bool complete = true;

  bool operator==(const Imported&) const = default;
};

// `name` is for messages and for what its ending says of the format. Errors: the source's own, a format that
// cannot be told, the first bad record when strict.
[[nodiscard]] Result<Imported> read_findings(const Source& source, const std::string& name,
                                             const ImportOptions& options);

// "line 3", "byte 1024"
[[nodiscard]] std::string place_of(Format format, const BadRecord& record);

}  // namespace par::import

namespace par {
template <>
inline constexpr std::array<std::string_view, 6> enum_names<import::Format>{
    "sarif", "jsonl", "csv", "compiler", "eslint", "sonarqube"};
}  // namespace par
