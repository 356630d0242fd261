// Which words the search for a path has to try: what a segment may be, which beginnings of one have a meaning
// of their own, and one byte for all that no pattern tells apart.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/folding.h"
#include "core/path_automaton.h"

namespace par::core {

// What is read of the current segment, as far as it is of interest.
enum class Beginning : std::uint8_t { empty = 0, dot = 1, dot_dot = 2, git = 5, codeowners = 15, other = 16 };

[[nodiscard]] Beginning extend(Beginning beginning, char c, Folding folding);
// Empty segments, ".", ".." and ".git" are no part of a path that git can hold.
[[nodiscard]] bool can_be_segment(Beginning text);

// The bytes in classes: those of one class are told apart by no pattern.
class Alphabet {
 public:
  void distinguish(const PathAutomaton& automaton);

  // The best byte of each class, best first, then '/'. Bytes that a beginning holds stand for themselves
  // alone, so that a word becomes a name with a meaning only where nothing else could stand in its place.
  // Where case is folded there are no upper-case letters.
  [[nodiscard]] std::vector<char> symbols(Folding folding) const;

 private:
  // Each class is split into what is in the set and what is not.
  void distinguish(const ByteSet& set);

  std::array<std::uint16_t, 256> class_of_{};
  std::uint16_t count_ = 1;
  ByteSet alone_;  // the only bytes of a set: most are, and need no splitting
};

}  // namespace par::core
