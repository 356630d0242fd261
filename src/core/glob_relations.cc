#include "core/glob_relations.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace par::core {
namespace {

using Steps = std::vector<GlobStep>;

// The bytes between two points of a segment: how far each of two segments has been read.
class SegmentPair {
 public:
  SegmentPair(const Steps& a, const Steps& b) : a_(a), b_(b), seen_((a.size() + 1) * (b.size() + 1)) {}

  // Whether some text leads through both.
  bool meet() {
    visit(0, 0);
    while (!open_.empty()) {
      const auto [i, j] = open_.back();
      open_.pop_back();
      if (i == a_.size() && j == b_.size()) return true;
      const bool star_a = i < a_.size() && a_[i].star;
      const bool star_b = j < b_.size() && b_[j].star;
      // A star is left, or takes what the other one asks for.
      if (star_a) visit(i + 1, j);
      if (star_b) visit(i, j + 1);
      if (star_a && !star_b && j < b_.size()) visit(i, j + 1);
      if (star_b && !star_a && i < a_.size()) visit(i + 1, j);
      if (!star_a && !star_b && i < a_.size() && j < b_.size() && (a_[i].bytes & b_[j].bytes).any())
        visit(i + 1, j + 1);
    }
    return false;
  }

 private:
  void visit(std::size_t i, std::size_t j) {
    if (!std::exchange(seen_[i * (b_.size() + 1) + j], true)) open_.emplace_back(i, j);
  }

  const Steps& a_;
  const Steps& b_;
  std::vector<char> seen_;
  std::vector<std::pair<std::size_t, std::size_t>> open_;
};

// False when the first bytes differ already.
bool begin_alike(const Steps& a, const Steps& b) {
  const auto size = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < size; ++i) {
    if (a[i].star || b[i].star) return true;
    if ((a[i].bytes & b[i].bytes).none()) return false;
  }
  return true;
}

// False when the last bytes differ already.
bool end_alike(const Steps& a, const Steps& b) {
  auto x = a.rbegin();
  for (auto y = b.rbegin(); x != a.rend() && y != b.rend(); ++x, ++y) {
    if (x->star || y->star) return true;
    if ((x->bytes & y->bytes).none()) return false;
  }
  return true;
}

// Neither is '**'.
bool segments_meet(const GlobSegment& a, const GlobSegment& b) {
  if (a.literal && b.literal) return a.plain == b.plain;
  if (a.literal) return accepts(b, a.plain);
  if (b.literal) return accepts(a, b.plain);
  return begin_alike(a.steps, b.steps) && end_alike(a.steps, b.steps) && SegmentPair(a.steps, b.steps).meet();
}

// The least number of segments of a path that matches.
std::size_t least_depth(const Glob& glob) {
  const auto& segments = glob.segments();
  return static_cast<std::size_t>(std::count_if(
      segments.begin(), segments.end(), [](const GlobSegment& segment) { return !segment.any_depth; }));
}

template <class Iterator>
bool sides_meet(Iterator a, Iterator a_end, Iterator b, Iterator b_end) {
  for (; a != a_end && b != b_end; ++a, ++b) {
    if (a->any_depth || b->any_depth) return true;
    if (!segments_meet(*a, *b)) return false;
  }
  return true;
}

}  // namespace

std::size_t literal_prefix(const Glob& glob) {
  const auto& segments = glob.segments();
  const auto end = std::find_if(segments.begin(), segments.end(),
                                [](const GlobSegment& segment) { return !segment.literal; });
  return static_cast<std::size_t>(end - segments.begin());
}

bool may_meet(const Glob& a, const Glob& b) {
  const auto& x = a.segments();
  const auto& y = b.segments();
  const auto depth_a = least_depth(a);
  const auto depth_b = least_depth(b);
  if (depth_a == x.size() && depth_b > depth_a) return false;
  if (depth_b == y.size() && depth_a > depth_b) return false;
  return sides_meet(x.begin(), x.end(), y.begin(), y.end()) &&
         sides_meet(x.rbegin(), x.rend(), y.rbegin(), y.rend());
}

bool covers(const Glob& a, const Glob& b) {
  const auto& x = a.segments();
  const auto& y = b.segments();
  std::size_t same = 0;
  while (same < x.size() && same < y.size() && x[same] == y[same]) ++same;
  if (same == x.size()) return same == y.size();
  if (same + 1 == x.size()) return x[same].any_depth;
  const bool all_below = same + 2 == x.size() && is_any_one(x[same]) && x[same + 1].any_depth;
  return all_below && std::any_of(y.begin() + static_cast<std::ptrdiff_t>(same), y.end(),
                                  [](const GlobSegment& segment) { return !segment.any_depth; });
}

}  // namespace par::core
