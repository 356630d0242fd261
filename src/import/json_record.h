// Single JSON values through simdjson: reading a record, and asking an object for its members. The members'
// texts are views into the parser, valid until its next record.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "import/json_cutter.h"

namespace par::import {

namespace dom = simdjson::dom;

class RecordParser {
 public:
  // The object that the cut-out text is, or nullopt: then problem() says why.
  [[nodiscard]] std::optional<dom::object> object(const Cut& cut);
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  dom::parser parser_;
  std::string problem_;
};

[[nodiscard]] std::optional<std::string_view> find_text(const dom::object& object, std::string_view key);
[[nodiscard]] std::string_view text_of(const dom::object& object, std::string_view key);  // "": none
[[nodiscard]] std::optional<dom::object> object_of(const dom::object& object, std::string_view key);
[[nodiscard]] std::optional<dom::array> array_of(const dom::object& object, std::string_view key);
[[nodiscard]] std::optional<std::int64_t> integer_of(const dom::object& object, std::string_view key);
// As integer_of, with 0 for what is not there or negative: lines and columns.
[[nodiscard]] std::uint64_t count_of(const dom::object& object, std::string_view key);
// A number, or a text that is one.
[[nodiscard]] std::optional<double> decimal_of(const dom::object& object, std::string_view key);

}  // namespace par::import
