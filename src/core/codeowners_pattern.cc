// translate_codeowners of core/codeowners.h. GitHub's rules as https://github.com/hmarr/codeowners has them,
// whose cases agree with the host; GitLab's as its File.fnmatch with FNM_DOTMATCH and FNM_PATHNAME.
#include <fmt/format.h>

#include <utility>

#include "base/strings.h"
#include "core/codeowners.h"
#include "core/glob.h"

namespace par::core {
namespace {

using Segments = std::vector<std::string>;
using Patterns = std::vector<CodeownersPattern>;

constexpr std::string_view kAnyDepth = "**";

// Calls `function` with each character, or each '\' with what it escapes.
template <class Function>
void for_characters(std::string_view pattern, Function function) {
  while (!pattern.empty()) {
    const std::size_t size = pattern.front() == '\\' && pattern.size() > 1 ? 2 : 1;
    function(pattern.substr(0, size));
    pattern.remove_prefix(size);
  }
}

bool has_wildcard(std::string_view segment) {
  bool found = false;
  for_characters(segment, [&](std::string_view c) { found = found || c == "*" || c == "?" || c == "["; });
  return found;
}

std::string with_literal_brackets(std::string_view pattern) {
  std::string out;
  for_characters(pattern, [&](std::string_view c) {
    if (c == "[") out += '\\';
    out += c;
  });
  return out;
}

// The segments as a pattern that is anchored, whatever it begins with.
std::string anchored(const Segments& segments) {
  const std::string text = join(segments, "/");
  const bool is_bare = segments.size() == 1 && text != kAnyDepth;
  return is_bare || text.starts_with('!') ? "/" + text : text;
}

Result<Patterns> checked(Patterns patterns) {
  for (const auto& pattern : patterns) PAR_TRY(Glob::parse(pattern.text));
  return patterns;
}

Result<Patterns> translate_github(std::string_view pattern) {
  if (pattern == "/") return Patterns();
  if (pattern.starts_with('!')) return Error("GitHub knows no negated patterns");
  if (pattern.starts_with("\\#")) return Error("GitHub knows no escaped '#'");
  if (pattern.find("***") != std::string_view::npos) return Error("'***' is not a wildcard");

  Segments segments = split(with_literal_brackets(pattern), '/');
  const bool below = segments.size() > 1 && segments.back().empty();
  if (below) segments.pop_back();
  if (segments.front().empty())
    segments.erase(segments.begin());
  else if (segments.size() == 1)
    segments.insert(segments.begin(), std::string(kAnyDepth));
  if (below) segments.emplace_back(kAnyDepth);

  Patterns patterns{{anchored(segments), false}};
  const std::string& last = segments.back();
  if (last != "*" && last != kAnyDepth && has_wildcard(last)) {
    segments.emplace_back(kAnyDepth);
    patterns.push_back({anchored(segments), false});
  }
  return checked(std::move(patterns));
}

// A set that Ruby's fnmatch and core/glob.h read alike.
Result<void> check_brackets(std::string_view pattern) {
  for (auto open = pattern.find('['); open != std::string_view::npos; open = pattern.find('[', open + 1)) {
    if (open > 0 && pattern[open - 1] == '\\') continue;
    auto set = pattern.substr(open + 1);
    if (set.starts_with('!') || set.starts_with('^')) set.remove_prefix(1);
    if (set.starts_with(']') || set.starts_with("[:"))
      return Error(fmt::format("its '{}' is not a set of characters", pattern.substr(open)));
  }
  return {};
}

Result<Patterns> translate_gitlab(std::string_view pattern) {
  if (pattern == "*" || pattern == "/") return Patterns{{std::string(kAnyDepth), false}};
  PAR_TRY(check_brackets(pattern));
  if (pattern.starts_with("\\#")) pattern.remove_prefix(1);
  const bool at_root = pattern.starts_with('/');
  if (at_root) pattern.remove_prefix(1);
  Segments segments = split(pattern, '/');
  if (segments.size() > 1 && segments.back().empty())
    segments.back() = kAnyDepth;
  else if (segments.back() == kAnyDepth)
    segments.back() = "*";
  if (!at_root) segments.insert(segments.begin(), std::string(kAnyDepth));
  return checked({{anchored(segments), true}});
}

}  // namespace

Result<Patterns> translate_codeowners(std::string_view pattern, CodeownersDialect dialect) {
  return dialect == CodeownersDialect::github ? translate_github(pattern) : translate_gitlab(pattern);
}

}  // namespace par::core
