#include "git/pack_text.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "git/objects_impl.h"
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

// ---- differences, as packs hold them: runs of the base's bytes, and bytes of their own

constexpr unsigned kOffsetDelta = 6;  // the type of an object that begins so many bytes before this one

void append_length(std::string& text, std::size_t length) {
  for (; length >= 0x80; length >>= 7) text += static_cast<char>(length | 0x80);
  text += static_cast<char>(length);
}

void append_copy(std::string& text, std::size_t offset, std::size_t size) {
  constexpr std::size_t kMostAtOnce = 0xffff;
  while (size > 0) {
    const std::size_t part = std::min(kMostAtOnce, size);
    // All four bytes of the offset and two of the size are there.
    text += static_cast<char>(0x80 | 0x0f | 0x30);
    for (int shift = 0; shift < 32; shift += 8) text += static_cast<char>(offset >> shift & 0xff);
    for (int shift = 0; shift < 16; shift += 8) text += static_cast<char>(part >> shift & 0xff);
    offset += part;
    size -= part;
  }
}

void append_insert(std::string& text, std::string_view bytes) {
  constexpr std::size_t kMostAtOnce = 127;
  while (!bytes.empty()) {
    const std::size_t part = std::min(kMostAtOnce, bytes.size());
    text += static_cast<char>(part);
    text += bytes.substr(0, part);
    bytes.remove_prefix(part);
  }
}

// What both begin and end with, and what is between.
std::string difference(std::string_view base, std::string_view content) {
  const auto shorter = std::min(base.size(), content.size());
  const auto head = static_cast<std::size_t>(
      std::mismatch(content.begin(), content.begin() + static_cast<std::ptrdiff_t>(shorter), base.begin())
          .first -
      content.begin());
  const auto most = static_cast<std::ptrdiff_t>(shorter - head);
  const auto tail = static_cast<std::size_t>(
      std::mismatch(content.rbegin(), content.rbegin() + most, base.rbegin()).first - content.rbegin());
  std::string text;
  append_length(text, base.size());
  append_length(text, content.size());
  append_copy(text, 0, head);
  append_insert(text, content.substr(head, content.size() - head - tail));
  append_copy(text, base.size() - tail, tail);
  return text;
}

// Seven bits a byte, the highest first; each byte but the last counts one more than its bits say.
void append_distance(std::string& text, std::uint32_t distance) {
  std::string bytes(1, static_cast<char>(distance & 0x7f));
  while ((distance >>= 7) != 0) bytes += static_cast<char>(0x80 | (--distance & 0x7f));
  text.append(bytes.rbegin(), bytes.rend());
}

std::string_view bytes_of(const git_oid& id) { return {reinterpret_cast<const char*>(id.id), sizeof id.id}; }

}  // namespace

PackText::PackText(std::size_t objects, std::size_t bytes) {
  constexpr std::uint32_t kVersion = 2;
  constexpr std::size_t kAroundEach = 24;  // header, zlib's own bytes and those of a block
  text_.reserve(bytes + (objects + 2) * kAroundEach);
  text_ = "PACK";
  append_big_endian(text_, kVersion);
  append_big_endian(text_, static_cast<std::uint32_t>(objects));
}

std::uint32_t PackText::begin(const git_oid& id) {
  const auto begin = static_cast<std::uint32_t>(text_.size());
  entries_.push_back({id, begin});
  return begin;
}

std::uint32_t PackText::add(const git_oid& id, git_object_t type, std::string_view content) {
  const auto at = begin(id);
  append_header(text_, static_cast<unsigned>(type), content.size());
  append_stored(text_, content);
  return at;
}

std::uint32_t PackText::add_difference(const git_oid& id, std::uint32_t base, std::string_view base_content,
                                       std::string_view content) {
  const auto at = begin(id);
  const std::string text = difference(base_content, content);
  append_header(text_, kOffsetDelta, text.size());
  append_distance(text_, at - base);
  append_stored(text_, text);
  return at;
}

// The first version of an index: how many names begin with each byte or a lower one; then all of them,
// sorted, each behind its place.
std::string PackText::index(std::string_view pack_checksum) {
  std::sort(entries_.begin(), entries_.end(),
            [](const Entry& a, const Entry& b) { return git_oid_cmp(&a.id, &b.id) < 0; });
  std::string text;
  auto entry = entries_.begin();
  for (unsigned byte = 0; byte < 256; ++byte) {
    while (entry != entries_.end() && entry->id.id[0] <= byte) ++entry;
    append_big_endian(text, static_cast<std::uint32_t>(entry - entries_.begin()));
  }
  for (const auto& [id, begin] : entries_) {
    append_big_endian(text, begin);
    text += bytes_of(id);
  }
  text += pack_checksum;
  return text + os::sha1_bytes(text);
}

PackFiles PackText::take() && {
  const std::string checksum = os::sha1_bytes(text_);
  text_ += checksum;
  std::string index_text = index(checksum);
  return {"pack-" + from_git(oid_of_digest(checksum)).str(), std::move(text_), std::move(index_text)};
}

}  // namespace par::git
