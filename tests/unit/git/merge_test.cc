#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "base/strings.h"
#include "unit/git/git_test.h"

using namespace par;
using namespace par::test;

namespace {

struct Entry {
  std::string content;
  std::string mode = "100644";

  bool operator==(const Entry&) const = default;
};
using Files = std::map<std::string, Entry>;

std::string fast_import_commit(const std::string& branch, const std::string& parent, const Files& files) {
  std::string text = "commit refs/heads/" + branch + "\ncommitter c <c@example.com> 1 +0000\ndata 0\n";
  if (!parent.empty()) text += "from refs/heads/" + parent + "\n";
  text += "deleteall\n";
  for (const auto& [path, entry] : files) {
    if (entry.mode == "160000")
      text += "M 160000 " + entry.content + " " + quote_path(path) + "\n";
    else
      text += "M " + entry.mode + " inline " + quote_path(path) + "\ndata " +
              std::to_string(entry.content.size()) + "\n" + entry.content + "\n";
  }
  return text + "\n";
}

struct Case {
  const char* name;
  Files base;
  Files ours;
  Files theirs;
};

class Merging {
 public:
  Merging() : repo_(true), objects_(value_of(git::Objects::open(repo_.git_dir()))) {}

  void store(const Case& c) const {
    const std::string stream = fast_import_commit("base", "", c.base) +
                               fast_import_commit("ours", "base", c.ours) +
                               fast_import_commit("theirs", "base", c.theirs);
    const auto finished = value_of(os::run(
        {{"git", "fast-import", "--quiet", "--force"}, repo_.root(), repo_.environment(), stream, false}));
    REQUIRE(finished.exit_code == 0);
  }

  git::TreeMerge merge() {
    const auto trees = split(repo_.git({"rev-parse", "base^{tree}", "ours^{tree}", "theirs^{tree}"}), '\n');
    return value_of(objects_.merge_trees(ObjectId(trees[0]), ObjectId(trees[1]), ObjectId(trees[2])));
  }

  // The same from git itself.
  [[nodiscard]] git::TreeMerge reference() const {
    const auto finished =
        repo_.try_git({"merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", "ours", "theirs"});
    auto records = split_terminated(finished.out, '\0');
    REQUIRE(finished.exit_code <= 1);
    REQUIRE_FALSE(records.empty());
    if (finished.exit_code == 0) return {ObjectId(records.front()), {}};
    std::set<RepoPath> conflicts;
    for (std::size_t i = 1; i < records.size(); ++i) {
      std::string path = replace_all(replace_all(records[i], "~ours", ""), "~theirs", "");
      if (!path.empty()) conflicts.emplace(std::move(path));
    }
    return {ObjectId(), {conflicts.begin(), conflicts.end()}};
  }

  [[nodiscard]] ObjectId tree(const std::string& branch) const {
    return ObjectId(repo_.rev(branch + "^{tree}"));
  }
  [[nodiscard]] const GitRepo& repo() const { return repo_; }
  [[nodiscard]] git::Objects& objects() { return objects_; }

