#include "import/reimport.h"

#include "support/catch.h"

using namespace par;
using import::compare_import;

namespace {

import::Imported with(const std::vector<std::string>& ids){import::Imported imported;
for (const auto& id : ids)
  imported.items.push_back({ItemId(id), id, {}, core::Severity::major, "", 0, {}, AgentName()});
return imported;
}  // namespace

const std::vector<import::KnownItem> kKnown{
    {ItemId("kept"), true}, {ItemId("gone"), true}, {ItemId("back"), false}, {ItemId("over"), false}};

}  // namespace

TEST_CASE("reimport: items are added, kept, reopened or vanished") {
  const auto changes = compare_import(kKnown, with({"new", "back", "kept"}));
  CHECK(changes.added == std::vector<std::size_t>{0});
  CHECK(changes.reopened == std::vector<std::size_t>{1});
  CHECK(changes.kept == std::vector<std::size_t>{2});
  CHECK(changes.vanished == std::vector<ItemId>{ItemId("gone")});
  CHECK(changes.unsure == 0);
}

TEST_CASE("reimport: nothing vanishes in an import that could not be read to its end") {
  auto imported = with({"kept"});
  imported.complete = false;
  CHECK(compare_import(kKnown, imported).vanished.empty());
  CHECK(compare_import(kKnown, imported).kept.size() == 1);
  CHECK(compare_import(kKnown, imported).unsure == 1);
}

TEST_CASE("reimport: a finding is another one when its files or its words are, whatever line they name") {
  auto a = with({"1"}).items.front();
  a.title = "line 3: unused";
  a.files = {RepoPath("a.c")};
  auto b = a;
  b.severity = core::Severity::minor;
  b.title = "line 7:  unused";
  CHECK_FALSE(import::is_another(a, b));
  b.title = "line 7: wrong";
  CHECK(import::is_another(a, b));
  b = a;
  b.files = {RepoPath("b.c")};
  CHECK(import::is_another(a, b));
}

TEST_CASE("reimport: the same import again changes nothing") {
  const auto imported = with({"a", "b"});
  const auto changes = compare_import({{ItemId("a"), true}, {ItemId("b"), true}}, imported);
  CHECK(changes.kept.size() == 2);
  CHECK(changes.added.empty());
  CHECK(changes.vanished.empty());
}
