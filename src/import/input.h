// A window over the input: owns the bytes that are read but not yet used. Its size is what a reader asks for
// at once, never the length of the input.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "import/findings.h"

namespace par::import {

// No record is longer, in bytes.
inline constexpr std::size_t kRecordLimit = 16U << 20U;

class Input {
 public:
  explicit Input(const Source& source);

  // What is read and not used, valid until the next more(). At least kPadding bytes may be read behind it,
  // as simdjson wants.
  [[nodiscard]] std::string_view unread() const { return {buffer_.data() + begin_, end_ - begin_}; }
  // Adds to unread(); false at the end of the input and after an error.
  bool more();
  // Uses up the first `size` unread bytes, which stay in place until the next more().
  void consume(std::size_t size);
  // Where unread() begins in the input.
  [[nodiscard]] std::uint64_t offset() const { return offset_; }
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

  static constexpr std::size_t kPadding = 64;

 private:
  const Source& source_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t offset_ = 0;
  bool ended_ = false;
  std::optional<Error> error_;
};

struct Line {
  std::string_view text;  // without "\n" or "\r\n"; empty when too long
  std::uint64_t number = 0;
  bool too_long = false;
};

// Lines of the input, one after the other.
class LineReader {
 public:
  explicit LineReader(Input& input) : input_(input) {}
  // Valid until the next call; nullopt at the end.
  [[nodiscard]] std::optional<Line> next();

 private:
  Input& input_;
  std::uint64_t number_ = 0;
};

}  // namespace par::import
