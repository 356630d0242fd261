#include "git/pack_text.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "os/sha1.h"

namespace par::git {
namespace {

void append_big_endian(std::string& text, std::uint32_t number) {
  for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>(number >> shift & 0xff);
}

// Kind and length: four bits of it in the first byte, then seven in each; the high bit says that more follow.
void append_header(std::string& text, unsigned type, std::size_t size) {
  std::size_t byte = type << 4 | (size & 0xf);
  for (size >>= 4; size != 0; size >>= 7) {
    text += static_cast<char>(byte | 0x80);
    byte = size & 0x7f;
  }
  text += static_cast<char>(byte);
}

std::uint32_t adler32(std::string_view data) {
  constexpr std::uint32_t kModulus = 65521;
  constexpr std::size_t kNoOverflow = 5552;  // so many bytes may be added before the sums are reduced
  std::uint32_t a = 1;
  std::uint32_t b = 0;
  while (!data.empty()) {
    for (const char c : data.substr(0, kNoOverflow)) {
      a += static_cast<unsigned char>(c);
      b += a;
    }
    a %= kModulus;
    b %= kModulus;
    data.remove_prefix(std::min(kNoOverflow, data.size()));
  }
  return b << 16 | a;
}

// A zlib stream of stored blocks.
void append_stored(std::string& text, std::string_view content) {
  constexpr std::size_t kMostInBlock = 65535;
  text += "\x78\x01";
  const std::uint32_t checksum = adler32(content);
  do {
    const auto size = std::min(kMostInBlock, content.size());
    text += size == content.size() ? '\1' : '\0';
    for (const std::size_t number : {size, ~size}) {
      text += static_cast<char>(number & 0xff);
      text += static_cast<char>(number >> 8 & 0xff);
    }
    text += content.substr(0, size);
    content.remove_prefix(size);
  } while (!content.empty());
  append_big_endian(text, checksum);
}

}  // namespace

PackText::PackText(std::size_t objects, std::size_t bytes) {
  constexpr std::uint32_t kVersion = 2;
  constexpr std::size_t kAroundEach = 24;  // header, zlib's own bytes and those of a block
  text_.reserve(bytes + (objects + 2) * kAroundEach);
  text_ = "PACK";
  append_big_endian(text_, kVersion);
  append_big_endian(text_, static_cast<std::uint32_t>(objects));
}

void PackText::add(unsigned type, std::string_view content) {
  append_header(text_, type, content.size());
  append_stored(text_, content);
}

std::string PackText::take() && {
  text_ += os::sha1_bytes(text_);
  return std::move(text_);
}

}  // namespace par::git
