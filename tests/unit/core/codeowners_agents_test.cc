#include <algorithm>
#include <cctype>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "core/codeowners_index.h"
#include "core/common_path.h"
#include "support/catch.h"
#include "support/naive_glob.h"

namespace par::core {
namespace {

Ownership ownership_of(const CodeownersAgent& agent, Folding folding = {}) {
  AgentSpec spec;
  spec.name = agent.name;
  spec.rules = agent.rules;
  auto parsed = Ownership::parse(spec, folding);
  REQUIRE(parsed);
  return *std::move(parsed);
}

std::vector<CodeownersAgent> agents_of(std::string_view text,
                                       CodeownersDialect dialect = CodeownersDialect::github) {
  return agents_from_codeowners(parse_codeowners(text, dialect), {});
}

TEST_CASE("codeowners agents: names are made from owners, and numbered where they would be the same") {
  const auto agents = agents_of(
      "* @Alice @org/Team-A @org-team-a bob@example.com @org/team.a. @a..b @_x.lock @.-\n"
      "x @alice @org-TEAM-a\n"
      "y @" +
      std::string(70, 'n') + " @" + std::string(69, 'n') + "\n");
  std::vector<std::string> names;
  for (const auto& agent : agents) {
    CHECK(is_valid_name(agent.name.str()));
    names.push_back(agent.name.str());
  }
  const std::vector<std::string> expected{
      "alice", "org-team-a", "org-team-a-2", "bob-example.com",    "org-team.a",
      "a.b",   "_x",         "owner",        std::string(64, 'n'), std::string(62, 'n') + "-2"};
  CHECK(names == expected);
  CHECK(agents[1].owner == "@org/Team-A");
}

TEST_CASE("codeowners agents: each owns what later rules leave to it") {
  const auto agents = agents_of(
      "*            @all\n"
      "/docs/       @docs\n"
      "/docs/api/   @all\n"
      "/src/gen*\n");
  REQUIRE(agents.size() == 2);
  const auto all = ownership_of(agents[0]);
  const auto docs = ownership_of(agents[1]);
  CHECK(all.owns("x"));
  CHECK(all.owns("docs/api/x"));
  CHECK_FALSE(all.owns("docs/x"));
  CHECK_FALSE(all.owns("src/gen1/x"));
  CHECK(docs.owns("docs/x"));
  CHECK_FALSE(docs.owns("docs/api/x"));
  CHECK_FALSE(common_path(all, docs));
}

TEST_CASE("codeowners agents: rules with several owners, and sections, are where agents meet") {
  const auto shared = agents_of("* @a\n/lib/ @a @b\n/lib/gen/ @c\n");
  CHECK(common_path(ownership_of(shared[0]), ownership_of(shared[1])) == RepoPath("lib/a"));
  CHECK_FALSE(common_path(ownership_of(shared[1]), ownership_of(shared[2])));

  const auto sections = agents_of("*.md @a\n[Docs]\n/docs/ @b\n!/docs/gen/\n", CodeownersDialect::gitlab);
  CHECK(common_path(ownership_of(sections[0]), ownership_of(sections[1])) == RepoPath("docs/.md"));
  CHECK_FALSE(ownership_of(sections[1]).owns("docs/gen/x"));
}

TEST_CASE("codeowners agents: no wildcard hands out the repository's metadata") {
  const auto agents = agents_of("* @all\n/.github/ @ci\n");
  CHECK_FALSE(ownership_of(agents[0]).owns(".gitattributes"));
  CHECK_FALSE(ownership_of(agents[0]).owns(".github/x"));
  CHECK(ownership_of(agents[1]).owns(".github/x"));
}

TEST_CASE("codeowners agents: rules that take nothing from an owner are left out") {
  const auto agents = agents_of("/a/ @a\n/b/ @b\n/a/x @b\n/c/ @c\n");
  CHECK(agents[0].rules == std::vector<OwnershipRule>{{"a/**", true, false, 0}, {"a/x", false, false, 0}});
  CHECK(agents[2].rules.size() == 1);
}

TEST_CASE("codeowners agents: rules that differ in case count where case is ignored") {
  const auto file = parse_codeowners("/docs/ @a\n/DOCS/x @b\n", CodeownersDialect::github);
  const Folding ignore_case{true, false};
  const auto agents = agents_from_codeowners(file, ignore_case);
  CHECK_FALSE(ownership_of(agents[0], ignore_case).owns("docs/x"));
  CHECK_FALSE(common_path(ownership_of(agents[0], ignore_case), ownership_of(agents[1], ignore_case)));
  CHECK(ownership_of(agents_from_codeowners(file, {})[0]).owns("docs/x"));
}

// Two implementations of one file: the index, rule by rule, and the algebra.
TEST_CASE("codeowners agents: own exactly the paths that the file gives to their owners") {
  std::mt19937 random(11);  // NOLINT: the same files every time
  const std::vector<std::string> patterns{"*",    "/a",   "a/",   "b",     "/a/*",  "a/b",
                                          "/a*/", "*b",   "**/a", "a/**",  "/b/a/", "a/**/b",
                                          "/?",   "/*/b", "b/*",  "!/a/b", "!b"};
  const std::vector<std::string> owners{" @a", " @b", " @c", " @a @b", "", " @c @a"};
  const auto paths = test::all_paths("ab", 6);
  for (int i = 0; i < 60; ++i) {
    const auto dialect = i % 2 == 0 ? CodeownersDialect::github : CodeownersDialect::gitlab;
    std::string text;
    for (auto left = 1 + random() % 8; left > 0; --left) {
      if (dialect == CodeownersDialect::gitlab && random() % 4 == 0)
        text += "[S" + std::to_string(random() % 2) + "] @c\n";
      text += patterns[random() % patterns.size()] + owners[random() % owners.size()] + "\n";
    }
    const auto file = parse_codeowners(text, dialect);
    CodeownersIndex index(file);
    const auto agents = agents_from_codeowners(file, {});
    std::vector<Ownership> ownerships;
    for (const auto& agent : agents) ownerships.push_back(ownership_of(agent));
    REQUIRE(agents.size() == index.owners().size());
    for (const auto& path : paths) {
      const auto found = index.owners_of(path);
      for (std::size_t owner = 0; owner < agents.size(); ++owner) {
        const bool expected = std::find(found.begin(), found.end(), owner) != found.end();
        if (ownerships[owner].owns(path) != expected)
          FAIL(agents[owner].owner << " and " << path << "\n" << text);
      }
    }
  }
  SUCCEED();
}

// The value behind `"key": ` on a line of pretty-printed JSON; strings without their quotes and escapes.
std::string json_value(std::string line) {
  line.erase(0, line.find(": ") + 2);
  while (line.ends_with(',') || line.ends_with('"')) line.pop_back();
  if (line.starts_with('"')) line.erase(0, 1);
  for (auto at = line.find("\\\\"); at != std::string::npos; at = line.find("\\\\", at + 1))
    line.erase(at, 1);
  return line;
}

TEST_CASE("codeowners: agrees with every case of a corpus, where that is at hand") {
  std::ifstream corpus;
  for (const char* place : {"/../shared/data", "/../../shared/data"}) {
    corpus.open(std::string(PAR_SOURCE_DIR) + place + "/codeowners-cases.json");
    if (corpus) break;
    corpus.clear();
  }
  if (!corpus.is_open()) {
    WARN("skipped: there is no ../shared/data/codeowners-cases.json");
    return;
  }
  std::string pattern;
  std::string path;
  std::size_t cases = 0;
  for (std::string line; std::getline(corpus, line);) {
    if (line.starts_with("\"pattern\":")) pattern = json_value(line);
    if (line.starts_with("\"path\":")) path = json_value(line);
    if (!line.starts_with("\"expected\":")) continue;
    ++cases;
    const auto file = parse_codeowners(pattern + " @x\n", CodeownersDialect::github);
    CodeownersIndex index(file);
    INFO(pattern << " on " << path);
    CHECK(file.problems.empty());
    CHECK(index.rules_of(path).empty() == (json_value(line) == "false"));
  }
  CHECK(cases == 153);
}

}  // namespace
}  // namespace par::core
