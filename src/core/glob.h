// One pattern of `.gitpar.toml` and what it matches. The dialect:
//   - anchored at the root when it holds a '/' before its end (a leading '/' counts, and is dropped),
//     otherwise it matches at any depth;
//   - '*', '?', '[...]' match within a segment, '**' (a whole segment) matches any number of segments, at the
//     end at least one; '\' escapes. In brackets: ranges, '!' or '^' first negates, ']' first is itself,
//     "[:alpha:]" and its like (ASCII);
//   - a literal last segment means that file or everything below that directory; a last segment with a
//     wildcard means files only; a trailing '/' means everything below, but not the thing itself.
// No negation. Paths are bytes, and '?' is one of them. Names that the repository takes for the same are the
// same to a pattern (base/folding.h); within brackets that holds for ASCII letters.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/folding.h"
#include "base/ids.h"
#include "base/result.h"
#include "core/byte_set.h"

namespace par::core {

// One element of a segment: any bytes, or one byte of a set. No set holds '/' or NUL.
struct GlobStep {
  bool star = false;
  ByteSet bytes;

  bool operator==(const GlobStep&) const = default;
};

// A compiled pattern is a sequence of these, anchored at both ends; each but '**' matches exactly one path
// segment.
struct GlobSegment {
  bool any_depth = false;  // '**': any number of segments, also none
  bool literal = false;    // `plain` is the only match
  std::string plain;       // unescaped and folded
  std::vector<GlobStep> steps;
  std::string shortest;  // what it matches first: shortest, then best bytes (core/byte_set.h); "": nothing

  bool operator==(const GlobSegment&) const = default;
};

// '*' alone.
[[nodiscard]] inline bool is_any_one(const GlobSegment& segment) {
  return segment.steps.size() == 1 && segment.steps[0].star;
}
// Whether a segment other than '**' matches `text`, which is folded. O(segment x text).
[[nodiscard]] bool accepts(const GlobSegment& segment, std::string_view text);

// What a literal last segment stands for; CODEOWNERS files of GitLab mean the thing alone.
enum class LastLiteral { it_or_below, it_alone };

class Glob {
 public:
  // Errors: an empty pattern, '.', '..' or an empty segment, an unclosed or wrong '[...]', '\' at the end of
  // a segment, a leading '!', more than 60 segments.
  [[nodiscard]] static Result<Glob> parse(std::string_view pattern, Folding folding = {},
                                          LastLiteral last = LastLiteral::it_or_below);

  // O(path x pattern), whatever the pattern.
  [[nodiscard]] bool matches(std::string_view path) const;
  // As `matches`, but metadata segments are matched by literal segments only: what a pattern means in `owns`.
  [[nodiscard]] bool owns(std::string_view path) const;

  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  [[nodiscard]] const std::vector<GlobSegment>& segments() const noexcept { return segments_; }
  [[nodiscard]] Folding folding() const noexcept { return folding_; }

 private:
  enum class Metadata { as_any_other, literally };

  [[nodiscard]] bool run(std::string_view path, Metadata metadata) const;
  [[nodiscard]] std::uint64_t after_segment(std::uint64_t active, std::string_view text,
                                            bool literally) const;
  // '**' may match nothing. No two of them are neighbours, so one step is enough.
  [[nodiscard]] std::uint64_t skip_any_depth(std::uint64_t active) const {
    return active | (active & any_depth_) << 1U;
  }

  std::string text_;
  std::vector<GlobSegment> segments_;
  std::uint64_t any_depth_ = 0;  // bit i: segment i is '**'
  Folding folding_;
};

// The pattern that means this path alone: anchored, with everything special escaped. One below more than
// kMostDirectories cannot be read.
inline constexpr std::ptrdiff_t kMostDirectories = 58;
[[nodiscard]] std::string literal_pattern(const RepoPath& path);

// Segments that steer the repository itself: any that starts with ".git" (".gitattributes", ".gitmodules",
// ".gitpar.toml", ".github"), and a file called CODEOWNERS. `segment` is folded.
[[nodiscard]] bool is_metadata_segment(std::string_view segment, bool is_last, Folding folding);

}  // namespace par::core
