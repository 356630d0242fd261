#include "core/common_path.h"

#include <random>
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/naive_glob.h"

namespace par::core {
namespace {

using Patterns = std::vector<std::string>;

Ownership ownership(const Patterns& owns, const Patterns& forbids = {}, bool fold_case = false) {
  AgentSpec agent;
  agent.name = AgentName("x");
  agent.owns = owns;
  agent.forbids = forbids;
  auto parsed = Ownership::parse(agent, fold_case);
  REQUIRE(parsed);
  return *std::move(parsed);
}

// The witness, or "" for disjoint. Symmetric, and owned by both.
std::string witness(const Ownership& a, const Ownership& b) {
  const auto found = common_path(a, b);
  CHECK(found == common_path(b, a));
  if (!found) return "";
  CHECK(a.owns(found->str()));
  CHECK(b.owns(found->str()));
  return found->str();
}

std::string witness(const std::string& a, const std::string& b, bool fold_case = false) {
  INFO(a << " x " << b);
  return witness(ownership({a}, {}, fold_case), ownership({b}, {}, fold_case));
}

TEST_CASE("common path: pairs that other planners get wrong") {
  CHECK(witness("src/api/*.py", "src/*/handler.py") == "src/api/handler.py");
  CHECK(witness("src/lib", "src/lib/x.py") == "src/lib/x.py");
  CHECK(witness("**/x.c", "src/**") == "src/x.c");
  CHECK(witness("a/*/c/**", "a/b/**/d") == "a/b/c/d");
  CHECK(witness("src/[ab]*", "src/b?") == "src/ba");
  CHECK(witness("src/\\a.c", "src/a.c") == "src/a.c");
  CHECK(witness("src/\\*", "src/[*]") == "src/*");
  CHECK(witness("Foo/x", "foo/x").empty());
  CHECK(witness("Foo/x", "foo/x", true) == "foo/x");
}

TEST_CASE("common path: what people mean to be disjoint is disjoint") {
  CHECK(witness("*.c", "*.h").empty());
  CHECK(witness("src/**", "docs/**").empty());
  CHECK(witness("src/*.c", "src/*/*.c").empty());
  CHECK(witness("src/[a-m]*", "src/[!a-m]*").empty());
  CHECK(witness("src/lib", "src/library").empty());
  CHECK(witness("src/lib/", "src/lib*").empty());
  CHECK(witness("test_*.py", "*_test.cc").empty());
  CHECK(witness("/README.md", "docs/**").empty());
}

TEST_CASE("common path: bare names match at any depth, so one may lie below the other") {
  CHECK(witness("src", "tests") == "src/tests");
  CHECK(witness("/src", "/tests").empty());
  CHECK(witness("src/**", "tests/**").empty());
  CHECK(witness("README.md", "*.py") == "README.md/.py");
  CHECK(witness("/README.md", "/*.py").empty());
}

TEST_CASE("common path: the witness is the shortest, then the first in a reader's order") {
  CHECK(witness("**", "**") == "a");
  CHECK(witness("src/**", "**/*.c") == "src/.c");
  CHECK(witness("src/?x/**", "**/[b-y]*/k*") == "src/bx/k");
  CHECK(witness("x/[!a-z]", "x/?") == "x/0");
  CHECK(witness("x/[A.]", "x/*") == "x/A");
}

TEST_CASE("common path: the witness is a path that git can hold") {
  CHECK(witness("x/[.]", "x/?").empty());
  CHECK(witness("x/[.]*", "x/?[.]*") == "x/..a");
  CHECK(witness(".git", ".git").empty());
}

TEST_CASE("common path: metadata is shared only by patterns that both name it") {
  CHECK(witness(".github/**", "**").empty());
  CHECK(witness(".github", ".github/workflows") == ".github/workflows");
  CHECK(witness(".gitattributes", "src/**").empty());
  CHECK(witness(".gitattributes", "src/.gitattributes") == "src/.gitattributes");
  CHECK(witness(".gi?*", "*").empty() == false);
  CHECK(witness(".git*", "*").empty());
  CHECK(witness("C?DEOWNERS", "CO[D]EOWNERS").empty());
  CHECK(witness("C?DEOWNERS/", "CO[D]EOWNERS/") == "CODEOWNERS/a");
  CHECK(witness("docs/CODEOWNERS", "docs/**") == "docs/CODEOWNERS/a");
}

TEST_CASE("common path: what either forbids is not shared") {
  CHECK(witness(ownership({"src/**"}, {"src/api"}), ownership({"src/api/**"})).empty());
  CHECK(witness(ownership({"src/**"}, {"src/api/*.py"}), ownership({"src/api"})) == "src/api");
  CHECK(witness(ownership({"src/**"}, {"*.py"}), ownership({"**/*.py", "docs/x"})).empty());
  CHECK(witness(ownership({"**"}, {"[a-y]*"}), ownership({"**"})) == "z");
  CHECK(witness(ownership({"**"}, {"tests/**"}), ownership({"tests/**", "src/x"})) == "src/x");
  CHECK(witness(ownership({"**"}, {"a*"}), ownership({"a*", "b*"}, {"b"})) == "ba");
}

TEST_CASE("common path: a union of forbidden patterns can cover everything") {
  CHECK(witness(ownership({"x/*"}, {"x/[a-m]*"}), ownership({"x/*"}, {"x/[!a-m]*"})).empty());
}

TEST_CASE("common path: forbidden patterns made to explode end in a safe answer") {
  // Whether the 18th byte from the end is an 'a' takes 2^18 sets of states to follow.
  const std::string pattern = "x/*a" + std::string(17, '?');
  const auto a = ownership({pattern}, {pattern});
  CHECK(common_path(a, ownership({"x/*"})) == RepoPath("x/a" + std::string(17, 'a')));
  CHECK_FALSE(common_path(ownership({"x/*a??"}, {"x/*a??"}), ownership({"x/*"})));
}

TEST_CASE("common path: many patterns that begin differently cost little") {
  Patterns a;
  Patterns b;
  for (int i = 0; i < 400; ++i) {
    a.push_back("src/a" + std::to_string(i) + "/**");
    b.push_back("src/b" + std::to_string(i) + "/**");
  }
  CHECK(witness(ownership(a), ownership(b)).empty());
  b.push_back("**/a399/*.rs");
  CHECK(witness(ownership(a), ownership(b)) == "src/a399/.rs");
}

struct Sample {
  std::string pattern;
  std::vector<bool> matched;  // by path
};

std::vector<Sample> random_samples(std::mt19937& random, const Patterns& paths, std::size_t count) {
  const Patterns tokens{"a", "b", "a", "b", "/", "/", "*", "?", "**", "**/", "/**"};
  std::vector<Sample> samples;
  while (samples.size() < count) {
    Sample sample;
    for (auto left = 1 + random() % 5; left > 0; --left) sample.pattern += tokens[random() % tokens.size()];
    if (!Glob::parse(sample.pattern)) continue;
    for (const auto& path : paths) sample.matched.push_back(test::naive_match(sample.pattern, path));
    samples.push_back(std::move(sample));
  }
  return samples;
}

// One agent: at most one owned and two forbidden patterns.
struct Drawn {
  const Sample* owned;
  std::vector<const Sample*> forbidden;

