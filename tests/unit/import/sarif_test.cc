#include <fmt/format.h>

#include "import_support.h"
#include "support/catch.h"

using namespace par;
using namespace par::test;
using core::Severity;
using import::Format;
using Texts = std::vector<std::string>;

namespace {

// A log of one run with these results, which may refer to a rule and an artifact.
std::string log_of(std::string_view results, std::string_view more = "") {
  return fmt::format(
      R"({{"runs":[{{"tool":{{"driver":{{"rules":[{{"id":"r","defaultConfiguration":{{"level":"note"}}}},)"
      R"({{"id":"s","properties":{{"security-severity":"7.0"}},"shortDescription":{{"text":"the summary"}},)"
      R"("messageStrings":{{"m":{{"text":"call {{0}} in {{1}}{{9}}"}}}}}}]}},)"
      R"("extensions":[{{"rules":[{{"id":"e","defaultConfiguration":{{"level":"error"}}}}]}}]}},)"
      R"("artifacts":[{{"location":{{"uri":"art.c"}}}}],"results":[{}]{}}}]}})",
      results, more);
}

// A result in a.c with these members.
std::string result(std::string_view members, std::string_view location = R"("uri":"a.c")") {
  return fmt::format(R"({{{},"locations":[{{"physicalLocation":{{"artifactLocation":{{{}}}}}}}]}})", members,
                     location);
}

core::Item item_of(std::string_view members) {
  return read_one(Format::sarif, log_of(result(std::string(members) + R"(,"message":{"text":"m"})")));
}

Texts files_of(std::string_view location, std::string_view more = "") {
  const auto imported =
      read(Format::sarif, log_of(result(R"("ruleId":"r","message":{"text":"m"})", location), more));
  if (imported.items.empty()) return bad_of(imported);
  Texts files;
  for (const auto& file : imported.items.front().files) files.push_back(file.str());
  return files;
}

}  // namespace

TEST_CASE("sarif: the example gives its items, with what stands behind the results") {
  const auto imported = read(Format::sarif, example(Format::sarif));
  REQUIRE(imported.items.size() == 2);
  CHECK(imported.items[0].title == "the \"token\" is {not} checked ]");
  CHECK(imported.items[0].files == std::vector<RepoPath>{RepoPath("src/login.cc")});
  CHECK(imported.items[0].severity == Severity::blocker);
  CHECK(imported.items[0].category == "auth");
  CHECK(imported.items[1].files == std::vector<RepoPath>{RepoPath("src/a b.cc")});
  CHECK(imported.items[1].severity == Severity::minor);
  CHECK(imported.skipped == 1);
  CHECK(imported.records == 4);
  CHECK(bad_of(imported) == Texts{fmt::format("byte {}: path outside the repository: '../z.cc'",
                                              example(Format::sarif).rfind("{\"ruleId\""))});
  CHECK(imported.complete);
}

TEST_CASE("sarif: severity is the result's score, the rule's score, the result's level, the rule's level") {
  CHECK(item_of(R"("ruleId":"s","level":"note","properties":{"security-severity":9.0})").severity ==
        Severity::blocker);
  CHECK(item_of(R"("ruleId":"s","level":"note")").severity == Severity::critical);
  CHECK(item_of(R"("ruleId":"r","level":"error")").severity == Severity::critical);
  CHECK(item_of(R"("ruleId":"r","level":"warning")").severity == Severity::major);
  CHECK(item_of(R"("ruleId":"r","level":"none")").severity == Severity::info);
  CHECK(item_of(R"("ruleId":"r")").severity == Severity::minor);
  CHECK(item_of(R"("ruleId":"none such")").severity == Severity::major);
  CHECK(item_of(R"("ruleId":"r","kind":"review")").severity == Severity::info);
  for (const auto& [score, severity] :
       std::vector<std::pair<std::string, Severity>>{{"8.9", Severity::critical},
                                                     {"6.9", Severity::major},
                                                     {"4.0", Severity::major},
                                                     {"3.9", Severity::minor},
                                                     {"0", Severity::info},
                                                     {"x", Severity::info},
                                                     {"11", Severity::info}})
    CHECK(
        item_of(fmt::format(R"("level":"none","properties":{{"security-severity":"{}"}})", score)).severity ==
        severity);
}

TEST_CASE(
    "sarif: the rule is found by id, by index, through 'rule', in an extension, above a part of an id") {
  CHECK(item_of(R"("ruleIndex":1)").category == "s");
  CHECK(item_of(R"("rule":{"id":"r"})").category == "r");
  CHECK(item_of(R"("rule":{"index":0,"toolComponent":{"index":0}})").category == "e");
  CHECK(item_of(R"("ruleId":"e")").severity == Severity::critical);
  CHECK(item_of(R"("ruleId":"s/part")").severity == Severity::critical);
  CHECK(item_of(R"("ruleId":"s/part")").category == "s/part");
  CHECK(item_of(R"("ruleId":"s","ruleIndex":0)").severity == Severity::critical);
  const auto unknown = read(Format::sarif, log_of(result(R"("ruleIndex":7,"message":{"text":"m"})")));
  CHECK(unknown.items.empty());
  CHECK(unknown.first_bad.front().reason == "rule 7 is not in its run");
}

