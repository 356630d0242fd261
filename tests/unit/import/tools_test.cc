#include <fmt/format.h>

#include "import/values.h"
#include "import_support.h"
#include "support/catch.h"

using namespace par;
using namespace par::test;
using core::Severity;
using import::Format;
using Texts = std::vector<std::string>;

TEST_CASE("compiler: the example gives its items once, whatever else the build printed") {
  const auto imported = read(Format::compiler, example(Format::compiler));
  REQUIRE(imported.items.size() == 2);
  CHECK(imported.items[0].title == "unused variable 'x'");
  CHECK(imported.items[0].category == "-Wunused-variable");
  CHECK(imported.items[0].severity == Severity::major);
  CHECK(imported.items[0].files == std::vector<RepoPath>{RepoPath("src/a.h")});
  CHECK(imported.items[1].files == std::vector<RepoPath>{RepoPath("src/b.cc")});
  CHECK(imported.items[1].severity == Severity::critical);
  CHECK(imported.items[1].category.empty());
  CHECK(imported.skipped == 1);
  CHECK(imported.duplicates == 1);
  CHECK(bad_of(imported) == Texts{"line 7: path outside the repository: '/usr/include/stdio.h'"});
  CHECK(imported.complete);
}

TEST_CASE("compiler: categories are flags and checks, not what else stands in brackets") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"m [-Werror=unused-result]", "-Wunused-result"},
      {"m [-Werror,-Wshadow]", "-Wshadow"},
      {"m [bugprone-use-after-move,-warnings-as-errors]", "bugprone-use-after-move"},
      {"m [-Wc++20-extensions]", "-Wc++20-extensions"},
      {"m [core.NullDereference]", "core.NullDereference"}};
  for (const auto& [message, category] : cases) {
    const auto item = read_one(Format::compiler, "a.c:1:2: error: " + message + "\n");
    CHECK(item.category == category);
    CHECK(item.title == "m");
  }
  for (const std::string message : {"expected [x y]", "subscript [3]", "no [-Wx", "[-Werror]"})
    CHECK(read_one(Format::compiler, "a.c:1:2: error: " + message).title == message);
}

TEST_CASE("compiler: colours and links are no part of the text") {
  const auto item =
      read_one(Format::compiler,
               "\x1b[01m\x1b[Ka.c:1:2:\x1b[m\x1b[K \x1b[01;35m\x1b[Kwarning: \x1b[m\x1b[Kunused "
               "[\x1b]8;;https://x\a-Wunused\x1b]8;;\a]\n");
  CHECK(item.title == "unused");
  CHECK(item.category == "-Wunused");
  CHECK(item.files == std::vector<RepoPath>{RepoPath("a.c")});
}

TEST_CASE("compiler: lines without a place are no records") {
  for (const std::string line : {"cc1: error: x", "a.c: error: x", "x: a.c:0: error: y", "ld: a.o: undefined",
                                 "error: x", "a.c:1:2: problem: x", "a.c:1:2: warning", ":: error: "}) {
    CAPTURE(line);
    CHECK(read(Format::compiler, line + "\n").records == 0);
  }
  CHECK(read_one(Format::compiler, "a b:c.c:4: fatal error: x: error: y").title == "x: error: y");
  CHECK(read_one(Format::compiler, "a b:c.c:4: fatal error: x").severity == Severity::blocker);
  CHECK(read_one(Format::compiler, "/usr/bin/ld: a.c:4: warning: x").files ==
        std::vector<RepoPath>{RepoPath("a.c")});
  CHECK(bad_of(read(Format::compiler, std::string("a.c:1: error: \0\n", 16))) == Texts{"line 1: a NUL byte"});
  CHECK(bad_of(read(Format::compiler, "a.c:1: error: \xff\n")) == Texts{"line 1: not UTF-8"});
  CHECK(read_one(Format::compiler, "\xff.c:1: error: x").files == std::vector<RepoPath>{RepoPath("\xff.c")});
}

