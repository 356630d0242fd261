#include "import/input.h"

#include <algorithm>

#include "base/check.h"

namespace par::import {
namespace {

constexpr std::size_t kChunk = 64U << 10U;

}  // namespace

Input::Input(const Source& source) : source_(source), buffer_(2 * kChunk + kPadding) {}

bool Input::more() {
  if (ended_) return false;
  if (buffer_.size() - kPadding - end_ < kChunk) {
    std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
              buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
    end_ -= begin_;
    begin_ = 0;
    if (buffer_.size() - kPadding - end_ < kChunk) buffer_.resize(2 * buffer_.size());
  }
  const std::span<char> room(buffer_.data() + end_, buffer_.size() - kPadding - end_);
  auto size = source_(room);
  ended_ = !size || *size == 0;
  if (!size) error_ = size.error();
  if (ended_) return false;
  check(*size <= room.size(), "a source fills no more than the room it is given");
  end_ += *size;
  return true;
}

void Input::consume(std::size_t size) {
  begin_ += size;
  offset_ += size;
}

std::optional<Line> LineReader::next() {
  Line line{{}, ++number_, false};
  std::size_t searched = 0;
  for (;;) {
    auto text = input_.unread();
    const auto end = text.find('\n', searched);
    const bool found = end != std::string_view::npos;
    searched = found ? end : text.size();
    if (searched > kRecordLimit) line.too_long = true;
    if (!found && line.too_long) {
      input_.consume(searched);
      searched = 0;
    }
    if (!found && input_.more()) continue;
    if (!found && searched == 0 && !line.too_long) return std::nullopt;
    text = text.substr(0, searched);
    input_.consume(searched + (found ? 1 : 0));
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (!line.too_long) line.text = text;
    return line;
  }
}

}  // namespace par::import