  [[nodiscard]] bool owns(std::size_t path) const {
    for (const auto* sample : forbidden)
      if (sample->matched[path]) return false;
    return owned->matched[path];
  }
  [[nodiscard]] bool owns(const std::string& path) const {
    for (const auto* sample : forbidden)
      if (test::naive_match(sample->pattern, path)) return false;
    return test::naive_match(owned->pattern, path);
  }
  [[nodiscard]] Ownership parsed() const {
    Patterns forbids;
    for (const auto* sample : forbidden) forbids.push_back(sample->pattern);
    return ownership({owned->pattern}, forbids);
  }
  [[nodiscard]] std::string text() const {
    std::string text = owned->pattern;
    for (const auto* sample : forbidden) text += " - " + sample->pattern;
    return text;
  }
};

// The oracle knows the shortest paths only: a longer witness is checked by itself.
bool agrees(const Drawn& a, const Drawn& b, const Patterns& paths) {
  std::size_t first = 0;
  while (first < paths.size() && !(a.owns(first) && b.owns(first))) ++first;
  const auto found = common_path(a.parsed(), b.parsed());
  if (first < paths.size()) return found && found->str() == paths[first];
  return !found ||
         (found->str().size() > paths.back().size() && a.owns(found->str()) && b.owns(found->str()));
}

TEST_CASE("common path: agrees with an oracle that tries every short path") {
  std::mt19937 random(77);  // NOLINT: the same patterns every time
  const auto paths = test::all_paths("abc", 5);
  const auto samples = random_samples(random, paths, 300);
  const auto draw = [&](std::size_t most_forbidden) {
    Drawn drawn{&samples[random() % samples.size()], {}};
    for (auto left = random() % (most_forbidden + 1); left > 0; --left)
      drawn.forbidden.push_back(&samples[random() % samples.size()]);
    return drawn;
  };
  for (int i = 0; i < 20'000; ++i) {
    const std::size_t most_forbidden = i % 2 == 0 ? 0 : 2;
    const Drawn a = draw(most_forbidden);
    const Drawn b = draw(most_forbidden);
    if (agrees(a, b, paths)) continue;
    const auto found = common_path(a.parsed(), b.parsed());
    FAIL(a.text() << " x " << b.text() << ": " << (found ? found->str() : "none"));
  }
  SUCCEED();
}

// Metadata, by matcher and search: two implementations of one rule.
TEST_CASE("common path: shares exactly the metadata that the matcher lets both own") {
  std::mt19937 random(5);  // NOLINT: the same patterns every time
  const Patterns segments{".github", ".git*", "*", "**", "CODEOWNERS", "C*", "x", ".gi?", "?*"};
  const Patterns names{".github", "x", "CODEOWNERS", ".gix", ".gitx", "Cx"};
  Patterns paths;
  for (const auto& a : names) {
    paths.push_back(a);
    for (const auto& b : names) {
      paths.push_back(a + "/" + b);
      for (const auto& c : names) paths.push_back(a + "/" + b + "/" + c);
    }
  }
  const auto draw = [&] {
    std::string pattern = segments[random() % segments.size()];
    for (auto left = random() % 3; left > 0; --left) pattern += "/" + segments[random() % segments.size()];
    return pattern;
  };
  for (int i = 0; i < 3000; ++i) {
    const std::string x = draw();
    const std::string y = draw();
    const auto a = ownership({x});
    const auto b = ownership({y});
    const auto found = common_path(a, b);
    INFO(x << " x " << y << ": " << (found ? found->str() : "none"));
    if (found) {
      REQUIRE(a.owns(found->str()));
      REQUIRE(b.owns(found->str()));
    } else {
      for (const auto& path : paths) REQUIRE_FALSE((a.owns(path) && b.owns(path)));
    }
  }
}

}  // namespace
}  // namespace par::core
