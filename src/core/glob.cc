#include "core/glob.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <optional>
#include <utility>

#include "base/strings.h"

namespace par::core {
namespace {

// The matcher keeps its states in the bits of one word.
constexpr std::size_t kMaxSegments = 60;

constexpr std::size_t index_of(char c) { return static_cast<unsigned char>(c); }

void add_range(ByteSet& set, char low, char high) {
  for (std::size_t i = index_of(low); i <= index_of(high); ++i) set.set(i);
}

void add_other_case(ByteSet& set) {
  for (std::size_t i = 'a'; i <= 'z'; ++i) {
    const std::size_t upper = i - ('a' - 'A');
    if (set.test(i) || set.test(upper)) set.set(i).set(upper);
  }
}

ByteSet without_separators(ByteSet set) { return set.reset(index_of('/')).reset(0); }

// The bytes of "[:name:]" as pairs of first and last byte; empty: no such class.
std::string_view class_ranges(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kClasses{{
      {"alnum", "azAZ09"},
      {"alpha", "azAZ"},
      {"blank", "\t\t  "},
      {"cntrl", "\x01\x1f\x7f\x7f"},
      {"digit", "09"},
      {"graph", "!~"},
      {"lower", "az"},
      {"print", " ~"},
      {"punct", "!/:@[`{~"},
      {"space", "\t\r  "},
      {"upper", "AZ"},
      {"xdigit", "afAF09"},
  }};
  const auto* found =
      std::find_if(kClasses.begin(), kClasses.end(), [&](const auto& c) { return c.first == name; });
  return found == kClasses.end() ? std::string_view() : found->second;
}

GlobSegment any_depth() { return {true, false, {}, {}, {}}; }
GlobSegment any_one() { return {false, false, {}, {{true, {}}}, "a"}; }

// Of a segment with wildcards: every star left out, unless nothing is left then.
std::string shortest_text(const std::vector<GlobStep>& steps, Folding folding) {
  std::string text;
  for (const auto& step : steps) {
    if (step.star) continue;
    const auto c = best_byte(step.bytes, folding);
    if (!c) return "";
    text += *c;
  }
  return text.empty() ? "a" : text;
}

// Reads one segment of a pattern.
class SegmentParser {
 public:
  SegmentParser(std::string_view text, Folding folding) : rest_(text), folding_(folding) {}

  Result<GlobSegment> parse() {
    if (rest_.empty()) return Error("it has an empty segment");
    if (rest_ == "**") return any_depth();
    segment_.literal = true;
    while (!rest_.empty()) PAR_TRY(read_step());
    add_literals();
    if (!segment_.literal) segment_.plain.clear();
    segment_.shortest = segment_.literal ? segment_.plain : shortest_text(segment_.steps, folding_);
    if (segment_.plain == "." || segment_.plain == "..")
      return Error(fmt::format("'{}' is not a segment of a path", segment_.plain));
    return std::move(segment_);
  }

 private:
  Result<void> read_step() {
    switch (rest_.front()) {
      case '*':
        rest_.remove_prefix(std::min(rest_.find_first_not_of('*'), rest_.size()));
        add_literals();
        segment_.steps.push_back({true, {}});
        segment_.literal = false;
        return {};
      case '?':
        rest_.remove_prefix(1);
        return add_wildcard(ByteSet().set());
      case '[': {
        rest_.remove_prefix(1);
        PAR_ASSIGN(const ByteSet set, read_bracket());
        return add_wildcard(set);
      }
      default: {
        PAR_ASSIGN(const char c, read_byte());
        literals_ += c;
        return {};
      }
    }
  }

  Result<void> add_wildcard(const ByteSet& set) {
    const ByteSet bytes = without_separators(set);
    if (bytes.none()) return Error("it has a '[...]' that matches nothing");
    add_literals();
    segment_.steps.push_back({false, bytes});
    segment_.literal = false;
    return {};
  }

  // Literal text is folded as one, since several bytes make a character and several of those another.
  void add_literals() {
    const std::string text = fold_name(literals_, folding_);
    for (const char c : text) segment_.steps.push_back({false, ByteSet().set(index_of(c))});
    segment_.plain += text;
    literals_.clear();
  }

