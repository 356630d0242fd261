// Patterns as one nondeterministic automaton over bytes: Thompson's construction, with the sets of bytes,
// stars and '**' of a pattern as places of their own kind. Every segment of a path is read with a '/' behind
// it: "a/b" is the word "a/b/".
#pragma once

#include <cstdint>
#include <vector>

#include "core/glob.h"

namespace par::core {

inline constexpr char kEndOfSegment = '/';

enum class PlaceKind : std::uint8_t {
  byte,          // one byte of a set, then on
  star,          // any bytes of this segment; may be left at once
  segment_end,   // '/', then on
  any_depth,     // between two segments of a '**'; may be left at once
  in_any_depth,  // within one
  end,           // the pattern has matched
};

struct Place {
  PlaceKind kind = PlaceKind::end;
  bool literal = false;       // of a literal segment
  std::uint32_t pattern = 0;  // the number of the pattern, in the order they were added
  ByteSet bytes;
};

using PlaceIndex = std::uint32_t;

class PathAutomaton {
 public:
  // Returns where the pattern starts.
  PlaceIndex add(const Glob& glob);
  // A pattern that matches every path, metadata included.
  PlaceIndex add_everything();

  [[nodiscard]] const std::vector<Place>& places() const { return places_; }
  [[nodiscard]] const Place& at(PlaceIndex i) const { return places_[i]; }

  // Appends i and the places that are reached from it without a byte.
  void enter(PlaceIndex i, std::vector<PlaceIndex>& out) const;
  // Appends the places that `c` leads to from i.
  void step(PlaceIndex i, char c, std::vector<PlaceIndex>& out) const;

 private:
  void add(const GlobSegment& segment);
  void add_any_depth(bool literal);
  PlaceIndex finish(PlaceIndex start);

  std::vector<Place> places_;
  std::uint32_t patterns_ = 0;
};

}  // namespace par::core
