#include "base/json_writer.h"
#include "import_support.h"
#include "support/catch.h"

using namespace par;
using namespace par::test;
using core::Severity;
using import::Format;
using Texts = std::vector<std::string>;

namespace {

// As an agent's items file has it, and with the members that file leaves out.
std::string line_of(const core::Item& item) {
  JsonWriter json;
  json.begin_object().member("id", item.id.str()).member("title", item.title);
  json.member("severity", name_of(item.severity)).member("category", item.category);
  json.list("files", item.files).list("after", item.after);
  json.member("estimate", item.estimate).member("agent", item.agent.str()).end_object();
  return json.text() + "\n";
}

std::vector<core::Item> some_items() {
  core::Item first{ItemId("SEC-1"),
                   "a \"title\"\nof two lines \\ \xc3\xa9",
                   {RepoPath("src/a.c"), RepoPath("b c/\xc3\xa9.c")},
                   Severity::blocker,
                   "auth",
                   1200,
                   {ItemId("x.y_z")},
                   AgentName("security")};
  core::Item second{ItemId("2"), "", {}, Severity::info, "", 0, {}, AgentName()};
  return {first, second};
}

}  // namespace

TEST_CASE("jsonl: items read back as they were written") {
  std::string text;
  for (const auto& item : some_items()) text += line_of(item);
  const auto imported = read(Format::jsonl, text);
  CHECK(imported.items == some_items());
  CHECK(imported.bad == 0);
}

TEST_CASE("jsonl: the example gives its items, its duplicate and its bad record") {
  const auto imported = read(Format::jsonl, example(Format::jsonl));
  REQUIRE(imported.items.size() == 2);
  CHECK(imported.items[0].estimate == 1200);
  CHECK(imported.items[0].after == std::vector<ItemId>{ItemId("SEC-0")});
  CHECK(imported.items[0].agent == AgentName("security"));
  CHECK(imported.items[1].files == std::vector<RepoPath>{RepoPath("src/a.cc")});
  CHECK(imported.items[1].severity == Severity::major);
  CHECK(imported.duplicates == 1);
  CHECK(imported.records == 4);
  CHECK(bad_of(imported) == Texts{"line 5: path outside the repository: '../x'"});
}

TEST_CASE("jsonl: what a line gets wrong is said with its number") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"{", "not JSON"},
      {"[]", "not an object"},
      {"null", "not an object"},
      {R"({"title":7.5})", "'title' has the wrong type"},
      {R"({"title":"t","files":[1]})", "'files' has the wrong type"},
      {R"({"title":"t","files":{}})", "'files' has the wrong type"},
      {R"({"title":"t","severity":"bad"})", "'bad' is not a severity"},
      {R"({"title":"t","estimate":"soon"})", "'soon' is not a duration"},
      {R"({"title":"t","estimate":-1})", "'estimate' has the wrong type"},
      {R"({"title":"t","agent":"A B"})", "'A B' is not the name of an agent"},
      {R"({"title":"t","after":[""]})", "'after' holds an empty id"},
      {R"({"category":"c"})", "neither an id nor a title"},
      {"{\"title\":\"\xff\"}", "not UTF-8"},
      {R"({"title":"a\u0000b"})", "a NUL byte"},
      {std::string("{\"title\":\"a\0b\"}", 14), "not JSON"},
      {R"({"title":"t","files":[""]})", "path outside the repository: ''"}};
  for (const auto& [line, reason] : cases) {
    CAPTURE(line);
    const auto imported = read(Format::jsonl, "{\"id\":\"ok\"}\r\n\r\n" + line + "\r\n{\"id\":\"ok2\"}");
    CHECK(bad_of(imported) == Texts{"line 3: " + reason});
    CHECK(ids_of(imported) == Texts{"ok", "ok2"});
  }
}

TEST_CASE("jsonl: unknown members and nulls are left alone, numbers may stand for texts") {
  const auto item =
      read_one(Format::jsonl, R"({"id":12,"title":null,"x":{"id":[]},"estimate":90,"severity":"HIGH"})");
  CHECK(item.id == ItemId("12"));
  CHECK(item.estimate == 90);
  CHECK(item.severity == Severity::critical);
}

TEST_CASE("csv: the example gives its items, quotes and several files included") {
  const auto imported = read(Format::csv, example(Format::csv));
  REQUIRE(imported.items.size() == 3);
  CHECK(imported.items[0].title == "check, \"then\"\nuse");
  CHECK(imported.items[0].files == std::vector<RepoPath>{RepoPath("src/login.cc"), RepoPath("src/token.cc")});
  CHECK(imported.items[0].severity == Severity::critical);
  CHECK(imported.items[2].estimate == 3600);
  CHECK(bad_of(imported) == Texts{"line 5: path outside the repository: '/etc/passwd'"});
}

TEST_CASE("csv: a bad record is said with the number of its first line") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"a", "1 fields where the header has 2"},
      {"a,b,c", "3 fields where the header has 2"},
      {"a,\"b\"c", "text behind a closing quote"},
      {"\"x\ny\",", "neither an id nor a title"},
      {"a,\xff", "not UTF-8"},
      {"a," + std::string("\0", 1), "a NUL byte"}};
  for (const auto& [row, reason] : cases) {
    CAPTURE(row);
    // The columns of the fourth case hold neither an id nor a title.
    const std::string header = reason.starts_with("neither") ? "category,id" : "id,title";
    const auto imported = read(Format::csv, header + "\n\nok,1\n" + row + "\nok2,2\n");
    CHECK(bad_of(imported) == Texts{"line 4: " + reason});
    CHECK(imported.items.size() == 2);
  }
  CHECK(bad_of(read(Format::csv, "id,title\na,\"b\nc,d\n")) == Texts{"line 2: a quote is not closed"});
  CHECK(bad_of(read(Format::csv, "name,files\na,b\n")) ==
        Texts{"line 1: no column is named 'id' or 'title'"});
}

TEST_CASE("csv: columns come in any order and case, and a quote inside a plain field is text") {
  const auto item = read_one(Format::csv, " Files , TITLE,unknown\na.c;; b.c ,5\" disk,\n");
  CHECK(item.files == std::vector<RepoPath>{RepoPath("a.c"), RepoPath("b.c")});
  CHECK(item.title == "5\" disk");
}
