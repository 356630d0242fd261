// What an index says of directories must be what it says of the paths below them.
#include "core/pattern_index.h"

#include <algorithm>
#include <random>

#include "support/catch.h"
#include "support/naive_glob.h"

namespace par::core {
namespace {

PatternIndex index_of(const std::vector<std::string>& patterns, bool owns = false, Folding folding = {}) {
  PatternIndex index(folding);
  for (const auto& pattern : patterns) {
    const auto glob = Glob::parse(pattern, folding);
    REQUIRE(glob);
    index.add(*glob, owns);
  }
  return index;
}

bool matches_all_below(const std::string& pattern, const std::string& directory, bool owns = false) {
  auto index = index_of({pattern}, owns);
  return index.matches_all(index.below(directory));
}

}  // namespace

TEST_CASE("pattern index: below a directory nothing, something or everything may match") {
  for (const auto* pattern : {"src", "src/", "src/**", "/src", "**/src/**"}) {
    CAPTURE(pattern);
    CHECK(matches_all_below(pattern, "src"));
    CHECK(matches_all_below(pattern, "src/deep/er"));
    CHECK_FALSE(matches_all_below(pattern, "lib"));
  }
  CHECK(matches_all_below("**", ""));
  CHECK(matches_all_below("*/**", "src"));
  CHECK(matches_all_below("*", ""));
  CHECK_FALSE(matches_all_below("/*", ""));
  CHECK_FALSE(matches_all_below("src/*", "src"));
  CHECK_FALSE(matches_all_below("src/**/*.c", "src"));
  CHECK_FALSE(matches_all_below("src/**", "src", true));  // not what steers the repository

  auto index = index_of({"src/**/*.c", "/docs"});
  CHECK(index.may_match(index.below("")));
  CHECK(index.may_match(index.below("src/a")));
  CHECK_FALSE(index.may_match(index.below("lib")));
  auto files = index_of({"/*"});
  CHECK(files.may_match(files.below("")));
  CHECK_FALSE(files.may_match(files.below("lib")));
  CHECK(index.below("src/a") == index.below("src/b/c"));
  CHECK(index.matches_all(index.below("docs")));

  auto folded = index_of({"Src/**"}, false, {true, false});
  CHECK(folded.matches_all(folded.below("sRC")));
}

TEST_CASE("pattern index: what it says of directories agrees with every path below them") {
  std::mt19937 random(5);  // NOLINT: the same patterns every time
  const std::vector<std::string> tokens{"a", "b", "a", "/", "/", "*", "?", "**/", "/**", "[ab]"};
  const auto directories = test::all_paths("ab", 3);
  const auto paths = test::all_paths("ab", 4);
  for (int round = 0; round < 300; ++round) {
    std::vector<std::string> patterns;
    while (patterns.empty() || random() % 2 == 0) {
      std::string pattern;
      for (auto left = 1 + random() % 4; left > 0; --left) pattern += tokens[random() % tokens.size()];
      if (Glob::parse(pattern)) patterns.push_back(pattern);
    }
    auto index = index_of(patterns);
    for (const auto& directory : directories) {
      std::size_t matched = 0;
      for (const auto& path : paths)
        matched += static_cast<std::size_t>(index.match(directory + "/" + path) != 0);
      CAPTURE(patterns, directory);
      const auto state = index.below(directory);
      // A match below may need more than these paths have to offer, but what matches all of them is all.
      if (matched > 0) CHECK(index.may_match(state));
      if (index.matches_all(state)) CHECK(matched == paths.size());
    }
  }
}

}  // namespace par::core
