#include "core/path_words.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace par::core {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }
bool is_upper(char c) { return lower(c) != c; }

// The starts of the segments that have a meaning of their own.
constexpr std::array<std::string_view, 16> kBeginnings{
    "",  ".",  "..",  ".g",   ".gi",   ".git",  // in this order, see below
    "C", "CO", "COD", "CODE", "CODEO", "CODEOW", "CODEOWN", "CODEOWNE", "CODEOWNER", "CODEOWNERS"};

static_assert(kBeginnings[static_cast<std::size_t>(Beginning::git)] == ".git" &&
              kBeginnings[static_cast<std::size_t>(Beginning::codeowners)] == "CODEOWNERS");

bool equal(char a, char b, Folding folding) {
  return a == b || (folding.ignore_case && lower(a) == lower(b));
}

bool is_in_beginning(char c, Folding folding) {
  return std::any_of(kBeginnings.begin() + 1, kBeginnings.end(),
                     [&](std::string_view beginning) { return equal(beginning.back(), c, folding); });
}

// 0 for the bytes that a reader likes best in a witness.
constexpr int preference(unsigned char c) {
  if (c >= 'a' && c <= 'z') return 0;
  if (c >= '0' && c <= '9') return 1;
  if (c == '_') return 2;
  if (c == '-') return 3;
  if (c == '.') return 4;
  return c > 0x20 && c < 0x7f ? 5 : 6;
}

// Every byte that a segment may hold, best first.
constexpr std::array<unsigned char, 254> bytes_in_order() {
  std::array<unsigned char, 254> bytes{};
  std::size_t count = 0;
  for (int rank = 0; rank <= 6; ++rank)
    for (unsigned c = 1; c < 256; ++c)
      if (c != static_cast<unsigned char>(kEndOfSegment) && preference(static_cast<unsigned char>(c)) == rank)
        bytes[count++] = static_cast<unsigned char>(c);
  return bytes;
}
constexpr auto kBytesInOrder = bytes_in_order();

}  // namespace

Beginning extend(Beginning beginning, char c, Folding folding) {
  if (beginning == Beginning::other) return beginning;
  const auto so_far = kBeginnings[static_cast<std::size_t>(beginning)];
  for (std::size_t i = 1; i < kBeginnings.size(); ++i) {
    const auto longer = kBeginnings[i];
    if (longer.size() != so_far.size() + 1 || !longer.starts_with(so_far)) continue;
    if (equal(longer.back(), c, folding)) return static_cast<Beginning>(i);
  }
  return Beginning::other;
}

bool can_be_segment(Beginning text) {
  return text != Beginning::empty && text != Beginning::dot && text != Beginning::dot_dot &&
         text != Beginning::git;
}

std::size_t rank_of(char c) {
  static constexpr auto kRanks = [] {
    std::array<std::uint8_t, 256> ranks{};
    for (std::size_t i = 0; i < kBytesInOrder.size(); ++i)
      ranks[kBytesInOrder[i]] = static_cast<std::uint8_t>(i);
    ranks[static_cast<unsigned char>(kEndOfSegment)] = kBytesInOrder.size();
    return ranks;
  }();
  return kRanks[static_cast<unsigned char>(c)];
}

std::optional<char> best_byte(const ByteSet& set, Folding folding) {
  for (const auto byte : kBytesInOrder)
    if (set.test(byte) && !(folding.ignore_case && is_upper(static_cast<char>(byte))))
      return static_cast<char>(byte);
  return std::nullopt;
}

void Alphabet::distinguish(const PathAutomaton& automaton) {
  for (const auto& place : automaton.places())
    if (place.kind == PlaceKind::byte) distinguish(place.bytes);
}

void Alphabet::distinguish(const ByteSet& set) {
  if (set.count() == 1) {
    alone_ |= set;
    return;
  }
  std::array<std::uint16_t, 512> split{};  // class, in the set or not -> new class + 1
  std::uint16_t count = 0;
  for (const auto c : kBytesInOrder) {
    std::uint16_t& part = split[class_of_[c] * 2U + (set.test(c) ? 1U : 0U)];
    if (part == 0) part = ++count;
    class_of_[c] = static_cast<std::uint16_t>(part - 1);
  }
  count_ = count;
}

std::vector<char> Alphabet::symbols(Folding folding) const {
  std::vector<bool> taken(count_);
  std::vector<char> symbols;
  for (const auto byte : kBytesInOrder) {
    const auto c = static_cast<char>(byte);
    if (folding.ignore_case && is_upper(c)) continue;
    if (!alone_.test(byte)) {
      if (taken[class_of_[byte]]) continue;
      taken[class_of_[byte]] = !is_in_beginning(c, folding);
    }
    symbols.push_back(c);
  }
  symbols.push_back(kEndOfSegment);
  return symbols;
}

}  // namespace par::core