 private:
  GitRepo repo_;
  git::Objects objects_;
};

Files with(Files files, const Files& changes) {
  for (const auto& [path, entry] : changes) files[path] = entry;
  return files;
}

Files without(Files files, std::initializer_list<const char*> paths) {
  for (const char* path : paths) files.erase(path);
  return files;
}

Entry lines(const std::string& first, const std::string& last) {
  return {first + "\n2\n3\n4\n5\n6\n7\n8\n" + last + "\n"};
}

const std::string kCommitA(40, 'a');
const std::string kCommitB(40, 'b');

const Files kBase{{"a", lines("1", "9")},
                  {"dir/b", lines("b", "b")},
                  {"dir/c", lines("c", "c")},
                  {"dir/sub/d", lines("d", "d")},
                  {"link", {"a", "120000"}},
                  {"mod", {kCommitA, "160000"}},
                  {"run", {"#!/bin/sh\n", "100755"}}};

Files renamed_directory() {
  Files files = without(kBase, {"dir/b", "dir/c", "dir/sub/d"});
  files["moved/b"] = kBase.at("dir/b");
  files["moved/c"] = kBase.at("dir/c");
  files["moved/sub/d"] = kBase.at("dir/sub/d");
  return files;
}

std::vector<Case> cases() {
  const Files moved_a = with(without(kBase, {"a"}), {{"z", kBase.at("a")}});
  const Files odd{{"new\nline", {"n"}},    {"quo\"te\\", {"q"}}, {"by\xff\xfete", {"y"}}, {" tab\t", {"t"}},
                  {"dir/\xc3\xbc", {"u"}}, {"-dash", {"d"}},     {":(top)", {"m"}}};
  return {
      {"disjoint edits", kBase, with(kBase, {{"a", {"x"}}}), with(kBase, {{"run", {"y", "100755"}}})},
      {"disjoint edits in one directory", kBase, with(kBase, {{"dir/b", {"x"}}}),
       with(kBase, {{"dir/c", {"y"}}})},
      {"both add to a new directory", kBase, with(kBase, {{"n/m/1", {"x"}}}),
       with(kBase, {{"n/m/2", {"y"}}})},
      {"the same change twice", kBase, with(kBase, {{"a", {"x"}}}),
       with(kBase, {{"a", {"x"}}, {"n", {"y"}}})},
      {"one file, different lines", kBase, with(kBase, {{"a", lines("x", "9")}}),
       with(kBase, {{"a", lines("1", "y")}})},
      {"one file, same lines", kBase, with(kBase, {{"a", lines("x", "9")}}),
       with(kBase, {{"a", lines("y", "9")}})},
      {"rename, modify", kBase, moved_a, with(kBase, {{"a", lines("x", "9")}})},
      {"rename, rename elsewhere", kBase, moved_a, with(without(kBase, {"a"}), {{"y", kBase.at("a")}})},
      {"rename, add at its target", kBase, moved_a, with(kBase, {{"z", {"x"}}})},
      {"rename, unrelated edit", kBase, moved_a, with(kBase, {{"dir/b", {"x"}}})},
      {"directory rename, add in the old one", kBase, renamed_directory(), with(kBase, {{"dir/new", {"x"}}})},
      {"directory rename, unrelated add", kBase, renamed_directory(), with(kBase, {{"new", {"x"}}})},
      {"add in a directory that is only emptied", kBase, without(kBase, {"dir/b", "dir/c", "dir/sub/d"}),
       with(kBase, {{"dir/new", {"x"}}})},
      {"add, add", kBase, with(kBase, {{"n", {"x"}}}), with(kBase, {{"n", {"y"}}})},
      {"add, add of the same", kBase, with(kBase, {{"n", {"x"}}}), with(kBase, {{"n", {"x"}}})},
      {"delete, modify", kBase, without(kBase, {"a"}), with(kBase, {{"a", {"x"}}})},
      {"delete, edit elsewhere", kBase, without(kBase, {"dir/sub/d"}), with(kBase, {{"dir/b", {"x"}}})},
      {"delete, delete", kBase, without(kBase, {"a"}), without(kBase, {"a", "run"})},
      {"mode, content", kBase, with(kBase, {{"a", {kBase.at("a").content, "100755"}}}),
       with(kBase, {{"a", lines("x", "9")}})},
      {"mode, unrelated edit", kBase, with(kBase, {{"a", {kBase.at("a").content, "100755"}}}),
       with(kBase, {{"run", {"x", "100755"}}})},
      {"symlink retargeted, unrelated edit", kBase, with(kBase, {{"link", {"run", "120000"}}}),
       with(kBase, {{"a", {"x"}}})},
      {"symlink retargeted twice", kBase, with(kBase, {{"link", {"run", "120000"}}}),
       with(kBase, {{"link", {"dir", "120000"}}})},
      {"file becomes symlink, edit", kBase, with(kBase, {{"a", {"run", "120000"}}}),
       with(kBase, {{"a", lines("x", "9")}})},
      {"file, directory of the same name", kBase, with(kBase, {{"n", {"x"}}}), with(kBase, {{"n/m", {"y"}}})},
      {"directory becomes file, edit below it", kBase,
       with(without(kBase, {"dir/b", "dir/c", "dir/sub/d"}), {{"dir", {"x"}}}),
       with(kBase, {{"dir/b", {"y"}}})},
      {"directory becomes file, edit elsewhere", kBase,
       with(without(kBase, {"dir/b", "dir/c", "dir/sub/d"}), {{"dir", {"x"}}}), with(kBase, {{"a", {"y"}}})},
      {"file becomes directory, edit elsewhere", kBase, with(without(kBase, {"a"}), {{"a/b", {"x"}}}),
       with(kBase, {{"run", {"y", "100755"}}})},
      {"odd names", kBase, with(kBase, odd), with(kBase, {{"a", {"x"}}})},
      {"odd names in conflict", kBase, with(kBase, odd),
       with(kBase, {{"new\nline", {"x"}}, {"by\xff\xfete", {"x"}}})},
      {"submodule moved, edit elsewhere", kBase, with(kBase, {{"mod", {kCommitB, "160000"}}}),
       with(kBase, {{"a", {"x"}}})},
      {"submodule removed, edit elsewhere", kBase, without(kBase, {"mod"}), with(kBase, {{"a", {"x"}}})},
      {"attributes changed, edit elsewhere", kBase, with(kBase, {{"dir/.gitattributes", {"* -merge\n"}}}),
       with(kBase, {{"a", {"x"}}})},
      {"everything removed, add", kBase, Files{{"a", kBase.at("a")}}, with(kBase, {{"n", {"x"}}})},
      {"nothing done by one", kBase, kBase, with(kBase, {{"n", {"x"}}})},
  };
}

Files randomly_changed(const Files& base, std::mt19937& random) {
  static const std::vector<std::string> names{"a", "d/a", "d/b", "d/e/f", "d/e/g", "h", "h/i", "j"};
  Files files = base;
  for (int change = 0; change < 2; ++change) {
    const auto& name = names[random() % names.size()];
    const auto& other = names[random() % names.size()];
    const bool tree_clash = std::any_of(files.begin(), files.end(), [&](const auto& file) {
      return file.first.starts_with(name + "/") || name.starts_with(file.first + "/");
    });
    const auto old = files.find(other);
    switch (random() % 4) {
      case 0:
        files.erase(other);
        break;
      case 1:
        if (old != files.end()) old->second.content += "more " + std::to_string(random() % 2) + "\n";
        break;
      case 2:
        if (!tree_clash) files[name] = lines("new", std::to_string(random() % 2));
        break;
      default:
        if (old == files.end() || tree_clash) break;
        files[name] = old->second;
        files.erase(other);
    }
  }
  return files;
}

}  // namespace