TEST_CASE("sarif: the title is the text, the rule's message with its arguments, the rule's summary") {
  const auto title = [](std::string_view message) {
    return read_one(Format::sarif, log_of(result(fmt::format(R"("ruleId":"s","message":{})", message))))
        .title;
  };
  CHECK(title(R"({"text":" a\n\tb\u0000  c "})") == "a b c");
  CHECK(title(R"({"id":"m","arguments":["f","g"]})") == "call f in g{9}");
  CHECK(title(R"({})") == "the summary");
  CHECK(title(fmt::format(R"({{"text":"{}"}})", std::string(600, 'x'))) == std::string(497, 'x') + "...");
  const auto none = read(Format::sarif, log_of(result(R"("ruleId":"r")")));
  CHECK(none.first_bad.front().reason == "no message");
}

TEST_CASE("sarif: files come from URIs, bases and artifacts") {
  CHECK(files_of(R"("uri":"./x//a.c")") == Texts{"x/a.c"});
  CHECK(files_of(R"("uri":"file:///work/repo/x/a%20b.c")") == Texts{"x/a b.c"});
  CHECK(files_of(R"("index":0)") == Texts{"art.c"});
  CHECK(files_of(R"("uri":"a.c","uriBaseId":"X")") == Texts{"a.c"});
  const std::string_view bases =
      R"(,"originalUriBaseIds":{"X":{"uri":"sub","uriBaseId":"Y"},"Y":{"uri":"file:///work/repo/top/"},)"
      R"("SRCROOT":{"uri":"file:///ci/build/"},"INC":{"uri":"file:///usr/include/"},"L":{"uri":"l/","uriBaseId":"L"}})";
  CHECK(files_of(R"("uri":"a.c","uriBaseId":"X")", bases) == Texts{"top/sub/a.c"});
  CHECK(files_of(R"("uri":"a.c","uriBaseId":"SRCROOT")", bases) == Texts{"a.c"});
  CHECK(files_of(R"("uri":"a.c","uriBaseId":"INC")", bases)
            .front()
            .ends_with(": path outside the repository: '/usr/include/a.c'"));
  CHECK(files_of(R"("uri":"a.c","uriBaseId":"L")", bases).size() == 1);
  CHECK(files_of(R"("index":5)").front().ends_with(": a location that names no file"));
  CHECK(files_of(R"("uri":"https://x/a.c")").front().find("path outside the repository") !=
        std::string::npos);
}

TEST_CASE("sarif: suppressed, absent and passed results are skipped") {
  for (const std::string_view members :
       {R"("suppressions":[{"kind":"external","status":"accepted"}])", R"("baselineState":"absent")",
        R"("kind":"pass")", R"("kind":"notApplicable")"}) {
    const auto imported = read(Format::sarif, log_of(result(members)));
    CHECK(imported.skipped == 1);
    CHECK(imported.records == 1);
  }
  CHECK(item_of(R"("suppressions":[{"kind":"external","status":"rejected"}])").title == "m");
  CHECK(item_of(R"("suppressions":[])").title == "m");
  CHECK(item_of(R"("baselineState":"unchanged")").title == "m");
}

TEST_CASE("sarif: rules, artifacts and bases may stand before the results or behind them") {
  const auto behind =
      read(Format::sarif, log_of(result(R"("ruleIndex":1,"message":{"text":"m"})", R"("index":0)")));
  const std::string first =
      R"({"runs":[{"results":[)" + result(R"("ruleIndex":0,"message":{"text":"m"})", R"("index":0)") +
      R"(],"artifacts":[{"location":{"uri":"art.c"}}],"tool":{"driver":{"rules":[{"id":"s",)"
      R"("properties":{"security-severity":"7.0"}}]}}}]})";
  CHECK(read(Format::sarif, first).items == behind.items);
  const auto last =
      read_one(Format::sarif, R"({"runs":[{"results":[)" + result(R"("ruleId":"s","message":{"text":"m"})") +
                                  R"(],"tool":{"driver":{"rules":[{"id":"s",)"
                                  R"("properties":{"security-severity":"7.0"}}]}}}]})");
  CHECK(last.severity == Severity::critical);
  const auto artifacts_last =
      read_one(Format::sarif, R"({"runs":[{"tool":{},"originalUriBaseIds":{},"results":[)" +
                                  result(R"("ruleId":"s","message":{"text":"m"})", R"("index":0)") +
                                  R"(],"artifacts":[{"location":{"uri":"art.c"}}]}]})");
  CHECK(artifacts_last.files == std::vector<RepoPath>{RepoPath("art.c")});
}

TEST_CASE("sarif: an unreadable rule keeps its place, so that those behind it keep their index") {
  const auto imported =
      read(Format::sarif, R"({"runs":[{"tool":{"driver":{"rules":[{"id":tru},{"id":"s"}]}},"results":[)" +
                              result(R"("ruleIndex":1,"message":{"text":"m"})") + "]}]}");
  REQUIRE(imported.items.size() == 1);
  CHECK(imported.items[0].category == "s");
  CHECK(bad_of(imported) == Texts{"byte 37: not JSON"});
}

TEST_CASE("sarif: a document without runs is bad, one with an empty list is not") {
  CHECK(bad_of(read(Format::sarif, "{}")) == Texts{"byte 0: no 'runs' in the document"});
  CHECK(bad_of(read(Format::sarif, R"({"runs":7})")) == Texts{"byte 8: expected a list here"});
  CHECK(read(Format::sarif, R"({"runs":[]})").complete);
  CHECK(read(Format::sarif, R"({"runs":[{"results":null}]})").complete);
}
