// What patterns leave of trees, beside the tree that git itself makes of the paths that match.
#include "git/tree_restriction.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <random>

#include "base/strings.h"
#include "core/glob.h"
#include "support/naive_glob.h"
#include "unit/git/git_test.h"

using namespace par;
using namespace par::test;

namespace {

const char* kEmptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

struct Fixture {
  GitRepo repo;
  git::Objects objects = value_of(git::Objects::open(repo.git_dir()));

  // Everything in the work tree, as a tree.
  [[nodiscard]] ObjectId tree() const {
    repo.git({"add", "-A", "-f"});
    return ObjectId(repo.git({"write-tree"}));
  }
  [[nodiscard]] ObjectId left(const std::vector<std::string>& patterns, const ObjectId& of,
                              Folding folding = {}) const {
    auto restriction = value_of(git::TreeRestriction::parse(patterns, folding));
    return value_of(objects.restricted_tree(of, restriction));
  }
  // What `change` does to the work tree is seen through these patterns.
  template <class Change>
  [[nodiscard]] bool sees(const std::vector<std::string>& patterns, const Change& change) const {
    const auto before = left(patterns, tree());
    change();
    return left(patterns, tree()) != before;
  }
  // As git makes it of the paths that one of the patterns matches, one by one.
  [[nodiscard]] ObjectId picked(const std::vector<std::string>& patterns, const ObjectId& of) const {
    repo.git({"read-tree", of.str()});
    const auto paths = split_terminated(repo.git({"ls-files"}), '\n');
    for (const auto& path : paths) {
      const bool matches = std::any_of(patterns.begin(), patterns.end(),
                                       [&](const auto& p) { return core::Glob::parse(p)->matches(path); });
      if (!matches) repo.git({"rm", "-q", "--cached", path});
    }
    return ObjectId(repo.git({"write-tree"}));
  }
};

}  // namespace

TEST_CASE("restricted tree: everything is the tree itself, nothing the empty one") {
  Fixture f;
  for (const char* path : {"a", "src/b", "src/deep/c"}) f.repo.write(path, path);
  const auto tree = f.tree();
  CHECK(f.left({"**"}, tree) == tree);
  CHECK(f.left({"*", "src"}, tree) == tree);
  CHECK(f.left({"none/**"}, tree) == ObjectId(kEmptyTree));
  CHECK(f.left({"**"}, ObjectId(kEmptyTree)) == ObjectId(kEmptyTree));
  CHECK_FALSE(git::TreeRestriction::parse({"a//b"}, {}));
}

TEST_CASE("restricted tree: it is the tree that git makes of the paths that match") {
  Fixture f;
  for (const char* path : {"README.md", "src/a.c", "src/a.h", "src/deep/b.c", "src/deep/er/c.md", "src-x/d.c",
                           "tests/run", "docs/src/e.c"})
    f.repo.write(path, path);
  ::chmod((f.repo.root() + "/tests/run").c_str(), 0755);
  const auto tree = f.tree();
  const std::vector<std::vector<std::string>> some{{"src/**"},
                                                   {"src"},
                                                   {"*.c"},
                                                   {"src/*"},
                                                   {"src/**/*.c", "tests"},
                                                   {"/*"},
                                                   {"docs/src/e.c"},
                                                   {"src*/*"},
                                                   {"**/deep/**"},
                                                   {"src/deep/"},
                                                   {"*.md", "*.h"},
                                                   {"[rs]*/*.c"},
                                                   {"src", "src/a.c"},
                                                   {"*/"},
                                                   {"**/er", "/tests"}};
  for (const auto& patterns : some) {
    CAPTURE(patterns);
    CHECK(f.left(patterns, tree) == f.picked(patterns, tree));
  }
}

TEST_CASE("restricted tree: random patterns and trees, one restriction for all trees") {
  Fixture f;
  std::mt19937 random(11);  // NOLINT: the same trees every time
  const std::vector<std::string> tokens{"a", "b", "a", "/", "/", "*", "?", "**/", "/**", "[ab]"};
  const std::vector<std::string> places{"a",       "b/a",   "b/b", "a0/a/b", "a0/b",
                                        "c/a/a/a", "c/a/b", "ab",  "c/b/a"};
  for (int round = 0; round < 12; ++round) {
    std::vector<std::string> patterns;
    while (patterns.empty() || random() % 2 == 0) {
      std::string pattern;
      for (auto left = 1 + random() % 4; left > 0; --left) pattern += tokens[random() % tokens.size()];
      if (core::Glob::parse(pattern)) patterns.push_back(pattern);
    }
    auto restriction = value_of(git::TreeRestriction::parse(patterns, {}));
    for (int trees = 0; trees < 3; ++trees) {
      f.repo.git({"rm", "-rq", "--cached", "--ignore-unmatch", "."});
      for (const auto& place : places) {
        f.repo.write(place, std::to_string(random() % 2));
        if (random() % 4 > 0) f.repo.git({"add", place});
      }
      const ObjectId tree(f.repo.git({"write-tree"}));
      CAPTURE(patterns, f.repo.git({"ls-tree", "-r", tree.str()}));
      CHECK(value_of(f.objects.restricted_tree(tree, restriction)) == f.picked(patterns, tree));
    }
  }
}

