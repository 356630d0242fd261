// The dialect of core/glob.h against the one it was made of: git's own ignore patterns.
#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "base/strings.h"
#include "core/glob.h"
#include "support/naive_glob.h"
#include "unit/git/git_test.h"

using namespace par;
using namespace par::test;

namespace {

// git ignores what is below a directory that a pattern matches; here that takes a literal last segment or
// "/".
bool matches_as_ignored(const std::string& pattern, const std::string& path) {
  const auto itself = core::Glob::parse(pattern);
  REQUIRE(itself);
  if (itself->matches(path)) return true;
  const auto below = core::Glob::parse(pattern + "/");
  return !pattern.ends_with('/') && below && below->matches(path);
}

// Two stars within a segment are '*' to us. git says so too, but reads "***" as "**" and, before 2.40,
// sometimes "b**/" as well (it compares pointers into different texts).
bool reads_stars_alike(const std::string& pattern) {
  const auto segments = split(pattern, '/');
  return std::all_of(segments.begin(), segments.end(), [](const std::string& segment) {
    return segment == "**" || segment.find("**") == std::string::npos;
  });
}

std::vector<std::string> random_patterns(std::size_t count) {
  std::mt19937 random(3);  // NOLINT: the same patterns every time
  const std::vector<std::string> tokens{"a",  "b",   "a",   "b",   "/",    "/",    "*",          "?",
                                        "**", "**/", "/**", "\\a", "[ab]", "[!a]", "[[:alpha:]]"};
  std::vector<std::string> patterns;
  while (patterns.size() < count) {
    std::string pattern;
    for (auto left = 1 + random() % 5; left > 0; --left) pattern += tokens[random() % tokens.size()];
    if (core::Glob::parse(pattern) && reads_stars_alike(pattern)) patterns.push_back(std::move(pattern));
  }
  return patterns;
}

}  // namespace

TEST_CASE("pattern dialect: agrees with 'git check-ignore' on what both have in common") {
  const GitRepo repo;
  const auto patterns = random_patterns(250);
  const auto paths = all_paths("ab", 5);
  os::Command command;
  command.argv = {"git", "check-ignore", "--no-index", "--non-matching", "--verbose", "-z", "--stdin"};
  command.cwd = repo.root();
  command.env = repo.environment();
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    const std::string directory = "d" + std::to_string(i);
    repo.write(directory + "/.gitignore", patterns[i] + "\n");
    for (const auto& path : paths) command.input += directory + "/" + path + '\0';
  }
  const auto finished = value_of(os::run(command));
  const auto fields = split_terminated(finished.out, '\0');  // source, line, pattern, path of each
  REQUIRE(fields.size() == 4 * patterns.size() * paths.size());
  std::size_t ignored = 0;
  for (std::size_t i = 0; i < patterns.size() * paths.size(); ++i) {
    const bool expected = !fields[4 * i].empty();
    ignored += expected ? 1U : 0U;
    const auto& pattern = patterns[i / paths.size()];
    const auto& path = paths[i % paths.size()];
    if (matches_as_ignored(pattern, path) != expected)
      FAIL(pattern << " on " << path << ": git says " << expected);
  }
  CHECK(ignored > fields.size() / 40);
}
