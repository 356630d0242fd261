#include "core/companions.h"

#include <algorithm>
#include <random>

#include "support/catch.h"

namespace par::core {
namespace {

using Names = std::vector<std::string>;

std::vector<RepoPath> paths_of(const Names& names) {
  std::vector<RepoPath> paths;
  for (const auto& name : names) paths.emplace_back(name);
  return paths;
}

Item item(const std::string& id, const Names& files) {
  Item item;
  item.id = ItemId(id);
  item.files = paths_of(files);
  return item;
}

std::vector<ChangeSet> history_of(const std::vector<Names>& commits) {
  std::vector<ChangeSet> history;
  for (const auto& commit : commits) history.push_back(paths_of(commit));
  return history;
}

// "path by support/changes" of each prediction.
Names predicted(const std::vector<Prediction>& predictions) {
  Names texts;
  for (const auto& p : predictions) {
    texts.push_back(p.item.str() + ": " + p.path.str() + " " + std::string(name_of(p.by)));
    if (p.changes > 0) texts.back() += " " + std::to_string(p.support) + "/" + std::to_string(p.changes);
  }
  return texts;
}

Names predict(const Names& files, const std::vector<Names>& commits, const Names& paths,
              Folding folding = {}) {
  return predicted(predict_companions({item("i", files)}, history_of(commits), paths_of(paths), folding));
}

TEST_CASE("companions: what changed together often enough, and in enough of the commits") {
  const Names paths{"a", "b", "c", "d"};
  const std::vector<Names> commits{{"a", "b"}, {"a", "b", "c"}, {"b", "a"}, {"a", "c"}, {"a"}, {"d", "b"}};
  CHECK(predict({"a"}, commits, paths) == Names{"i: b history 3/5"});
  CHECK(predict({"b"}, commits, paths) == Names{"i: a history 3/4"});
  CHECK(predict({"a", "b"}, commits, paths).empty());
  CHECK(predict({"d"}, commits, paths).empty());
  CHECK(predict({"new"}, commits, paths).empty());
}

TEST_CASE("companions: exactly at the limits counts, below does not") {
  std::vector<Names> commits(3, {"a", "b"});
  CHECK(predict({"a"}, {commits.begin(), commits.begin() + 2}, {"a", "b"}).empty());
  CHECK(predict({"a"}, commits, {"a", "b"}).size() == 1);
  commits.resize(6, {"a"});
  CHECK(predict({"a"}, commits, {"a", "b"}) == Names{"i: b history 3/6"});
  commits.push_back({"a"});
  CHECK(predict({"a"}, commits, {"a", "b"}).empty());
}

TEST_CASE("companions: commits that changed very many files say nothing") {
  Names many;
  for (int i = 0; i < 29; ++i) many.push_back("f" + std::to_string(i));
  many.push_back("a");
  CHECK(predict({"a"}, std::vector<Names>(3, many), many).size() == 3);  // the most of one file
  many.push_back("one too many");
  CHECK(predict({"a"}, std::vector<Names>(3, many), many).empty());
}

TEST_CASE("companions: files that are gone are not predicted, nor those below a directory of the item") {
  const std::vector<Names> commits(3, {"a", "gone", "dir/x"});
  CHECK(predict({"a", "dir"}, commits, {"a", "dir/x"}).empty());
  CHECK(predict({"a"}, commits, {"a", "dir/x"}) == Names{"i: dir/x history 3/3"});
}

TEST_CASE("companions: the most confident first, then the more often seen, then by path; at most five") {
  std::vector<Names> commits(4, {"a", "c"});
  commits.insert(commits.end(), 2, {"a", "b", "c"});
  commits.insert(commits.end(), 3, {"x", "z", "y"});
  commits.insert(commits.end(), 2, {"a", "b"});
  CHECK(predict({"a", "x"}, commits, {"a", "b", "c", "x", "y", "z"}) ==
        Names{"i: y history 3/3", "i: z history 3/3", "i: c history 6/8", "i: b history 4/8"});
  std::vector<Names> more;
  for (const std::string file : {"a", "x"})
    more.insert(more.end(), 3, {file, file + "1", file + "2", file + "3", file + "4"});
  CHECK(predict({"a", "x"}, more, {"a", "a1", "a2", "a3", "a4", "x", "x1", "x2", "x3", "x4"}) ==
        Names{"i: a1 history 3/3", "i: a2 history 3/3", "i: a3 history 3/3", "i: x1 history 3/3",
              "i: x2 history 3/3"});
}

TEST_CASE("companions: headers and tests by their names") {
  const Names paths{"src/x.cc", "src/x.h",  "lib/x.h",        "tests/unit/x_test.cc", "test/test_x.py",
                    "src/x.py", "web/a.ts", "web/a.test.tsx", "j/Foo.java",           "t/FooTest.java"};
  CHECK(predict({"src/x.cc"}, {}, paths) == Names{"i: src/x.h header", "i: tests/unit/x_test.cc test"});
  CHECK(predict({"src/x.h"}, {}, paths) == Names{"i: src/x.cc header", "i: tests/unit/x_test.cc test"});
  CHECK(predict({"src/x.py"}, {}, paths) == Names{"i: test/test_x.py test"});
  CHECK(predict({"web/a.ts"}, {}, paths) == Names{"i: web/a.test.tsx test"});
  CHECK(predict({"j/Foo.java"}, {}, paths) == Names{"i: t/FooTest.java test"});
  CHECK(predict({"tests/unit/x_test.cc"}, {}, paths).empty());
  CHECK(predict({"test_.c"}, {}, {"test_.c", "_test.c", ".c"}).empty());
}

TEST_CASE("companions: a test belongs to the nearest files of its name") {
  const Names paths{"a/src/x.c", "a/tests/x_test.c", "b/src/x.c", "b/tests/x_test.c", "x.c"};
  CHECK(predict({"a/src/x.c"}, {}, paths) == Names{"i: a/tests/x_test.c test"});
  CHECK(predict({"b/src/x.c"}, {}, paths) == Names{"i: b/tests/x_test.c test"});
  CHECK(predict({"x.c"}, {}, paths) == Names{"i: a/tests/x_test.c test", "i: b/tests/x_test.c test"});
  Names many{"x_test.c"};
  for (int i = 0; i < 64; ++i) many.push_back("d" + std::to_string(i) + "/x.c");
  CHECK(predict({"d0/x.c"}, {}, many).empty());
  many.pop_back();
  CHECK(predict({"d0/x.c"}, {}, many) == Names{"i: x_test.c test"});
}

TEST_CASE("companions: what history knows is not said again by name") {
  CHECK(predict({"x.c"}, std::vector<Names>(4, {"x.c", "x.h"}), {"x.c", "x.h"}) ==
        Names{"i: x.h history 4/4"});
}

TEST_CASE("companions: names of one file fold to it") {
  const std::vector<Names> commits(3, {"SRC/A", "b"});
  CHECK(predict({"src/a"}, commits, {"Src/a", "B"}).empty());
  CHECK(predict({"src/a"}, commits, {"Src/a", "B"}, {true, false}) == Names{"i: B history 3/3"});
  // Twins of one commit are one change of one file.
  const std::vector<Names> twins(2, {"SRC/A", "src/a", "b"});
  CHECK(predict({"src/a"}, twins, {"Src/a", "B"}, {true, false}).empty());
}

TEST_CASE("companions: what lies below a directory of the item is its own, however that is written") {
  const std::vector<Names> commits(3, {"a", "Dir/x"});
  CHECK(predict({"a", "DIR"}, commits, {"a", "Dir/x"}) == Names{"i: Dir/x history 3/3"});
  CHECK(predict({"a", "DIR"}, commits, {"a", "Dir/x"}, {true, false}).empty());
}

TEST_CASE("companions: the order of items, commits and paths does not matter") {
  std::mt19937 random(7);
  const auto pick = [&](std::size_t n) { return random() % n; };
  Names paths;
  for (int i = 0; i < 12; ++i) paths.push_back("f" + std::to_string(i) + (i % 2 == 0 ? ".c" : ".h"));
  std::vector<Names> commits;
  for (int i = 0; i < 60; ++i) {
    Names commit;
    for (std::size_t n = 1 + pick(4); n > 0; --n) commit.push_back(paths[pick(6)]);
    commits.push_back(commit);
  }
  std::vector<Item> items;
  for (int i = 0; i < 8; ++i)
    items.push_back(item("i" + std::to_string(i), {paths[pick(12)], paths[pick(12)]}));
  const auto first = predict_companions(items, history_of(commits), paths_of(paths), {});
  REQUIRE_FALSE(first.empty());
  for (int round = 0; round < 20; ++round) {
    std::shuffle(items.begin(), items.end(), random);
    std::shuffle(commits.begin(), commits.end(), random);
    std::shuffle(paths.begin(), paths.end(), random);
    for (auto& item : items) std::reverse(item.files.begin(), item.files.end());
    CHECK(predict_companions(items, history_of(commits), paths_of(paths), {}) == first);
  }
}

}  // namespace
}  // namespace par::core
