#include "core/codeowners.h"

#include <algorithm>
#include <string>
#include <vector>

#include "core/codeowners_index.h"
#include "support/catch.h"

namespace par::core {
namespace {

using Names = std::vector<std::string>;

Codeowners github(std::string_view text) { return parse_codeowners(text, CodeownersDialect::github); }
Codeowners gitlab(std::string_view text) { return parse_codeowners(text, CodeownersDialect::gitlab); }

Names owners_of(const Codeowners& file, std::string_view path) {
  CodeownersIndex index(file);
  Names names;
  for (const auto owner : index.owners_of(path)) names.push_back(index.owners()[owner]);
  return names;
}

bool matches(const std::string& pattern, const std::string& path, CodeownersDialect dialect) {
  const auto file = parse_codeowners(pattern + " @x\n", dialect);
  INFO(pattern << " on " << path);
  CHECK(file.problems.empty());
  CodeownersIndex index(file);
  return !index.rules_of(path).empty();
}

struct Case {
  const char* pattern;
  Names matched;
  Names others;
};

void check_cases(const std::vector<Case>& cases, CodeownersDialect dialect) {
  for (const auto& c : cases) {
    for (const auto& path : c.matched)
      if (!matches(c.pattern, path, dialect)) FAIL_CHECK(c.pattern << " should match " << path);
    for (const auto& path : c.others)
      if (matches(c.pattern, path, dialect)) FAIL_CHECK(c.pattern << " should not match " << path);
  }
}

TEST_CASE("codeowners: patterns of GitHub") {
  check_cases(
      {
          {"doc", {"doc", "doc/x/y", "a/doc", "a/doc/x"}, {"docs", "a/docs/doc.txt"}},
          {"/doc", {"doc", "doc/x"}, {"a/doc"}},
          {"doc/", {"doc/x", "a/doc/x/y"}, {"doc", "a/doc"}},
          {"a/doc", {"a/doc", "a/doc/x"}, {"b/a/doc"}},
          {"*", {"x", "a/b/x", ".gitattributes", ".github/CODEOWNERS"}, {}},
          {"/*", {"x"}, {"a/x"}},
          {"doc/*", {"doc/x"}, {"doc/x/y", "doc", "a/doc/x"}},
          {"*.js", {"x.js", "a/x.js", "a/lib.js/x"}, {"x.jsx"}},
          {"/gen*", {"gen", "gen1/x/y"}, {"a/gen"}},
          {"gen*/", {"gen1/x", "a/gen/x"}, {"gen"}},
          {"/gen?/", {"gen1/x"}, {"gen1", "a/gen1/x"}},
          {"**/logs", {"logs", "a/logs/x", "logs/x"}, {"a/logs1"}},
          {"doc/**", {"doc/x", "doc/x/y"}, {"doc", "a/doc/x"}},
          {"doc/**/", {"doc/x", "doc/x/y"}, {"doc"}},
          {"a/**/b", {"a/b", "a/x/y/b", "a/b/z"}, {"x/a/b"}},
          {"a/**/*", {"a/x", "a/x/y"}, {"a", "b/a/x"}},
          {"app/[id].ts", {"app/[id].ts"}, {"app/i.ts", "app/d.ts"}},
          {"a\\*b", {"a*b"}, {"axb"}},
          {"my\\ file", {"my file", "x/my file/y"}, {"my"}},
          {"a#b", {"a#b"}, {"a"}},
          {"/", {}, {"x", "a/x"}},
      },
      CodeownersDialect::github);
}

TEST_CASE("codeowners: patterns of GitLab") {
  check_cases(
      {
          {"*", {"x", "a/.b/x", ".gitattributes"}, {}},
          {"README.md", {"README.md", "a/b/README.md"}, {"README.md/x"}},
          {"doc", {"doc", "a/doc"}, {"doc/x"}},
          {"a/b.md", {"a/b.md", "x/y/a/b.md"}, {"a/x/b.md"}},
          {"/a/b.md", {"a/b.md"}, {"x/a/b.md"}},
          {"doc/", {"doc/x", "x/doc/y/z"}, {"doc"}},
          {"/doc/", {"doc/x/y"}, {"x/doc/y"}},
          {"/doc/*", {"doc/x"}, {"doc/x/y"}},
          {"/doc/**", {"doc/x"}, {"doc/x/y"}},
          {"/doc/**/*", {"doc/x", "doc/x/y"}, {"doc"}},
          {"/doc/**/*.md", {"doc/x.md", "doc/a/b/x.md"}, {"doc/x.txt"}},
          {"*.rb", {"x.rb", "a/x.rb"}, {"a.rb/x"}},
          {"/x[12].c", {"x1.c", "x2.c"}, {"x3.c", "x[12].c"}},
          {"\\#file", {"#file", "a/#file"}, {"file"}},
          {"/a\\ b/", {"a b/x"}, {"a/x"}},
          {"/", {"x", "a/x"}, {}},
      },
      CodeownersDialect::gitlab);
}

TEST_CASE("codeowners: the last rule that matches decides, and one without owners takes the path") {
  const auto file = github(
      "* @all\n"
      "# a comment\n"
      "\n"
      "  /docs/ @docs @org/writers  # and why\n"
      "/docs/internal/\n"
      "*.lock a.b@example.com\n");
  CHECK(file.problems.empty());
  CHECK(owners_of(file, "src/x.c") == Names{"@all"});
  CHECK(owners_of(file, "docs/x.md") == Names{"@docs", "@org/writers"});
  CHECK(owners_of(file, "docs/internal/x.md").empty());
  CHECK(owners_of(file, "docs/yarn.lock") == Names{"a.b@example.com"});
  CodeownersIndex index(file);
  REQUIRE(index.rules_of("docs/internal/x").size() == 1);
  CHECK(file.rules[index.rules_of("docs/internal/x")[0]].line == 5);
  CHECK(CodeownersIndex(github("/a @x\n")).rules_of("b").empty());
}

TEST_CASE("codeowners: each section has a last rule of its own") {
  const auto file = gitlab(
      "* @all\n"
      "[Docs][2] @docs\n"
      "*.md\n"
      "/README.md @readme\n"
      "^[Security] @sec @org/a/b\n"
      "/src/auth/\n"
      "[DOCS] @more\n"
      "/guide/\n"
      "!/guide/gen/\n");
  CHECK(file.problems.empty());
  CHECK(owners_of(file, "x.c") == Names{"@all"});
  CHECK(owners_of(file, "a/x.md") == Names{"@all", "@docs"});
  CHECK(owners_of(file, "README.md") == Names{"@all", "@readme"});
  CHECK(owners_of(file, "src/auth/x.md") == Names{"@all", "@docs", "@sec", "@org/a/b"});
  CHECK(owners_of(file, "guide/x.md") == Names{"@all", "@more"});
  CHECK(owners_of(file, "guide/gen/x.md") == Names{"@all"});
  REQUIRE(file.sections.size() == 3);
  CHECK(file.sections[1].name == "Docs");
  CHECK(file.sections[1].approvals == 2);
  CHECK_FALSE(file.sections[1].optional);
  CHECK(file.sections[2].optional);
}

TEST_CASE("codeowners: an exclusion cannot be taken back within its section") {
  const auto file = gitlab("[A]\n!/gen/\n/gen/keep @a\n[B]\n* @b\n");
  CHECK(owners_of(file, "gen/keep") == Names{"@b"});
}

TEST_CASE("codeowners: a line with an error is left out and named, the others count") {
  const auto file = github(
      "* @all\n"
      "!a @x\n"
      "b @x nobody\n"
      "a***b @x\n"
      "\\#c @x\n"
      "d//e @x\n"
      "[Docs] @x\n"
      "f @y\n");
  const std::vector<CodeownersProblem> expected{
      {2, "GitHub knows no negated patterns"},
      {3, "'nobody' is not an owner"},
      {4, "'***' is not a wildcard"},
      {5, "GitHub knows no escaped '#'"},
      {6, "invalid pattern 'd//e': it has an empty segment"},
  };
  CHECK(file.problems == expected);
  CHECK(owners_of(file, "b") == Names{"@all"});
  CHECK(owners_of(file, "f") == Names{"@y"});
  CHECK(owners_of(file, "x/[Docs]") == Names{"@x"});
}

TEST_CASE("codeowners: what GitLab passes over is named") {
  const auto file = gitlab(
      "* @all everyone\n"
      "[] @x\n"
      "[Docs][two] @docs\n"
      "*.md # ask @carol\n"
      "/x[[:alpha:]] @x\n"
      "/y[ @x\n");
  const std::vector<CodeownersProblem> expected{
      {1, "'everyone' is not an owner"},
      {2, "a section needs a name"},
      {3, "the approvals of section 'Docs' are not a number from 1"},
      {4, "a comment behind owners: GitLab takes names in it for owners"},
      {5, "its '[[:alpha:]]' is not a set of characters"},
      {6, "invalid pattern '/y[': its '[' is not closed"},
  };
  CHECK(file.problems == expected);
  CHECK(owners_of(file, "x.md") == Names{"@all", "@carol"});
  CHECK(owners_of(gitlab("/x @@maintainers @a/b/c\n"), "x") == Names{"@@maintainers", "@a/b/c"});
}

TEST_CASE("codeowners: a file that GitHub does not read has no rules") {
  const auto file = github("* @a\n" + std::string(3 << 20, '\n'));
  CHECK(file.rules.empty());
  REQUIRE(file.problems.size() == 1);
  CHECK(file.problems[0].line == 0);
}

TEST_CASE("codeowners: the dialect follows from the place, and elsewhere from headings") {
  CHECK(guess_dialect(".github/CODEOWNERS", "[A]\n") == CodeownersDialect::github);
  CHECK(guess_dialect(".gitlab/CODEOWNERS", "* @a\n") == CodeownersDialect::gitlab);
  CHECK(guess_dialect("CODEOWNERS", "* @a\n[id].ts @b\n") == CodeownersDialect::github);
  CHECK(guess_dialect("docs/CODEOWNERS", "* @a\n^[Docs][2] @b\n") == CodeownersDialect::gitlab);
}

TEST_CASE("codeowners: names that differ in case only are one owner") {
  const auto file = github("/a @Org/Team\n/b @org/team\n");
  CHECK(owners_of(file, "b") == Names{"@Org/Team"});
}

TEST_CASE("codeowners: lines may end as on Windows, and the last one not at all") {
  const auto file = github("/a @x\r\n/b @y");
  CHECK(owners_of(file, "a") == Names{"@x"});
  CHECK(owners_of(file, "b") == Names{"@y"});
}

}  // namespace
}  // namespace par::core
