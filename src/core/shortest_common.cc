#include "core/shortest_common.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "core/path_words.h"

namespace par::core {
namespace {

using Steps = std::vector<GlobStep>;

// The first of the shortest texts, but the empty one, that two segments with wildcards accept. Breadth first:
// a point is how far each segment has been read, and all points of one text are held together.
class SharedText {
 public:
  SharedText(const Steps& a, const Steps& b, Folding folding)
      : a_(a), b_(b), folding_(folding), seen_((a.size() + 1) * (b.size() + 1)) {}

  // "": there is none.
  std::string find() {
    Text empty;
    enter({0, 0}, empty);
    std::fill(seen_.begin(), seen_.end(), false);  // the start may be met again with a text behind it
    texts_.push_back(std::move(empty));
    for (std::size_t i = 0; i < texts_.size(); ++i) {
      const auto points = std::move(texts_[i].points);
      if (i > 0 && std::find(points.begin(), points.end(), Point{a_.size(), b_.size()}) != points.end())
        return text_at(i);
      extend(i, points);
    }
    return "";
  }

 private:
  using Point = std::pair<std::size_t, std::size_t>;
  struct Text {
    std::size_t shorter = 0;
    char last = 0;
    std::vector<Point> points;
  };

  // A star may be left at any time.
  void enter(const Point& point, Text& text) {
    const auto [i, j] = point;
    const auto index = i * (b_.size() + 1) + j;
    if (seen_[index]) return;
    seen_[index] = true;
    text.points.push_back(point);
    if (i < a_.size() && a_[i].star) enter({i + 1, j}, text);
    if (j < b_.size() && b_[j].star) enter({i, j + 1}, text);
  }

  // All bytes that lead on from a point lead to the same, so the best of them will do.
  void extend(std::size_t shorter, const std::vector<Point>& points) {
    std::map<std::size_t, std::pair<char, std::vector<Point>>> next;  // by the rank of the byte
    for (const auto& [i, j] : points) {
      if (i == a_.size() || j == b_.size()) continue;
      const auto c = best_byte(bytes_of(a_[i]) & bytes_of(b_[j]), folding_);
      if (!c) continue;
      auto& [byte, targets] = next[rank_of(*c)];
      byte = *c;
      targets.emplace_back(a_[i].star ? i : i + 1, b_[j].star ? j : j + 1);
    }
    for (const auto& [rank, reached] : next) {
      Text text{shorter, reached.first, {}};
      for (const auto& target : reached.second) enter(target, text);
      if (!text.points.empty()) texts_.push_back(std::move(text));
    }
  }

  static ByteSet bytes_of(const GlobStep& step) { return step.star ? ByteSet().set() : step.bytes; }

  [[nodiscard]] std::string text_at(std::size_t index) const {
    std::string text;
    for (; index != 0; index = texts_[index].shorter) text += texts_[index].last;
    std::reverse(text.begin(), text.end());
    return text;
  }

  const Steps& a_;
  const Steps& b_;
  Folding folding_;
  std::vector<char> seen_;
  std::vector<Text> texts_;
};

class Grid {
 public:
  Grid(const Glob& a, const Glob& b, std::size_t longest)
      : a_(a.segments()),
        b_(b.segments()),
        folding_(a.folding()),
        longest_(longest),
        best_((a_.size() + 1) * (b_.size() + 1)) {}

  ShortestCommon solve() {
    at(a_.size(), b_.size()) = "";
    for (std::size_t i = a_.size() + 1; i-- > 0;)
      for (std::size_t j = b_.size() + 1; j-- > 0;) {
        solve(i, j);
        if (!certain_) return {std::nullopt, false};
      }
    auto& path = at(0, 0);
    if (path) path->pop_back();
    return {std::move(path), true};
  }

 private:
  // What is left of the path, each segment with a '/' behind it.
  std::optional<std::string>& at(std::size_t i, std::size_t j) { return best_[i * (b_.size() + 1) + j]; }

  void solve(std::size_t i, std::size_t j) {
    const bool any_a = i < a_.size() && a_[i].any_depth;
    const bool any_b = j < b_.size() && b_[j].any_depth;
    if (any_a && at(i + 1, j)) offer(i, j, *at(i + 1, j));
    if (any_b && at(i, j + 1)) offer(i, j, *at(i, j + 1));
    // Two '**' have nothing to gain from a segment that neither asks for.
    if (i == a_.size() || j == b_.size() || (any_a && any_b)) return;
    const auto& rest = at(any_a ? i : i + 1, any_b ? j : j + 1);
    if (!rest) return;
    const std::string_view text = any_a ? b_[j].shortest : any_b ? a_[i].shortest : shared(a_[i], b_[j]);
    if (text.empty() || text.size() + rest->size() > longest_) return;
    const bool both_literal = a_[i].literal && b_[j].literal;
    certain_ = certain_ && !has_meaning(text, both_literal, rest->empty());
    std::string path;
    path.reserve(text.size() + 1 + rest->size());
    offer(i, j, std::move(path.append(text).append(1, kEndOfSegment).append(*rest)));
  }

  void offer(std::size_t i, std::size_t j, std::string path) {
    auto& best = at(i, j);
    if (!best || comes_before(path, *best)) best = std::move(path);
  }

  // "": there is none. Valid until the next call.
  [[nodiscard]] std::string_view shared(const GlobSegment& x, const GlobSegment& y) {
    if (x.literal) return accepts(y, x.plain) ? std::string_view(x.plain) : "";
    if (y.literal) return accepts(x, y.plain) ? std::string_view(y.plain) : "";
    if (is_any_one(x)) return y.shortest;
    if (is_any_one(y)) return x.shortest;
    shared_ = SharedText(x.steps, y.steps, folding_).find();
    return shared_;
  }

  [[nodiscard]] bool has_meaning(std::string_view text, bool literally, bool is_last) const {
    return text == "." || text == ".." || text == ".git" ||
           (!literally && is_metadata_segment(text, is_last, folding_));
  }

  const std::vector<GlobSegment>& a_;
  const std::vector<GlobSegment>& b_;
  Folding folding_;
  std::size_t longest_;
  std::vector<std::optional<std::string>> best_;
  std::string shared_;
  bool certain_ = true;
};

}  // namespace

ShortestCommon shortest_common(const Glob& a, const Glob& b, std::size_t longest) {
  return Grid(a, b, longest).solve();
}

bool comes_before(std::string_view path, std::string_view other) {
  if (path.size() != other.size()) return path.size() < other.size();
  return std::lexicographical_compare(path.begin(), path.end(), other.begin(), other.end(),
                                      [](char x, char y) { return rank_of(x) < rank_of(y); });
}

}  // namespace par::core
