#include "core/glob.h"

#include <random>
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/naive_glob.h"

namespace par::core {
namespace {

bool matches(const std::string& pattern, const std::string& path, bool fold_case = false) {
  const auto glob = Glob::parse(pattern, {fold_case});
  INFO(pattern << " on " << path);
  REQUIRE(glob);
  return glob->matches(path);
}

std::string error_of(const std::string& pattern) {
  const auto glob = Glob::parse(pattern);
  return glob ? "no error" : glob.error().message;
}

TEST_CASE("glob: a pattern with a '/' before its end is anchored at the root") {
  CHECK(matches("src/a.c", "src/a.c"));
  CHECK_FALSE(matches("src/a.c", "lib/src/a.c"));
  CHECK(matches("src/*.c", "src/a.c"));
  CHECK_FALSE(matches("src/*.c", "lib/src/a.c"));
}

TEST_CASE("glob: a leading '/' anchors and is dropped") {
  CHECK(matches("/a.c", "a.c"));
  CHECK_FALSE(matches("/a.c", "src/a.c"));
  CHECK(matches("/gen/", "gen/x"));
  CHECK_FALSE(matches("/gen/", "src/gen/x"));
}

TEST_CASE("glob: a pattern without a '/' before its end matches at any depth") {
  CHECK(matches("a.c", "a.c"));
  CHECK(matches("a.c", "x/y/a.c"));
  CHECK(matches("*.c", "x/y/a.c"));
  CHECK(matches("gen/", "x/gen/a.c"));
  CHECK_FALSE(matches("a.c", "x/ya.c"));
}

TEST_CASE("glob: '*' and '?' stay within a segment, dots included") {
  CHECK(matches("src/*", "src/a"));
  CHECK(matches("src/*", "src/.hidden"));
  CHECK_FALSE(matches("src/*", "src/a/b"));
  CHECK_FALSE(matches("src/*", "src"));
  CHECK(matches("src/a*c", "src/ac"));
  CHECK(matches("src/a*b*c", "src/axbybzc"));
  CHECK_FALSE(matches("src/a*b*c", "src/axbybz"));
  CHECK(matches("src/a**c", "src/abc"));
  CHECK_FALSE(matches("src/a**c", "src/a/c"));
  CHECK(matches("src/?", "src/a"));
  CHECK_FALSE(matches("src/?", "src/ab"));
  CHECK_FALSE(matches("a?b", "a/b"));
}

TEST_CASE("glob: brackets hold bytes, ranges, negations and classes") {
  CHECK(matches("x/[abc]", "x/b"));
  CHECK_FALSE(matches("x/[abc]", "x/d"));
  CHECK(matches("x/[a-cx]", "x/x"));
  CHECK(matches("x/[!a-c]", "x/d"));
  CHECK(matches("x/[^a-c]", "x/d"));
  CHECK_FALSE(matches("x/[!a-c]", "x/a"));
  CHECK(matches("x/[]a]", "x/]"));
  CHECK_FALSE(matches("x/[!]a]", "x/]"));
  CHECK(matches("x/[a-]", "x/-"));
  CHECK(matches("x/[\\]]", "x/]"));
  CHECK(matches("x/[[:digit:]_]", "x/7"));
  CHECK(matches("x/[[:digit:]_]", "x/_"));
  CHECK_FALSE(matches("x/[[:digit:]_]", "x/a"));
  CHECK_FALSE(matches("a[^x]b", "a/b"));
  CHECK(matches("x/[\xc3]\xa9", "x/\xc3\xa9"));
}

TEST_CASE("glob: '**' matches any number of segments, at the end at least one") {
  CHECK(matches("a/**/b", "a/b"));
  CHECK(matches("a/**/b", "a/x/y/b"));
  CHECK_FALSE(matches("a/**/b", "ab"));
  CHECK(matches("**/x.c", "x.c"));
  CHECK(matches("**/x.c", "p/q/x.c"));
  CHECK(matches("src/**", "src/a/b"));
  CHECK_FALSE(matches("src/**", "src"));
  CHECK_FALSE(matches("src/**", "srcs/a"));
  CHECK(matches("**", "a/b"));
  CHECK(matches("**/**", "a"));
  CHECK(matches("a/**/**/b", "a/b"));
  CHECK(matches("a/*/c/**", "a/b/c/d/e"));
  CHECK_FALSE(matches("a/*/c/**", "a/b/c"));
  CHECK(matches("a/**/", "a/b/c"));
  CHECK_FALSE(matches("a/**/", "a/b"));
}

TEST_CASE("glob: a backslash takes the next byte as it is") {
  CHECK(matches("x/\\*", "x/*"));
  CHECK_FALSE(matches("x/\\*", "x/a"));
  CHECK(matches("x/\\a", "x/a"));
  CHECK(matches("x/\\[a]", "x/[a]"));
  CHECK(matches("\\!important", "!important"));
  CHECK(matches("x/\\*", "x/*/below"));
}

TEST_CASE("glob: a literal last segment means the file or everything below the directory") {
  CHECK(matches("src/lib", "src/lib"));
  CHECK(matches("src/lib", "src/lib/x/y.py"));
  CHECK_FALSE(matches("src/lib", "src/library"));
  CHECK(matches("*/lib", "src/lib/x"));
}

TEST_CASE("glob: a last segment with a wildcard means files only") {
  CHECK(matches("*.c", "a.c"));
  CHECK_FALSE(matches("*.c", "a.c/b"));
  CHECK_FALSE(matches("gen*", "gen1/x"));
  CHECK_FALSE(matches("x/[a]", "x/a/b"));
}

TEST_CASE("glob: a trailing '/' means everything below and not the thing itself") {
  CHECK(matches("gen*/", "gen1/x/y"));
  CHECK_FALSE(matches("gen*/", "gen1"));
  CHECK(matches("src/lib/", "src/lib/x"));
  CHECK_FALSE(matches("src/lib/", "src/lib"));
}

TEST_CASE("glob: case is folded for ASCII letters when asked") {
  CHECK_FALSE(matches("Foo/x", "foo/x"));
  CHECK(matches("Foo/x", "foo/X", true));
  CHECK(matches("foo/*.C", "FOO/a.c", true));
  CHECK(matches("x/[A-C]", "x/b", true));
  CHECK_FALSE(matches("x/[!A-C]", "x/b", true));
}

TEST_CASE("glob: names that the repository takes for the same are the same to a pattern") {
  const Folding both{true, true};
  const auto glob = [](const char* pattern, Folding folding) { return *Glob::parse(pattern, folding); };
  const std::string composed = "caf\xc3\xa9/x";     // U+00E9
  const std::string decomposed = "cafe\xcc\x81/x";  // 'e' and U+0301
  const std::string upper = "CAF\xc3\x89/x";
  CHECK_FALSE(glob("caf\xc3\xa9", {}).matches(decomposed));
  CHECK_FALSE(glob("caf\xc3\xa9", {}).matches(upper));
  CHECK(glob("caf\xc3\xa9", {false, true}).matches(decomposed));
  CHECK(glob("cafe\xcc\x81/*", {false, true}).matches(composed));
  CHECK(glob("caf\xc3\xa9", {true, false}).matches(upper));
  CHECK(glob("*e\xcc\x81", both).matches("x/CAF\xc3\x89"));
  CHECK(glob("cafe\xcc\x81", both).owns(upper));
  CHECK_FALSE(glob("cafe", both).matches(composed));
}

TEST_CASE("glob: a literal last segment can be asked to mean the thing alone") {
  const auto glob = Glob::parse("docs/x", {}, LastLiteral::it_alone);
  REQUIRE(glob);
  CHECK(glob->matches("docs/x"));
  CHECK_FALSE(glob->matches("docs/x/y"));
  CHECK(Glob::parse(".gitlab-ci.yml", {}, LastLiteral::it_alone)->owns("a/.gitlab-ci.yml"));
  CHECK(Glob::parse("docs/", {}, LastLiteral::it_alone)->matches("docs/x/y"));
}

TEST_CASE("glob: what cannot be read says why") {
  CHECK(error_of("") == "invalid pattern '': it is empty");
  CHECK(error_of("/") == "invalid pattern '/': it has an empty segment");
  CHECK(error_of("a//b") == "invalid pattern 'a//b': it has an empty segment");
  CHECK(error_of("a//") == "invalid pattern 'a//': it has an empty segment");
  CHECK(error_of("//a") == "invalid pattern '//a': it has an empty segment");
  CHECK(error_of("./a") == "invalid pattern './a': '.' is not a segment of a path");
  CHECK(error_of("a/../b") == "invalid pattern 'a/../b': '..' is not a segment of a path");
  CHECK(error_of("a/\\..") == "invalid pattern 'a/\\..': '..' is not a segment of a path");
  CHECK(error_of("a/[b") == "invalid pattern 'a/[b': its '[' is not closed");
  CHECK(error_of("a/[b/c]") == "invalid pattern 'a/[b/c]': its '[' is not closed");
  CHECK(error_of("a/[]") == "invalid pattern 'a/[]': its '[' is not closed");
  CHECK(error_of("a/[") == "invalid pattern 'a/[': its '[' is not closed");
  CHECK(error_of("a/[[:digit:") == "invalid pattern 'a/[[:digit:': its '[' is not closed");
  CHECK(error_of("a/[[:digits:]]") == "invalid pattern 'a/[[:digits:]]': there is no '[:digits:]'");
  CHECK(error_of("a/[z-a]") == "invalid pattern 'a/[z-a]': its range 'z-a' is out of order");
  CHECK(error_of("a\\") == "invalid pattern 'a\\': it has nothing to escape after a '\\'");
  CHECK(error_of("a\\/b") == "invalid pattern 'a\\/b': it has nothing to escape after a '\\'");
  CHECK(error_of("!a") == "invalid pattern '!a': patterns cannot be negated");
  CHECK(Glob::parse("!a").error().hints.size() == 1);
  std::string deep = "x";
  for (int i = 0; i < 59; ++i) deep += "/x";
  CHECK(error_of(deep) == "invalid pattern '" + deep + "': it has more than 60 segments");
  CHECK(error_of(deep.substr(2)) == "no error");
}

TEST_CASE("glob: the longest pattern that is allowed still matches") {
  std::string deep = "x";
  for (int i = 0; i < 58; ++i) deep += "/x";
  CHECK(matches(deep, deep));
  CHECK(matches(deep, deep + "/y/z"));
  CHECK_FALSE(matches(deep, deep.substr(2)));
}

TEST_CASE("glob: many stars cost no more than their product") {
  const std::string text(3000, 'a');
  CHECK_FALSE(matches("a*a*a*a*a*a*a*a*a*a*a*b", text));
  std::string path = "a";
  for (int i = 0; i < 500; ++i) path += "/a";
  CHECK_FALSE(matches("**/a/**/a/**/a/**/a/**/a/**/a/**/a/**/b?", path));
}

TEST_CASE("glob: metadata is owned by literal segments only") {
  struct Case {
    const char* pattern;
    const char* path;
    bool owned;
  };
  const Case c = GENERATE(
      Case{"**", ".gitattributes", false}, Case{"**", "a/.gitattributes", false},
      Case{"*", ".gitignore", false}, Case{".git*", ".gitignore", false},
      Case{"src", "src/.gitattributes", false}, Case{"src/**", "src/.github/x", false},
      Case{".gitattributes", ".gitattributes", true}, Case{".gitattributes", "a/.gitattributes", true},
      Case{".gitpar.toml", ".gitpar.toml", true}, Case{"\\.gitpar.toml", ".gitpar.toml", true},
      Case{".github/**", ".github/workflows/ci.yml", true}, Case{".github", ".github/ci.yml", true},
      Case{".github/**", ".github/CODEOWNERS", false}, Case{".github/CODEOWNERS", ".github/CODEOWNERS", true},
      Case{"docs", "docs/CODEOWNERS", false}, Case{"CODEOWNERS", "docs/CODEOWNERS", true},
      Case{"**", "CODEOWNERS/x", true}, Case{"CODEOWNERS", "CODEOWNERS/x/CODEOWNERS", true},
      Case{"**", "x.git", true}, Case{"**/.github/**", ".github/.github/x", false}, Case{"**", ".gi", true});
  INFO(c.pattern << " on " << c.path);
  const auto glob = Glob::parse(c.pattern);
  REQUIRE(glob);
  CHECK(glob->owns(c.path) == c.owned);
}

TEST_CASE("glob: metadata is recognised in any case when case is folded") {
  CHECK(Glob::parse("**", {false})->owns(".GitHub/x"));
  CHECK_FALSE(Glob::parse("**", {true})->owns(".GitHub/x"));
  CHECK_FALSE(Glob::parse("**", {true})->owns("docs/codeowners"));
  CHECK(Glob::parse(".github", {true})->owns(".GitHub/x"));
}

TEST_CASE("glob: agrees with an oracle that tries everything") {
  std::mt19937 random(20240601);  // NOLINT: the same patterns every time
  const std::vector<std::string> tokens{"a", "b", "/", "*", "?", "**", "a/", "/b", "**/", "/**"};
  const auto paths = test::all_paths("ab", 5);
  int tried = 0;
  while (tried < 1500) {
    std::string pattern;
    for (auto left = 1 + random() % 5; left > 0; --left) pattern += tokens[random() % tokens.size()];
    const auto glob = Glob::parse(pattern);
    if (!glob) continue;
    ++tried;
    for (const auto& path : paths) {
      if (glob->matches(path) == test::naive_match(pattern, path)) continue;
      FAIL(pattern << " on " << path << ": expected " << test::naive_match(pattern, path));
    }
  }
  CHECK(tried == 1500);
}

}  // namespace
}  // namespace par::core
