// Inputs for the importers' tests: a text given in chunks of any size, and what is read from it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "import/findings.h"

namespace par::test {

// At most `chunk` bytes at a time.
[[nodiscard]] import::Source in_chunks(std::string_view text, std::size_t chunk);

// Read with the root "/work/repo"; a failure is thrown.
[[nodiscard]] import::Imported read(import::Format format, std::string_view text,
                                    std::size_t chunk = std::string_view::npos);
// The only item of the text; throws when there is not exactly one.
[[nodiscard]] core::Item read_one(import::Format format, std::string_view text);
[[nodiscard]] std::vector<std::string> ids_of(const import::Imported& imported);
// "byte 12: not JSON"
[[nodiscard]] std::vector<std::string> bad_of(const import::Imported& imported);

// A small document of each format, with everything a reader has to look at.
[[nodiscard]] std::string_view example(import::Format format);
[[nodiscard]] std::vector<import::Format> all_formats();

}  // namespace par::test
