#include "import/identity.h"

#include <fmt/format.h>

#include <set>

#include "import_support.h"
#include "support/catch.h"

using namespace par;
using namespace par::test;
using import::Format;
using Texts = std::vector<std::string>;

namespace {

std::string warning(std::string_view place, std::string_view message) {
  return fmt::format("{}: warning: {}\n", place, message);
}

Texts ids(const std::string& log) { return ids_of(read(Format::compiler, log)); }

Texts sarif_ids(const std::vector<std::string>& members) {
  std::string results;
  for (const auto& some : members)
    results +=
        (results.empty() ? "" : ",") +
        (R"({"ruleId":"r","locations":[{"physicalLocation":{"artifactLocation":{"uri":"a.c"},)" + some + "}");
  return ids_of(read(Format::sarif, R"({"runs":[{"tool":{},"results":[)" + results + "]}]}"));
}

// The rest of a result behind its artifact.
std::string at(int column, std::string_view text, std::string_view fingerprints) {
  return fmt::format(R"("region":{{"startLine":3,"startColumn":{}}}}}}}],"message":{{"text":"{}"}},{})",
                     column, text, fingerprints);
}

}  // namespace

TEST_CASE("item ids: a valid one stays, another is made into one that is") {
  const std::string longest(64, 'a');
  for (const std::string& id : {std::string("SEC-1"), std::string("a.b_c"), longest})
    CHECK(import::item_id_from(id) == ItemId(id));
  for (const std::string& id :
       {std::string("SEC 1/2"), longest + "a", std::string("\xc3\xa9"), std::string("a\nb")}) {
    CHECK(import::is_valid_item_id(import::item_id_from(id).str()));
    CHECK(import::item_id_from(id) == import::item_id_from(std::string(id)));
  }
  CHECK(import::item_id_from("SEC 1/2").str().starts_with("sec-1-2-"));
  CHECK(import::item_id_from("SEC 1/2") != import::item_id_from("SEC 1_2 "));
}

TEST_CASE("item ids: they are made of the category and stay what they are in every later version") {
  CHECK(ids(warning("src/a.c:3:7", "unused variable 'x' [-Wunused-variable]")) ==
        Texts{"wunused-variable-ckyl6tcxymh5tb4v"});
  CHECK(ids(warning("a.c:1:1", "m")).front().starts_with("item-"));
}

TEST_CASE("item ids: an item that comes after another names it by the id it has got") {
  const auto imported = read(Format::jsonl, "{\"id\":\"a b\"}\n{\"id\":\"c\",\"after\":[\"a b\"]}\n");
  REQUIRE(imported.items.size() == 2);
  CHECK(imported.items[1].after == std::vector<ItemId>{imported.items[0].id});
}

TEST_CASE("item ids: a finding keeps its id when lines shift and others come and go") {
  const auto id = ids(warning("a.c:10:3", "unused 'x', declared at line 8")).front();
  CHECK(ids(warning("a.c:90:5", "unused  'x', declared at line 88")).front() == id);
  CHECK(ids(warning("b.c:1:1", "other") + warning("a.c:10:3", "unused 'x', declared at line 8"))[1] == id);
  CHECK(ids(warning("b.c:10:3", "unused 'x', declared at line 8")).front() != id);
  CHECK(ids(warning("a.c:10:3", "unused 'y', declared at line 8")).front() != id);
  CHECK(ids(warning("a.c:10:3", "unused 'x1'")) != ids(warning("a.c:10:3", "unused 'x2'")));
}

TEST_CASE(
    "item ids: the same finding at the same place is a duplicate, elsewhere in the file a further one") {
  const auto log = warning("a.c:1:1", "m") + warning("a.c:5:1", "m") + warning("a.c:1:1", "m") +
                   warning("a.c:5:1", "m") + warning("a.c:9:1", "m");
  const auto imported = read(Format::compiler, log);
  const auto all = ids_of(imported);
  CHECK(std::set<std::string>(all.begin(), all.end()).size() == 3);
  CHECK(imported.items.size() == 3);
  CHECK(imported.duplicates == 2);
  const auto fewer = ids(warning("a.c:2:1", "m") + warning("a.c:6:1", "m"));
  CHECK(fewer == Texts{imported.items[0].id.str(), imported.items[1].id.str()});
}

TEST_CASE("item ids: many findings differ, and each is known again") {
  std::string log;
  for (int i = 0; i < 3000; ++i) log += warning("a.c:1:1", fmt::format("message {}", i));
  const auto once = read(Format::compiler, log);
  const auto all = ids_of(once);
  CHECK(std::set<std::string>(all.begin(), all.end()).size() == 3000);
  const auto twice = read(Format::compiler, log + log);
  CHECK(twice.items == once.items);
  CHECK(twice.duplicates == 3000);
}

TEST_CASE(
    "item ids: decisive fingerprints make one item, partial ones count with the message and the place") {
  const std::string full = R"("fingerprints":{"v1":"abc"})";
  CHECK(sarif_ids({at(1, "m", full), at(2, "n", full)}).size() == 1);
  CHECK(sarif_ids({at(1, "m", full)}) == sarif_ids({at(9, "changed", full)}));
  const std::string partial =
      R"("partialFingerprints":{"primaryLocationLineHash":"abc:1","primaryLocationStartColumnFingerprint":"4"})";
  const std::string moved =
      R"("partialFingerprints":{"primaryLocationLineHash":"abc:1","primaryLocationStartColumnFingerprint":"9"})";
  CHECK(sarif_ids({at(1, "m", partial), at(2, "m", partial), at(2, "n", partial)}).size() == 3);
  CHECK(sarif_ids({at(1, "m", partial)}) == sarif_ids({at(5, "m", moved)}));
  CHECK(sarif_ids({at(1, "m", partial)}) !=
        sarif_ids({at(1, "m", R"("partialFingerprints":{"primaryLocationLineHash":"d:1"})")}));
  const std::string none = R"("fingerprints":{"matchBasedId/v1":"requires login"})";
  CHECK(sarif_ids({at(1, "m", none), at(1, "n", none)}).size() == 2);
}

TEST_CASE("item ids: the text of the line tells findings apart where the format has it") {
  const auto with = [](std::string_view text) {
    return sarif_ids({fmt::format(
        R"("region":{{"startLine":1,"snippet":{{"text":"{}"}}}}}}}}],"message":{{"text":"m"}})", text)});
  };
  CHECK(with("f(x);") == with("  f(x);  "));
  CHECK(with("f(x);") != with("g(x);"));
}

TEST_CASE("item ids: a made id and an equal given one are the same item") {
  const auto made = ids_of(read(Format::jsonl, "{\"title\":\"t\"}\n")).front();
  const auto imported = read(Format::jsonl, "{\"title\":\"t\"}\n{\"id\":\"" + made + "\"}\n");
  CHECK(imported.items.size() == 1);
  CHECK(imported.duplicates == 1);
}