TEST_CASE("eslint: the example gives its items") {
  const auto imported = read(Format::eslint, example(Format::eslint));
  REQUIRE(imported.items.size() == 2);
  CHECK(imported.items[0].category == "no-undef");
  CHECK(imported.items[0].severity == Severity::critical);
  CHECK(imported.items[0].files == std::vector<RepoPath>{RepoPath("src/a.js")});
  CHECK(imported.items[1].severity == Severity::blocker);
  CHECK(imported.items[1].category.empty());
  CHECK(imported.skipped == 1);
  CHECK(bad_of(imported) == Texts{fmt::format("byte {}: path outside the repository: '/elsewhere/b.js'",
                                              example(Format::eslint).rfind("{\"filePath\""))});
}

TEST_CASE("eslint: a file without messages is none, what has another shape is bad") {
  CHECK(read(Format::eslint, R"([{"filePath":"a.js","messages":[]}])").records == 0);
  CHECK(read_one(Format::eslint, R"([{"filePath":"a.js","messages":[{"message":"m","severity":1}]}])")
            .severity == Severity::major);
  CHECK(bad_of(read(Format::eslint, R"([{"filePath":"a.js"}, 7, {"filePath":"b.js","messages":[7,{}]}])")) ==
        Texts{"byte 1: no 'filePath' or no 'messages'", "byte 22: not an object",
              "byte 25: a message that is not an object", "byte 25: a message without a text"});
}

TEST_CASE("sonarqube: the example gives its open issues under their own keys") {
  const auto imported = read(Format::sonarqube, example(Format::sonarqube));
  REQUIRE(ids_of(imported) == Texts{"AX-1", "AX-3"});
  CHECK(imported.items[0].files == std::vector<RepoPath>{RepoPath("src/A.java")});
  CHECK(imported.items[0].severity == Severity::critical);
  CHECK(imported.items[0].category == "java:S1192");
  CHECK(imported.items[0].estimate == 5400);
  CHECK(imported.items[1].severity == Severity::critical);
  CHECK(imported.items[1].estimate == 300);
  CHECK(imported.skipped == 1);
  CHECK(imported.complete);
}

TEST_CASE("sonarqube: resolved issues are skipped, those about no file are bad") {
  for (const std::string members :
       {R"("status":"RESOLVED")", R"("resolution":"WONTFIX")", R"("issueStatus":"ACCEPTED")"})
    CHECK(read(Format::sonarqube, R"({"issues":[{"component":"p:a","message":"m",)" + members + "}]}")
              .skipped == 1);
  const auto none = read(Format::sonarqube,
                         R"({"issues":[{"component":"p","project":"p","message":"m"},{"component":"p:a"}]})");
  CHECK(bad_of(none) == Texts{"byte 11: the finding names no file", "byte 57: no message"});
  CHECK(bad_of(read(Format::sonarqube, R"({"runs":[]})")) == Texts{"byte 0: no 'issues' in the document"});
}

TEST_CASE("import values: durations") {
  using import::effort_from;
  CHECK(effort_from("90") == 90);
  CHECK(effort_from(" 1h 30min ") == 5400);
  CHECK(effort_from("2d") == 2 * 8 * 3600);
  CHECK(effort_from("1h5m3s") == 3903);
  for (const std::string_view text :
       {"", "h", "1h30", "1x", "-1", "1.5h", "99999999999999999999", "400000h", "1 2"})
    CHECK_FALSE(effort_from(text));
}

TEST_CASE("import values: a title is cut between characters") {
  const auto title = import::one_line(std::string(496, 'x') + "\xc3\xa9\xc3\xa9\xc3\xa9");
  CHECK(title == std::string(496, 'x') + "...");
  CHECK(import::one_line(std::string(495, 'x') + "\xe2\x82\xac\xe2\x82\xac") ==
        std::string(495, 'x') + "...");
  CHECK(import::one_line(std::string(500, 'x')) == std::string(500, 'x'));
}
