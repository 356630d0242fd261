#include "core/path_words.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "base/strings.h"

namespace par::core {
namespace {

// The starts of the segments that have a meaning of their own.
constexpr std::array<std::string_view, 16> kBeginnings{
    "",  ".",  "..",  ".g",   ".gi",   ".git",  // in this order, see below
    "C", "CO", "COD", "CODE", "CODEO", "CODEOW", "CODEOWN", "CODEOWNE", "CODEOWNER", "CODEOWNERS"};

static_assert(kBeginnings[static_cast<std::size_t>(Beginning::git)] == ".git" &&
              kBeginnings[static_cast<std::size_t>(Beginning::codeowners)] == "CODEOWNERS");

bool equal(char a, char b, Folding folding) {
  return a == b || (folding.ignore_case && ascii_lower(a) == ascii_lower(b));
}

bool is_in_beginning(char c, Folding folding) {
  return std::any_of(kBeginnings.begin() + 1, kBeginnings.end(),
                     [&](std::string_view beginning) { return equal(beginning.back(), c, folding); });
}

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
  for (const auto c : bytes_in_order()) {
    std::uint16_t& part = split[class_of_[c] * 2U + (set.test(c) ? 1U : 0U)];
    if (part == 0) part = ++count;
    class_of_[c] = static_cast<std::uint16_t>(part - 1);
  }
  count_ = count;
}

std::vector<char> Alphabet::symbols(Folding folding) const {
  std::vector<bool> taken(count_);
  std::vector<char> symbols;
  for (const auto byte : bytes_in_order()) {
    const auto c = static_cast<char>(byte);
    if (folding.ignore_case && is_ascii_upper(c)) continue;
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