TEST_CASE("merge_trees: the same tree, or the same conflicts, as git merge-tree") {
  Merging merging;
  for (const auto& c : cases()) {
    INFO(c.name);
    merging.store(c);
    const auto expected = merging.reference();
    const auto merged = merging.merge();
    CHECK(merged.tree == expected.tree);
    CHECK(strings(merged.conflicts) == strings(expected.conflicts));
  }
}

TEST_CASE("merge_trees: random changes give what git gives") {
  Merging merging;
  std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): the same every time
  const Files base{{"a", lines("a", "a")},
                   {"d/a", lines("da", "da")},
                   {"d/b", lines("db", "db")},
                   {"d/e/f", lines("f", "f")},
                   {"h", lines("h", "h")}};
  for (int round = 0; round < 25; ++round) {
    INFO("round " << round);
    merging.store({"", base, randomly_changed(base, random), randomly_changed(base, random)});
    const auto expected = merging.reference();
    const auto merged = merging.merge();
    CHECK(merged.tree == expected.tree);
    CHECK(strings(merged.conflicts) == strings(expected.conflicts));
  }
}

TEST_CASE("merge_trees: attributes of the ancestor count, also in directories") {
  Merging merging;
  const Files base = with(kBase, {{"dir/.gitattributes", {"log merge=union\n"}}, {"dir/log", {"start\n"}}});
  merging.store({"", base, with(base, {{"dir/log", {"start\nours\n"}}}),
                 with(base, {{"dir/log", {"start\ntheirs\n"}}})});
  const auto merged = merging.merge();
  CHECK(merged.conflicts.empty());
  CHECK(merging.repo().git({"show", merged.tree.str() + ":dir/log"}) == "start\nours\ntheirs");
}

TEST_CASE("merge_trees: no merge driver of the repository ever runs") {
  Merging merging;
  const std::string marker = merging.repo().directory() + "/driver-ran";
  merging.repo().git({"config", "merge.evil.driver", "touch '" + marker + "'"});
  const Files base = with(kBase, {{".gitattributes", {"* merge=evil\n"}}});
  merging.store({"", base, with(base, {{"a", lines("x", "9")}}), with(base, {{"a", lines("1", "y")}})});
  CHECK(merging.merge().conflicts.empty());
  CHECK_FALSE(merging.repo().has(marker));
}

TEST_CASE("merge_trees: a missing tree is an error") {
  Merging merging;
  merging.store({"", kBase, with(kBase, {{"a", {"x"}}}), with(kBase, {{"run", {"y"}}})});
  CHECK_FALSE(
      merging.objects().merge_trees(ObjectId(kCommitA), merging.tree("ours"), merging.tree("theirs")));
  CHECK_FALSE(merging.objects().merge_trees(ObjectId("main"), merging.tree("ours"), merging.tree("theirs")));
}
