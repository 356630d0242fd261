#include "support/naive_glob.h"

#include "base/strings.h"

namespace par::test {
namespace {

using Segments = std::vector<std::string>;

bool has_wildcard(std::string_view segment) {
  for (; !segment.empty(); segment.remove_prefix(segment.size() > 1 && segment[0] == '\\' ? 2 : 1))
    if (segment[0] == '*' || segment[0] == '?' || segment[0] == '[') return true;
  return false;
}

bool match_text(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*')
    return match_text(pattern.substr(1), text) || (!text.empty() && match_text(pattern, text.substr(1)));
  if (pattern[0] == '[') {
    const auto end = pattern.find(']');
    const bool negated = pattern[1] == '!';
    const auto set = pattern.substr(negated ? 2 : 1, end - (negated ? 2 : 1));
    return !text.empty() && (set.find(text[0]) != std::string_view::npos) != negated &&
           match_text(pattern.substr(end + 1), text.substr(1));
  }
  if (pattern[0] == '\\') {
    pattern.remove_prefix(1);
    return !text.empty() && pattern[0] == text[0] && match_text(pattern.substr(1), text.substr(1));
  }
  return !text.empty() && (pattern[0] == '?' || pattern[0] == text[0]) &&
         match_text(pattern.substr(1), text.substr(1));
}

bool match_segments(const Segments& pattern, std::size_t p, const Segments& path, std::size_t s) {
  if (p == pattern.size()) return s == path.size();
  if (pattern[p] == "**") {
    if (p + 1 == pattern.size()) return s < path.size();
    for (std::size_t skip = s; skip <= path.size(); ++skip)
      if (match_segments(pattern, p + 1, path, skip)) return true;
    return false;
  }
  return s < path.size() && match_text(pattern[p], path[s]) && match_segments(pattern, p + 1, path, s + 1);
}

bool match_itself(std::string_view pattern, const Segments& path) {
  const bool anchored = pattern.find('/') != std::string_view::npos;
  if (pattern[0] == '/') pattern.remove_prefix(1);
  const Segments segments = split(pattern, '/');
  for (std::size_t from = 0; from < (anchored ? 1 : path.size()); ++from)
    if (match_segments(segments, 0, path, from)) return true;
  return false;
}

}  // namespace

bool naive_match(std::string_view pattern, std::string_view path) {
  const bool below = pattern.back() == '/';
  if (below) pattern.remove_suffix(1);
  Segments segments = split(path, '/');
  if (!below && match_itself(pattern, segments)) return true;
  const auto last = pattern.substr(pattern.rfind('/') + 1);
  if (!below && has_wildcard(last)) return false;
  for (segments.pop_back(); !segments.empty(); segments.pop_back())
    if (match_itself(pattern, segments)) return true;
  return false;
}

std::vector<std::string> all_paths(std::string_view letters, std::size_t length) {
  std::vector<std::string> words{""};
  std::vector<std::string> paths;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string word = words[i];
    if (!word.empty() && word.back() != '/') paths.push_back(word);
    if (word.size() == length) continue;
    for (const char c : letters) words.push_back(word + c);
    if (!word.empty() && word.back() != '/') words.push_back(word + '/');
  }
  return paths;
}

}  // namespace par::test
