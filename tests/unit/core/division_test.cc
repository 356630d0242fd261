#include "core/division.h"

#include <algorithm>
#include <random>
#include <set>

#include "core/components.h"
#include "support/catch.h"

namespace par::core {
namespace {

using Names = std::vector<std::string>;

Item item(const std::string& id, const Names& files, Seconds estimate = 0) {
  Item item;
  item.id = ItemId(id);
  for (const auto& file : files) item.files.emplace_back(file);
  item.estimate = estimate;
  return item;
}

DivisionRequest into(std::size_t count, By by = By::automatic) {
  DivisionRequest request;
  request.by = by;
  request.count = count;
  return request;
}

// "1:a b"
Names shown(const std::vector<Item>& items, const Division& division) {
  Names texts;
  for (const auto& member : division.members) {
    std::string text = member.suffix + ":";
    for (const auto i : member.items) text += " " + items[i].id.str();
    texts.push_back(text);
  }
  return texts;
}

Names divided(const std::vector<Item>& items, const DivisionRequest& request) {
  return shown(items, divide(items, request));
}

// Many items over files of directories, as findings are.
std::vector<Item> random_items(unsigned seed, int count, int directories) {
  std::mt19937 random(seed);
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  std::vector<Item> items;
  for (int i = 0; i < count; ++i) {
    const std::string directory = "d" + std::to_string(below(directories)) + "/f";
    Names files;
    for (int n = below(3); n >= 0; --n) files.push_back(directory + std::to_string(below(6)));
    items.push_back(item("i" + std::to_string(1000 + i), files, below(50)));
  }
  return items;
}

}  // namespace

TEST_CASE("components: items that share a file, or through others, are one") {
  const std::vector<Item> items{item("a", {"x"}), item("b", {"x", "y"}), item("c", {"z"}), item("d", {"y"}),
                                item("e", {})};
  const auto components = find_components(Footprints(items), std::vector<bool>(3), {});
  CHECK(components.of_item == std::vector<std::uint32_t>{0, 0, 1, 0, 2});
  CHECK(components.count == 3);
}

TEST_CASE("components: a file and the directory it lies in are one, however far up") {
  const std::vector<Item> items{item("a", {"src/lib/deep/x"}), item("b", {"src/lib"}),
                                item("c", {"src/libx"}), item("d", {"src2/lib"})};
  const auto components = find_components(Footprints(items), std::vector<bool>(4), {});
  CHECK(components.of_item == std::vector<std::uint32_t>{0, 0, 1, 2});
}

TEST_CASE("components: a file that is ignored joins nothing, a link joins all the same") {
  const std::vector<Item> items{item("a", {"x"}), item("b", {"x"}), item("c", {"x"})};
  CHECK(find_components(Footprints(items), {true}, {}).count == 3);
  CHECK(find_components(Footprints(items), {true}, {{0, 2}}).of_item == std::vector<std::uint32_t>{0, 1, 0});
}

TEST_CASE("footprints: paths with one key are one file, and a file counts once for an item") {
  const std::vector<Item> items{item("a", {"Foo/x", "foo/x"}), item("b", {"FOO/x/y"})};
  const Footprints exact(items);
  CHECK(exact.file_count() == 3);
  const Footprints folded(items, {true, false});
  CHECK(folded.file_count() == 2);
  CHECK(folded.files_of(0).size() == 1);
  CHECK(folded.path(0) == "Foo/x");
  CHECK(folded.directory_of(1) == 0);
  CHECK(exact.directory_of(2) == kNoFile);
}

TEST_CASE("hot files: those that hold too much together are named, the most used first") {
  std::vector<Item> items;
  for (int i = 0; i < 8; ++i) {
    Names files{"f" + std::to_string(i), "CHANGELOG"};
    if (i % 2 == 0) files.emplace_back("lock");
    items.push_back(item("i" + std::to_string(i), files));
  }
  const Footprints footprints(items);
  const std::vector<std::int64_t> weights(8, 1);
  Names hot;
  for (const auto file : find_hot_files(footprints, weights, 3)) hot.emplace_back(footprints.path(file));
  CHECK(hot == Names{"CHANGELOG", "lock"});
  CHECK(find_hot_files(footprints, weights, 8).empty());
}

TEST_CASE("division: items that share a file stay together") {
  const std::vector<Item> items{item("a", {"x"}, 5), item("b", {"y"}, 5), item("c", {"x", "z"}, 1),
                                item("d", {"w"}, 2)};
  CHECK(divided(items, into(2)) == Names{"1: a c", "2: b d"});
  CHECK(divided(items, into(9)) == Names{"1: a c", "2: b", "3: d"});
  CHECK(divided(items, into(1)) == Names{"1: a b c d"});
}

TEST_CASE("division: items that come after one another stay together") {
  std::vector<Item> items{item("a", {"x"}), item("b", {"y"}), item("c", {"z"})};
  items[2].after = {ItemId("a"), ItemId("elsewhere")};
  CHECK(divided(items, into(2)) == Names{"1: a c", "2: b"});
}

TEST_CASE("division: by severity and category the members are called so where there is one each") {
  std::vector<Item> items{item("a", {"x"}), item("b", {"x"}), item("c", {"y"}), item("d", {"z"})};
  items[0].severity = Severity::minor;
  items[3].severity = Severity::blocker;
  items[1].category = "style";
  CHECK(divided(items, into(3, By::severity)) == Names{"blocker: d", "major: b c", "minor: a"});
  CHECK(divided(items, into(2, By::category)) == Names{": a c d", "style: b"});
}

TEST_CASE("division: by severity what comes after one another has the most severe's") {
  std::vector<Item> items{item("a", {"x"}), item("b", {"y"}), item("c", {"z"})};
  items[0].severity = Severity::info;
  items[0].after = {ItemId("b")};
  items[1].severity = Severity::critical;
  CHECK(divided(items, into(3, By::severity)) == Names{"critical: a b", "major: c"});
}

TEST_CASE("division: by directory each member has a range of the paths, by files they take turns") {
  const std::vector<Item> items{item("a", {"k/1"}), item("b", {"b/1"}), item("c", {"b/2"}),
                                item("d", {"k/2"}), item("e", {"b/1"})};
  CHECK(divided(items, into(2, By::directory)) == Names{"1: b c e", "2: a d"});
  CHECK(divided(items, into(2, By::files)) == Names{"1: a b e", "2: c d"});
}

TEST_CASE("division: by owner all of one owner goes to one member") {
  auto request = into(2, By::owner);
  request.owner_of = [](std::string_view path) { return path.starts_with("b") ? "@ben" : "@kim"; };
  const std::vector<Item> items{item("a", {"k/1"}), item("b", {"b/1"}), item("c", {"b/2"}),
                                item("d", {"k/2"})};
  CHECK(divided(items, request) == Names{"@ben: b c", "@kim: a d"});
}

TEST_CASE("division: what touches a shared file goes to one member, and the rest splits") {
  const std::vector<Item> items{
      item("i0", {"x"}),         item("i1", {"y"}), item("i2", {"lock", "a"}), item("i3", {"a"}),
      item("i4", {"lock", "b"}), item("i5", {"b"}), item("i6", {"lock", "c"}), item("i7", {"c"})};
  auto request = into(2);
  const auto tied = divide(items, request);
  CHECK(tied.hot == std::vector{RepoPath("lock")});
  CHECK(tied.knot.items == 6);
  CHECK(tied.knot.of == 8);
  CHECK(tied.knot.left == 4);
  request.is_shared = [](std::string_view path) { return path == "lock"; };
  CHECK(divided(items, request) == Names{"1: i0 i3 i7", "2: i1 i5", "shared: i2 i4 i6"});
  CHECK(divide(items, request).hot.empty());
  CHECK(divide(items, request).knot.items == 0);
}

TEST_CASE("division: a file is not offered as shared where that would part nothing") {
  const std::vector<Item> items{item("a", {"x"}), item("b", {"x", "y"}), item("c", {"x"}), item("d", {"x"})};
  const auto division = divide(items, into(2));
  CHECK(division.hot.empty());
  CHECK(division.knot.items == 4);
  CHECK(division.knot.left == 0);
}

TEST_CASE(
    "division: who comes before or after a shared file's item goes with it, so nobody waits for himself") {
  const auto after = [](Item item, const char* first) {
    item.after = {ItemId(first)};
    return item;
  };
  const std::vector<Item> items{item("a", {"x"}), after(item("b", {"lock"}), "a"), item("c", {"lock"}),
                                after(item("d", {"x"}), "c"), item("e", {"y"})};
  auto request = into(2);
  request.is_shared = [](std::string_view path) { return path == "lock"; };
  CHECK(divided(items, request) == Names{"1: e", "shared: a b c d"});
}

TEST_CASE("division: nothing is lost or doubled, and members of components are disjoint and balanced") {
  const auto seed = GENERATE(range(0U, 40U));
  const auto items = random_items(seed, 120, 25);
  const auto by = GENERATE(By::automatic, By::directory, By::files, By::severity, By::category);
  const std::size_t count = 2 + seed % 5;
  const auto division = divide(items, into(count, by));
  CHECK(division.members.size() <= count);
  std::multiset<ItemIndex> all;
  std::vector<std::set<std::string>> files;
  std::vector<Seconds> loads;
  const auto weights = item_weights(items);
  Seconds total = 0;
  for (const auto& member : division.members) {
    files.emplace_back();
    loads.push_back(0);
    for (const auto i : member.items) {
      all.insert(i);
      loads.back() += weights[i];
      total += weights[i];
      for (const auto& file : items[i].files) files.back().insert(file.str());
    }
  }
  CHECK(all.size() == items.size());
  CHECK(std::set(all.begin(), all.end()).size() == items.size());
  if (by == By::severity || by == By::category) return;
  std::set<std::string> together;
  std::size_t sum = 0;
  for (const auto& own : files) {
    together.insert(own.begin(), own.end());
    sum += own.size();
  }
  CHECK(together.size() == sum);
  if (by != By::automatic) return;
  // Graham's bound, against what no arrangement can be better than.
  Footprints footprints(items);
  DisjointSets sets(weights);
  const auto components = find_components(footprints, std::vector<bool>(footprints.file_count()), {});
  std::vector<Seconds> component_weight(components.count);
  for (ItemIndex i = 0; i < items.size(); ++i) component_weight[components.of_item[i]] += weights[i];
  const auto heaviest = *std::max_element(component_weight.begin(), component_weight.end());
  const double bound =
      std::max(static_cast<double>(total) / static_cast<double>(count), static_cast<double>(heaviest));
  CHECK(static_cast<double>(*std::max_element(loads.begin(), loads.end())) <= bound * 4 / 3);
}

TEST_CASE("division: does not depend on the order in which an item names its files") {
  auto items = random_items(7, 200, 30);
  const auto before = divided(items, into(4));
  for (auto& one : items) std::reverse(one.files.begin(), one.files.end());
  CHECK(divided(items, into(4)) == before);
}

TEST_CASE("division: without any estimate every item weighs the same, otherwise the unknown the mean") {
  CHECK(item_weights({item("a", {}), item("b", {})}) == std::vector<Seconds>{1, 1});
  CHECK(item_weights({item("a", {}, 10), item("b", {}), item("c", {}, 20)}) ==
        std::vector<Seconds>{10, 15, 20});
}

}  // namespace par::core