TEST_CASE("restricted tree: content, mode, name and kind of what matches count, nothing else does") {
  Fixture f;
  for (const char* path : {"src/a.c", "src/b.c", "docs/x.md"}) f.repo.write(path, "1");
  const std::string root = f.repo.root();
  const std::vector<std::string> source{"src/**"};
  CHECK(f.sees(source, [&] { f.repo.write("src/a.c", "2"); }));
  CHECK(f.sees(source, [&] { ::chmod((root + "/src/a.c").c_str(), 0755); }));
  CHECK(f.sees(source, [&] { ::rename((root + "/src/b.c").c_str(), (root + "/src/c.c").c_str()); }));
  CHECK(f.sees(source, [&] { ::rename((root + "/src/c.c").c_str(), (root + "/docs/c.c").c_str()); }));
  CHECK(f.sees(source, [&] { ::rename((root + "/docs/c.c").c_str(), (root + "/src/c.c").c_str()); }));
  CHECK(f.sees(source, [&] {
    f.repo.remove("src/c.c");
    ::symlink("a.c", (root + "/src/c.c").c_str());
  }));
  CHECK_FALSE(f.sees(source, [&] { f.repo.write("docs/x.md", "2"); }));
  CHECK_FALSE(f.sees(source, [&] { f.repo.write("docs/new.md", "1"); }));
  CHECK_FALSE(f.sees(source, [&] { f.repo.remove("docs/x.md"); }));
  CHECK_FALSE(f.sees(source, [&] { f.repo.write("src2/a.c", "1"); }));
  CHECK_FALSE(f.sees(source, [&] { f.repo.write("deep/src/a.c", "1"); }));
}

TEST_CASE(
    "restricted tree: what is below a submodule or a link may matter, and so may how files are checked out") {
  Fixture f;
  f.repo.write("src/a.c", "1");
  f.repo.write("docs/x.md", "1");
  const std::string one = f.repo.commit("one");
  const auto link = [&](const std::string& to) {
    f.repo.remove("vendor/other");
    ::symlink(to.c_str(), (f.repo.root() + "/vendor/other").c_str());
  };
  f.repo.write("vendor/keep", "");
  const auto with_module = [&](const std::string& commit) {
    f.repo.git({"add", "-A"});
    f.repo.git({"update-index", "--add", "--cacheinfo", "160000," + commit + ",vendor/lib"});
    return ObjectId(f.repo.git({"write-tree"}));
  };
  const auto before = with_module(one);
  const auto after = with_module(std::string(40, '1'));
  for (const auto* pattern : {"vendor/lib/src/**", "vendor/lib", "vendor", "*.c", "vendor/*", "**/lib/x"}) {
    CAPTURE(pattern);
    CHECK(f.left({pattern}, before) != f.left({pattern}, after));
  }
  CHECK(f.left({"src/**"}, before) == f.left({"src/**"}, after));
  CHECK(f.left({"/*"}, before) == f.left({"/*"}, after));

  f.repo.git({"rm", "-q", "--cached", "vendor/lib"});
  link("x");
  CHECK(f.sees({"vendor/other/src/**"}, [&] { link("y"); }));
  CHECK_FALSE(f.sees({"src/**"}, [&] { link("z"); }));

  CHECK(f.sees({"src/**"}, [&] { f.repo.write(".gitattributes", "*.c eol=crlf\n"); }));
  CHECK(f.sees({"src/*.c"}, [&] { f.repo.write("src/.gitattributes", "*.c -text\n"); }));
  CHECK(f.sees({"src/*.c"}, [&] { f.repo.write(".gitmodules", "[submodule \"x\"]\n"); }));
  CHECK_FALSE(f.sees({"src/*.c"}, [&] { f.repo.write("docs/.gitattributes", "*.md text\n"); }));
}

TEST_CASE("restricted tree: names that count as the same are the same") {
  Fixture f;
  f.repo.write("Src/A.c", "1");
  const auto tree = f.tree();
  CHECK(f.left({"src/*.C"}, tree, {true, false}) == tree);
  CHECK(f.left({"src/*.C"}, tree) == ObjectId(kEmptyTree));
}

TEST_CASE("restricted tree: only directories in which something may match are read") {
  Fixture f;
  f.repo.write("src/a.c", "1");
  f.repo.write("lib/b.c", "1");
  const auto tree = f.tree();
  const auto lib = f.repo.git({"rev-parse", tree.str() + ":lib"});
  const auto src = f.repo.git({"rev-parse", tree.str() + ":src"});
  // Neither what is left out nor what is left as a whole need be there.
  for (const auto& gone : {lib, src})
    f.repo.remove(".git/objects/" + gone.substr(0, 2) + "/" + gone.substr(2));
  CHECK(f.left({"src/**"}, tree) == f.left({"/src"}, tree));
  auto all = value_of(git::TreeRestriction::parse({"**/*.c"}, {}));
  CHECK_FALSE(f.objects.restricted_tree(tree, all));
}