  // One byte, or the byte behind a '\'.
  Result<char> read_byte() {
    if (rest_.front() == '\\') {
      rest_.remove_prefix(1);
      if (rest_.empty()) return Error("it has nothing to escape after a '\\'");
    }
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  // What follows a '[', up to and with its ']'.
  Result<ByteSet> read_bracket() {
    const bool negated = rest_.starts_with('!') || rest_.starts_with('^');
    if (negated) rest_.remove_prefix(1);
    ByteSet set;
    for (bool first = true; first || !rest_.starts_with(']'); first = false) {
      if (rest_.empty()) return unclosed();
      if (rest_.starts_with("[:"))
        PAR_TRY(read_class(set));
      else
        PAR_TRY(read_range(set));
    }
    rest_.remove_prefix(1);
    if (folding_.ignore_case) add_other_case(set);
    return negated ? ~set : set;
  }

  Result<void> read_class(ByteSet& set) {
    const auto end = rest_.find(":]");
    if (end == std::string_view::npos) return unclosed();
    const auto name = rest_.substr(2, end - 2);
    const auto ranges = class_ranges(name);
    if (ranges.empty()) return Error(fmt::format("there is no '[:{}:]'", name));
    for (std::size_t i = 0; i < ranges.size(); i += 2) add_range(set, ranges[i], ranges[i + 1]);
    rest_.remove_prefix(end + 2);
    return {};
  }

  Result<void> read_range(ByteSet& set) {
    PAR_ASSIGN(const char low, read_byte());
    char high = low;
    if (rest_.size() > 1 && rest_[0] == '-' && rest_[1] != ']') {
      rest_.remove_prefix(1);
      PAR_ASSIGN(high, read_byte());
      if (index_of(high) < index_of(low))
        return Error(fmt::format("its range '{}-{}' is out of order", low, high));
    }
    add_range(set, low, high);
    return {};
  }

  static Error unclosed() {
    return std::move(Error("its '[' is not closed")).hint("write '\\[' for the character itself");
  }

  std::string_view rest_;
  Folding folding_;
  std::string literals_;  // read, and not yet part of the segment
  GlobSegment segment_;
};

Result<std::vector<GlobSegment>> compile(std::string_view pattern, Folding folding, LastLiteral last) {
  if (pattern.empty()) return Error("it is empty");
  if (pattern.front() == '!')
    return Error("patterns cannot be negated")
        .hint("list what an agent must not touch in 'forbids'; write '\\!' for the character itself");
  const bool below = pattern.back() == '/';
  if (below) pattern.remove_suffix(1);
  const bool anchored = pattern.find('/') != std::string_view::npos;
  if (pattern.starts_with('/')) pattern.remove_prefix(1);

  std::vector<GlobSegment> segments;
  if (!anchored) segments.push_back(any_depth());
  for (const auto& part : split(pattern, '/')) {
    PAR_ASSIGN(GlobSegment segment, SegmentParser(part, folding).parse());
    if (segment.any_depth && !segments.empty() && segments.back().any_depth) continue;
    segments.push_back(std::move(segment));
  }
  const bool or_below = segments.back().literal && !below && last == LastLiteral::it_or_below;
  if (segments.back().any_depth) segments.insert(segments.end() - 1, any_one());
  if (below) segments.push_back(any_one());
  if (below || or_below) segments.push_back(any_depth());
  if (segments.size() > kMaxSegments) return Error(fmt::format("it has more than {} segments", kMaxSegments));
  return segments;
}

bool matches_steps(const std::vector<GlobStep>& steps, std::string_view text) {
  std::size_t step = 0;
  std::size_t at = 0;
  std::optional<std::size_t> star;  // the last one met: it alone has to give way, earlier ones need not
  std::size_t star_end = 0;
  while (at < text.size()) {
    if (step < steps.size() && steps[step].star) {
      star = step++;
      star_end = at;
    } else if (step < steps.size() && steps[step].bytes.test(index_of(text[at]))) {
      ++step;
      ++at;
    } else if (star) {
      step = *star + 1;
      at = ++star_end;
    } else {
      return false;
    }
  }
  while (step < steps.size() && steps[step].star) ++step;
  return step == steps.size();
}

}  // namespace

std::string literal_pattern(const RepoPath& path) {
  std::string pattern = "/";
  for (const char c : path.str()) {
    if (std::string_view("*?[\\!").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

bool accepts(const GlobSegment& segment, std::string_view text) {
  return segment.literal ? segment.plain == text : matches_steps(segment.steps, text);
}

bool is_metadata_segment(std::string_view segment, bool is_last, Folding folding) {
  if (segment.starts_with('.')) return segment.starts_with(".git");
  return is_last && segment == (folding.ignore_case ? "codeowners" : "CODEOWNERS");
}

Result<Glob> Glob::parse(std::string_view pattern, Folding folding, LastLiteral last) {
  auto segments = compile(pattern, folding, last);
  if (!segments) {
    Error error = std::move(segments).error();
    error.message = fmt::format("invalid pattern '{}': {}", pattern, error.message);
    return error;
  }
  Glob glob;
  glob.text_ = pattern;
  glob.segments_ = *std::move(segments);
  glob.folding_ = folding;
  for (std::size_t i = 0; i < glob.segments_.size(); ++i)
    if (glob.segments_[i].any_depth) glob.any_depth_ |= std::uint64_t{1} << i;
  return glob;
}

bool Glob::matches(std::string_view path) const { return run(path, Metadata::as_any_other); }
bool Glob::owns(std::string_view path) const { return run(path, Metadata::literally); }

// Bit i of `active`: the path read so far is matched by the segments before i.
bool Glob::run(std::string_view path, Metadata metadata) const {
  std::string buffer;
  path = folded(path, folding_, buffer);
  std::uint64_t active = skip_any_depth(1);
  for (bool is_last = path.empty(); !is_last;) {
    const auto slash = path.find('/');
    is_last = slash == std::string_view::npos;
    const auto text = path.substr(0, slash);
    path.remove_prefix(is_last ? path.size() : slash + 1);
    const bool literally = metadata == Metadata::literally && is_metadata_segment(text, is_last, folding_);
    active = skip_any_depth(after_segment(active, text, literally));
    if (active == 0) return false;
  }
  return (active >> segments_.size() & 1U) != 0;
}

std::uint64_t Glob::after_segment(std::uint64_t active, std::string_view text, bool literally) const {
  std::uint64_t next = 0;
  // The bit behind the last segment has nothing left to match.
  for (std::uint64_t left = active & ((std::uint64_t{1} << segments_.size()) - 1); left != 0;
       left &= left - 1) {
    const auto i = static_cast<std::size_t>(std::countr_zero(left));
    const GlobSegment& segment = segments_[i];
    if (literally && !segment.literal) continue;
    if (segment.any_depth)
      next |= std::uint64_t{1} << i;
    else if (accepts(segment, text))
      next |= std::uint64_t{1} << (i + 1);
  }
  return next;
}

}  // namespace par::core
