#include "core/ownership.h"

#include "support/catch.h"

namespace par::core {
namespace {

Ownership ownership(std::vector<std::string> owns, std::vector<std::string> forbids, bool fold_case = false) {
  AgentSpec agent;
  agent.name = AgentName("errors");
  agent.owns = std::move(owns);
  agent.forbids = std::move(forbids);
  auto parsed = Ownership::parse(agent, {fold_case});
  REQUIRE(parsed);
  return *std::move(parsed);
}

TEST_CASE("ownership: what is forbidden is subtracted from what is owned") {
  const auto agent = ownership({"src/**", "README.md"}, {"src/vendor", "*.lock"});
  CHECK(agent.owns("src/a.c"));
  CHECK(agent.owns("README.md"));
  CHECK_FALSE(agent.owns("src/vendor/x.c"));
  CHECK_FALSE(agent.owns("src/app/yarn.lock"));
  CHECK_FALSE(agent.owns("tests/a.c"));
}

TEST_CASE("ownership: nothing is owned without a pattern") { CHECK_FALSE(ownership({}, {}).owns("a")); }

TEST_CASE("ownership: a wildcard never owns the repository's metadata") {
  const auto agent = ownership({"**"}, {});
  CHECK(agent.owns("src/a.c"));
  CHECK_FALSE(agent.owns(".gitattributes"));
  CHECK_FALSE(agent.owns("a/.gitattributes"));
  CHECK_FALSE(agent.owns(".gitpar.toml"));
  CHECK_FALSE(agent.owns(".github/workflows/ci.yml"));
  CHECK_FALSE(agent.owns("docs/CODEOWNERS"));
  CHECK(ownership({".github/workflows"}, {}).owns(".github/workflows/ci.yml"));
}

TEST_CASE("ownership: forbidden patterns match metadata as any other path") {
  CHECK_FALSE(ownership({".github"}, {"**/*.yml"}).owns(".github/ci.yml"));
  CHECK_FALSE(ownership({".gitattributes"}, {".git*"}).owns(".gitattributes"));
}

TEST_CASE("ownership: case is folded in what is owned and in what is forbidden") {
  const auto agent = ownership({"Src/**"}, {"src/Vendor"}, true);
  CHECK(agent.owns("src/a.c"));
  CHECK_FALSE(agent.owns("SRC/vendor/a.c"));
}

TEST_CASE("ownership: of ordered rules the last that matches decides, list by list") {
  AgentSpec agent;
  agent.owns = {"/x"};
  agent.rules = {{"docs", true, false, 0},
                 {"docs/api", false, false, 0},
                 {"docs/api/index.md", true, false, 0},
                 {"docs/api/v1", true, true, 1}};
  agent.forbids = {"*.lock"};
  const auto parsed = Ownership::parse(agent, {});
  REQUIRE(parsed);
  CHECK(parsed->owns("x"));
  CHECK(parsed->owns("docs/a"));
  CHECK_FALSE(parsed->owns("docs/api/a"));
  CHECK(parsed->owns("docs/api/index.md"));
  CHECK(parsed->owns("docs/api/v1"));
  CHECK_FALSE(parsed->owns("docs/api/v1/x"));
  CHECK_FALSE(parsed->owns("docs/yarn.lock"));
}

TEST_CASE("ownership: paths outside keep their order") {
  const std::vector<RepoPath> changed{RepoPath("z"), RepoPath("src/a"), RepoPath("b")};
  CHECK(ownership({"src"}, {}).outside(changed) == std::vector<RepoPath>{RepoPath("z"), RepoPath("b")});
}

TEST_CASE("ownership: a pattern that cannot be read names its agent and its list") {
  AgentSpec agent;
  agent.name = AgentName("errors");
  agent.owns = {"src"};
  agent.forbids = {"a//b"};
  const auto parsed = Ownership::parse(agent, {});
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().message == "cannot read 'forbids' of agent 'errors'");
  CHECK(parsed.error().causes == std::vector<std::string>{"invalid pattern 'a//b': it has an empty segment"});
}

}  // namespace
}  // namespace par::core
