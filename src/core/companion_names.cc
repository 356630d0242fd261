#include "core/companion_names.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace par::core {
namespace {

// More files of one name, like index.js or __init__.py, are not looked at.
constexpr std::size_t kMostOfOneName = 64;

constexpr std::array<std::string_view, 4> kHeaders{"h", "hh", "hpp", "hxx"};
constexpr std::array<std::string_view, 6> kSources{"c", "cc", "cpp", "cxx", "m", "mm"};
constexpr std::array<std::string_view, 6> kScripts{"js", "jsx", "mjs", "ts", "tsx", "mts"};
constexpr std::array<std::string_view, 2> kTestBeginnings{"test_", "test-"};
constexpr std::array<std::string_view, 8> kTestEndings{"_unittest", "_test", "-test", ".test",
                                                       "_spec",     ".spec", "Tests", "Test"};

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

struct FileName {
  std::string_view directory;
  std::string_view subject;  // without what makes it a test, and without its extension
  std::string_view family;   // extensions that go together
  bool is_header = false;
  bool is_test = false;
};

bool strip_test_marks(std::string_view& stem) {
  for (const auto mark : kTestBeginnings)
    if (stem.size() > mark.size() && stem.starts_with(mark)) {
      stem.remove_prefix(mark.size());
      return true;
    }
  for (const auto mark : kTestEndings)
    if (stem.size() > mark.size() && stem.ends_with(mark)) {
      stem.remove_suffix(mark.size());
      return true;
    }
  return false;
}

FileName parse_name(std::string_view path) {
  FileName name;
  const auto slash = path.rfind('/');
  std::string_view stem = path;
  if (slash != std::string_view::npos) {
    name.directory = path.substr(0, slash);
    stem.remove_prefix(slash + 1);
  }
  const auto dot = stem.rfind('.');
  if (dot != std::string_view::npos && dot > 0) {
    name.family = stem.substr(dot + 1);
    stem = stem.substr(0, dot);
  }
  name.is_header = is_one_of(name.family, kHeaders);
  if (name.is_header || is_one_of(name.family, kSources)) name.family = "c";
  if (is_one_of(name.family, kScripts)) name.family = "js";
  name.is_test = strip_test_marks(stem);
  name.subject = stem;
  return name;
}

// Directories to leave and to enter on the way from one to the other.
std::size_t distance(std::string_view a, std::string_view b) {
  const auto take = [](std::string_view& rest) {
    const auto end = std::min(rest.find('/'), rest.size());
    const auto part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return part;
  };
  while (!a.empty() && !b.empty()) {
    std::string_view rest_a = a;
    std::string_view rest_b = b;
    if (take(rest_a) != take(rest_b)) break;
    a = rest_a;
    b = rest_b;
  }
  const auto depth = [](std::string_view path) {
    return path.empty() ? 0 : static_cast<std::size_t>(std::count(path.begin(), path.end(), '/')) + 1;
  };
  return depth(a) + depth(b);
}

struct Namesake {
  std::uint32_t number = 0;
  FileName name;
};
using Namesakes = std::vector<Namesake>;

void pair_headers(const Namesakes& files, const std::vector<bool>& wanted,
                  std::vector<NamedCompanion>& pairs) {
  for (const auto& a : files)
    for (const auto& b : files)
      if (wanted[a.number] && a.name.family == "c" && !a.name.is_test && !b.name.is_test &&
          a.name.is_header != b.name.is_header && a.name.directory == b.name.directory)
        pairs.push_back({a.number, b.number, false});
}

void pair_tests(const Namesakes& files, const std::vector<bool>& wanted, std::vector<NamedCompanion>& pairs) {
  for (const auto& test : files) {
    if (!test.name.is_test) continue;
    std::size_t nearest = SIZE_MAX;
    for (const auto& file : files)
      if (!file.name.is_test) nearest = std::min(nearest, distance(file.name.directory, test.name.directory));
    for (const auto& file : files)
      if (!file.name.is_test && wanted[file.number] &&
          distance(file.name.directory, test.name.directory) == nearest)
        pairs.push_back({file.number, test.number, true});
  }
}

}  // namespace

std::vector<NamedCompanion> companions_by_name(const std::vector<RepoPath>& paths,
                                               const std::vector<bool>& wanted) {
  using Key = std::pair<std::string_view, std::string_view>;  // subject, family
  std::map<Key, Namesakes> of_name;
  for (std::uint32_t i = 0; i < paths.size(); ++i) {
    if (!wanted[i]) continue;
    const auto name = parse_name(paths[i].str());
    of_name.try_emplace({name.subject, name.family});
  }
  if (of_name.empty()) return {};
  for (std::uint32_t i = 0; i < paths.size(); ++i) {
    const auto name = parse_name(paths[i].str());
    const auto at = of_name.find({name.subject, name.family});
    if (at != of_name.end() && at->second.size() <= kMostOfOneName) at->second.push_back({i, name});
  }
  std::vector<NamedCompanion> pairs;
  for (const auto& [key, files] : of_name) {
    if (files.size() > kMostOfOneName) continue;
    pair_headers(files, wanted, pairs);
    pair_tests(files, wanted, pairs);
  }
  return pairs;
}

}  // namespace par::core
