#include "import/csv_record.h"

namespace par::import {

void CsvRecord::add_line(std::string_view line) {
  size_ += line.size() + 1;
  if (open())
    fields_.back() += '\n';
  else
    fields_.emplace_back();
  for (const char c : line) add_byte(c);
}

void CsvRecord::add_byte(char c) {
  if (state_ == State::quoted) {
    add_quoted(c);
  } else if (c == ',') {
    fields_.emplace_back();
    state_ = State::start;
  } else if (c == '"' && state_ == State::start) {
    state_ = State::quoted;
  } else if (c == '"' && state_ == State::closed) {
    fields_.back() += c;
    state_ = State::quoted;
  } else {
    malformed_ = malformed_ || state_ == State::closed;
    fields_.back() += c;
    state_ = State::plain;
  }
}

void CsvRecord::add_quoted(char c) {
  if (c == '"')
    state_ = State::closed;
  else
    fields_.back() += c;
}

}  // namespace par::import
