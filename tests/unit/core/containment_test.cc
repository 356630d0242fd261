#include <string>
#include <vector>

#include "core/common_path.h"
#include "support/catch.h"

namespace par::core {
namespace {

using Patterns = std::vector<std::string>;

Ownership ownership(const Patterns& owns, const Patterns& forbids = {}, Folding folding = {}) {
  AgentSpec agent;
  agent.name = AgentName("x");
  agent.owns = owns;
  agent.forbids = forbids;
  auto parsed = Ownership::parse(agent, folding);
  REQUIRE(parsed);
  return *std::move(parsed);
}

// The shortest path of `inner` that is not of `outer`; "": contained.
std::string outside(const Ownership& outer, const Ownership& inner) {
  const auto answer = contains(outer, inner);
  REQUIRE(answer.decided);
  if (!answer.outside) return "";
  CHECK(inner.owns(answer.outside->str()));
  CHECK_FALSE(outer.owns(answer.outside->str()));
  return answer.outside->str();
}

std::string outside(const Patterns& outer, const Patterns& inner) {
  return outside(ownership(outer), ownership(inner));
}

TEST_CASE("containment: what is below is contained, what is beside is not") {
  CHECK(outside({"src/**"}, {"src/api/*.py"}).empty());
  CHECK(outside({"src/api/*.py"}, {"src/**"}) == "src/a");
  CHECK(outside({"src"}, {"src/**"}).empty());
  CHECK(outside({"/src"}, {"src/**"}).empty());
  CHECK(outside({"src/**"}, {"/src"}) == "src");
  CHECK(outside({"**"}, {"src", "*.c", "a/*/b"}).empty());
  CHECK(outside({"*.c"}, {"**/x*.c"}).empty());
  CHECK(outside({"*.c"}, {"*.c", "*.h"}) == ".h");
}

TEST_CASE("containment: several patterns contain together what none contains alone") {
  CHECK(outside({"x/[a-m]*", "x/[!a-m]*"}, {"x/*"}).empty());
  CHECK(outside({"x/[a-m]*", "x/[n-z]*"}, {"x/*"}) == "x/0");
  CHECK(outside({"x/*", "x/*/**"}, {"x/**"}).empty());
}

TEST_CASE("containment: what is forbidden is not contained, unless it is not asked for") {
  const auto all_but_vendor = ownership({"src/**"}, {"src/vendor"});
  CHECK(outside(all_but_vendor, ownership({"src/**"})) == "src/vendor");
  CHECK(outside(ownership({"src/**"}), all_but_vendor).empty());
  CHECK(outside(all_but_vendor, all_but_vendor).empty());
  CHECK(outside(all_but_vendor, ownership({"src/*"}, {"**/v*"})).empty());
}

TEST_CASE("containment: metadata is contained only by patterns that name it") {
  CHECK(outside({"**"}, {".github/ci.yml"}) == ".github/ci.yml");
  CHECK(outside({".github"}, {".github/ci.yml"}).empty());
  CHECK(outside({"docs/**"}, {"docs/CODEOWNERS"}) == "docs/CODEOWNERS");
  CHECK(outside({"docs/**", "CODEOWNERS"}, {"docs/CODEOWNERS", "docs/*"}).empty());
  CHECK(outside({"**"}, {"**/*git*"}).empty());
}

TEST_CASE("containment: nothing is contained in everything, and contains nothing else") {
  CHECK(outside(ownership({}), ownership({})).empty());
  CHECK(outside(ownership({"src"}), ownership({})).empty());
  CHECK(outside(ownership({}), ownership({"src"})) == "src");
}

TEST_CASE("containment: case is folded") {
  const Folding ignore_case{true, false};
  CHECK(outside(ownership({"src/**"}, {}, ignore_case), ownership({"SRC/*.C"}, {}, ignore_case)).empty());
  CHECK(outside(ownership({"src/[a-y]*"}, {}, ignore_case), ownership({"SRC/?"}, {}, ignore_case)) ==
        "src/z");
}

TEST_CASE("containment: patterns made to explode are not decided") {
  const std::string pattern = "x/*a" + std::string(20, '?');
  const auto answer = contains(ownership({pattern}), ownership({"x/*a" + std::string(20, '?')}));
  CHECK_FALSE(answer.decided);
  CHECK_FALSE(answer.contained());
}

}  // namespace
}  // namespace par::core
