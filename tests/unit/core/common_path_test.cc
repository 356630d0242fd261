#include "core/common_path.h"

#include <random>
#include <string>
#include <vector>

#include "core/owner_index.h"
#include "support/catch.h"

namespace par::core {
namespace {

using Patterns = std::vector<std::string>;

Ownership ownership(const Patterns& owns, const Patterns& forbids = {}, bool fold_case = false) {
  AgentSpec agent;
  agent.name = AgentName("x");
  agent.owns = owns;
  agent.forbids = forbids;
  auto parsed = Ownership::parse(agent, {fold_case});
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

// ---- pairs that other planners get wrong

TEST_CASE("common path: a wildcard for the name meets a wildcard for the directory") {
  CHECK(witness("src/api/*.py", "src/*/handler.py") == "src/api/handler.py");
}

TEST_CASE("common path: a directory meets what is below it") {
  CHECK(witness("src/lib", "src/lib/x.py") == "src/lib/x.py");
}

TEST_CASE("common path: a name at any depth meets a directory") {
  CHECK(witness("**/x.c", "src/**") == "src/x.c");
}

TEST_CASE("common path: '*' and '**' meet across each other") {
  CHECK(witness("a/*/c/**", "a/b/**/d") == "a/b/c/d");
}

TEST_CASE("common path: a set of bytes meets a literal of another length") {
  CHECK(witness("src/[ab]*", "src/b?") == "src/ba");
}

TEST_CASE("common path: one name written with different escapes is one name") {
  CHECK(witness("src/\\a.c", "src/a.c") == "src/a.c");
  CHECK(witness("src/\\*", "src/[*]") == "src/*");
}

TEST_CASE("common path: names that differ in case meet where case is ignored") {
  CHECK(witness("Foo/x", "foo/x").empty());
  CHECK(witness("Foo/x", "foo/x", true) == "foo/x");
}

// ----

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

TEST_CASE("common path: names that the repository takes for the same are one path") {
  const auto owner = [](const char* pattern, Folding folding) {
    AgentSpec agent;
    agent.owns = {pattern};
    return *Ownership::parse(agent, folding);
  };
  const auto meet = [&](const char* a, const char* b, Folding folding) {
    return common_path(owner(a, folding), owner(b, folding)).has_value();
  };
  const char* composed = "/caf\xc3\xa9";
  const char* decomposed = "/cafe\xcc\x81/x";
  CHECK_FALSE(meet(composed, decomposed, {}));
  CHECK(meet(composed, decomposed, {false, true}));
  CHECK(meet("/CAF\xc3\x89", composed, {true, false}));
  CHECK_FALSE(meet("/CAF\xc3\x89", composed, {false, true}));
  CHECK(meet("/CAF\xc3\x89", decomposed, {true, true}));
  CHECK(meet("/STRASSE",
             "/stra\xc3\x9f"
             "e",
             {true, false}));
  CHECK(witness("x/[A-Z]", "x/?", true) == "x/a");
  // What is left are upper-case letters, which are no names of their own.
  CHECK(witness(ownership({"x/*"}, {"x/a", "x/[!a]"}, true), ownership({"x/?"}, {}, true)).empty());
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

TEST_CASE("common path: what one forbids because it is the other's needs no search") {
  // The sets of states of these patterns are far more than the limit.
  Patterns theirs;
  for (char c = 'a'; c <= 'z'; ++c) theirs.push_back(std::string("**/*") + c + "*/**/x*" + c + "??????");
  CHECK_FALSE(common_path(ownership({"**"}, theirs), ownership(theirs)));
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
    const auto answer = contains(a, b);
    const auto& outside = answer.outside;
    REQUIRE(answer.decided);
    if (outside) REQUIRE((b.owns(outside->str()) && !a.owns(outside->str())));
    OwnerIndex index({a, b});
    for (std::size_t path = static_cast<std::size_t>(i) % 16; path < paths.size(); path += 16) {
      const bool by_a = a.owns(paths[path]);
      const bool by_b = b.owns(paths[path]);
      if (!outside && by_b && !by_a) FAIL("not contained: " << paths[path]);
      const auto owners = index.owners_of(paths[path]);
      if (owners.size() != (by_a ? 1U : 0U) + (by_b ? 1U : 0U)) FAIL("the owners of " << paths[path]);
    }
  }
}

}  // namespace
}  // namespace par::core
