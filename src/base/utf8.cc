#include "base/utf8.h"

namespace par {
namespace {

unsigned char byte_at(std::string_view text, std::size_t i) { return static_cast<unsigned char>(text[i]); }

}  // namespace

std::size_t utf8_sequence_length(std::string_view bytes) {
  if (bytes.empty()) return 0;
  const unsigned char lead = byte_at(bytes, 0);
  std::size_t length = 0;
  unsigned char low = 0x80;
  unsigned char high = 0xBF;
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3;
    if (lead == 0xE0) low = 0xA0;   // no overlong forms
    if (lead == 0xED) high = 0x9F;  // no surrogates
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;  // nothing above U+10FFFF
  }
  if (length == 0 || bytes.size() < length) return 0;
  if (byte_at(bytes, 1) < low || byte_at(bytes, 1) > high) return 0;
  for (std::size_t i = 2; i < length; ++i)
    if ((byte_at(bytes, i) & 0xC0U) != 0x80U) return 0;
  return length;
}

std::uint32_t utf8_code_point(std::string_view sequence) {
  const std::uint32_t lead = byte_at(sequence, 0);
  switch (sequence.size()) {
    case 1:
      return lead;
    case 2:
      return ((lead & 0x1FU) << 6U) | (byte_at(sequence, 1) & 0x3FU);
    case 3:
      return ((lead & 0x0FU) << 12U) | ((byte_at(sequence, 1) & 0x3FU) << 6U) |
             (byte_at(sequence, 2) & 0x3FU);
    default:
      return ((lead & 0x07U) << 18U) | ((byte_at(sequence, 1) & 0x3FU) << 12U) |
             ((byte_at(sequence, 2) & 0x3FU) << 6U) | (byte_at(sequence, 3) & 0x3FU);
  }
}

std::size_t utf8_cut_off(std::string_view text) {
  for (std::size_t size = 1; size <= 3 && size <= text.size(); ++size) {
    const auto byte = static_cast<unsigned char>(text[text.size() - size]);
    if (byte < 0x80) return 0;
    if (byte < 0xC0) continue;
    const std::size_t whole = byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
    return size < whole ? size : 0;
  }
  return 0;
}

}  // namespace par
