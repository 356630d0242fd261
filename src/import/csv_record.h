// One record of RFC 4180, line by line: commas between the fields, quotes around those that hold commas,
// quotes (doubled) or newlines.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace par::import {

class CsvRecord {
 public:
  // Without its newline. A record that is open goes on in the next line.
  void add_line(std::string_view line);

  [[nodiscard]] bool open() const { return state_ == State::quoted; }
  // Text stands behind a closing quote.
  [[nodiscard]] bool malformed() const { return malformed_; }
  [[nodiscard]] std::size_t size() const { return size_; }  // in bytes
  [[nodiscard]] const std::vector<std::string>& fields() const { return fields_; }

 private:
  enum class State { start, plain, quoted, closed };

  void add_byte(char c);
  void add_quoted(char c);

  State state_ = State::start;
  bool malformed_ = false;
  std::size_t size_ = 0;
  std::vector<std::string> fields_;
};

}  // namespace par::import
