#include <algorithm>
#include <map>
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

  Result<git::TreeMerge> merge_commits(const std::string& ours, const std::string& theirs) {
    return objects_.merge_commits(ObjectId(repo_.rev(ours)), ObjectId(repo_.rev(theirs)));
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
  const std::string kept = "a\nb\nc\nd\ne\n";
  const std::string passed = "1\n2\n3\n4\n5\n6\n7\n8\n";
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
      {"rename, removed by the other", kBase, moved_a, without(kBase, {"a"})},
      {"rename by both to the same name", kBase, moved_a, with(moved_a, {{"run", {"y", "100755"}}})},
      {"removed by both, something like it added", kBase, moved_a,
       with(without(kBase, {"a"}), {{"run", {"y", "100755"}}})},
      {"removed by both, nothing added", kBase, without(kBase, {"a"}),
       with(without(kBase, {"a"}), {{"run", {"y", "100755"}}})},
      {"rename, its directory renamed by the other", kBase,
       with(without(kBase, {"a"}), {{"dir/a", kBase.at("a")}}), renamed_directory()},
      {"directory rename, edit below it", kBase, renamed_directory(),
       with(kBase, {{"dir/b", lines("x", "b")}})},
      {"directory rename by both", kBase, renamed_directory(), with(renamed_directory(), {{"a", {"x"}}})},
      {"different lines, and made executable", kBase,
       with(kBase, {{"a", {lines("x", "9").content, "100755"}}}), with(kBase, {{"a", lines("1", "y")}})},
      {"lines that are alike", with(kBase, {{"a", {"{\n}\n\n{\n}\n"}}}),
       with(kBase, {{"a", {"{\n}\n\n{\n}\n\n{\n}\n"}}}), with(kBase, {{"a", {"{\nx\n}\n\n{\n}\n"}}})},
      {"a block that moved, a line of what it passed changed", with(kBase, {{"a", {kept + passed}}}),
       with(kBase, {{"a", {"1\n2\n3\n4\nz\n5\n6\n7\n8\n" + kept}}}),
       with(kBase, {{"a", {kept + "1\nx\n3\n4\n5\n6\n7\n8\n"}}})},
      {"not text, changed by both", with(kBase, {{"a", {{"1\n2\n3\n4\n5\n\0", 11}}}}),
       with(kBase, {{"a", {{"x\n2\n3\n4\n5\n\0", 11}}}}), with(kBase, {{"a", {{"1\n2\n3\n4\ny\n\0", 11}}}})},
      {"names that differ in case", kBase, with(kBase, {{"A", {"x"}}, {"DIR/b", {"x"}}}),
       with(kBase, {{"a", {"y"}}, {"dir/B", {"y"}}})},
      {"submodule moved by both", kBase, with(kBase, {{"mod", {kCommitB, "160000"}}}),
       with(kBase, {{"mod", {std::string(40, 'c'), "160000"}}})},
      {"different lines, one without an end", kBase, with(kBase, {{"a", lines("x", "9")}}),
       with(kBase, {{"a", {lines("1", "9").content + "10"}}})},
  };
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

TEST_CASE("merge_trees: an attribute of the ancestor that forbids it is heeded") {
  Merging merging;
  const Files base = with(kBase, {{".gitattributes", {"/a binary\n"}}});
  merging.store({"", base, with(base, {{"a", lines("x", "9")}}), with(base, {{"a", lines("1", "y")}})});
  CHECK(strings(merging.merge().conflicts) == std::vector<std::string>{"a"});
}

TEST_CASE("merge_trees: merge.renormalize is heeded") {
  Merging merging;
  const Files base = with(kBase, {{".gitattributes", {"* text\n"}}, {"a", {"1\r\n2\r\n3\r\n4\r\n"}}});
  merging.store({"", base, with(base, {{"a", {"x\r\n2\r\n3\r\n4\r\n"}}}),
                 with(base, {{"a", {"1\r\n2\r\n3\r\ny\r\n"}}})});
  merging.repo().git({"config", "merge.renormalize", "true"});
  const auto merged = merging.merge();
  CHECK(merged.conflicts.empty());
  CHECK(merging.repo().git({"show", merged.tree.str() + ":a"}) == "x\n2\n3\ny");
}

TEST_CASE("merge_commits: criss-cross merges have two bases, and give what git gives") {
  Merging merging;
  merging.store(
      {"", kBase, with(kBase, {{"a", lines("ours", "9")}}), with(kBase, {{"a", lines("1", "theirs")}})});
  const auto& repo = merging.repo();
  const auto both = value_of(merging.merge_commits("ours", "theirs")).tree.str();
  const auto merge = [&](const char* first, const char* second) {
    return repo.git({"commit-tree", "-m", "x", "-p", first, "-p", second, both});
  };
  const auto left = merge("ours", "theirs");
  const auto right = merge("theirs", "ours");
  const auto edited = [&](const char* branch, const std::string& parent, const Entry& entry) {
    const std::string stream = "commit refs/heads/" + std::string(branch) +
                               "\ncommitter c <c@example.com> 1 +0000\ndata 0\nfrom " + parent +
                               "\nM 100644 inline a\ndata " + std::to_string(entry.content.size()) + "\n" +
                               entry.content + "\n";
    const auto finished = value_of(os::run(
        {{"git", "fast-import", "--quiet", "--force"}, repo.root(), repo.environment(), stream, false}));
    REQUIRE(finished.exit_code == 0);
  };
  Entry one = lines("ours", "theirs");
  one.content = replace_all(one.content, "2\n", "two\n");
  Entry other = lines("ours", "theirs");
  other.content = replace_all(other.content, "7\n", "seven\n");
  edited("left", left, one);
  edited("right", right, other);
  CHECK(value_of(merging.objects().merge_bases(ObjectId(repo.rev("left")), ObjectId(repo.rev("right"))))
            .size() == 2);
  const auto merged = value_of(merging.merge_commits("left", "right"));
  CHECK(merged.tree.str() == repo.git({"merge-tree", "--write-tree", "left", "right"}));
}

TEST_CASE("merge_commits: histories without a common ancestor are an error") {
  Merging merging;
  merging.store({"", kBase, with(kBase, {{"a", {"x"}}}), kBase});
  const auto alone = merging.repo().git({"commit-tree", "-m", "x", "ours^{tree}"});
  CHECK_FALSE(merging.merge_commits(alone, "ours"));
}

TEST_CASE("merge_trees: a missing tree is an error") {
  Merging merging;
  merging.store({"", kBase, with(kBase, {{"a", {"x"}}}), with(kBase, {{"run", {"y"}}})});
  CHECK_FALSE(
      merging.objects().merge_trees(ObjectId(kCommitA), merging.tree("ours"), merging.tree("theirs")));
  CHECK_FALSE(merging.objects().merge_trees(ObjectId("main"), merging.tree("ours"), merging.tree("theirs")));
}
