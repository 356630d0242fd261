// Trees that we write entry by entry, against those that git writes: names whose order is easy to get wrong,
// kinds of entries, modes of old.
#include <fmt/format.h>

#include <map>
#include <random>

#include "base/strings.h"
#include "support/merge_reference.h"
#include "unit/git/git_test.h"

using namespace par;
using namespace par::test;

namespace {

struct Entry {
  std::string mode;
  std::string type;
  std::string id;
};
using Tree = std::map<std::string, Entry>;

const std::vector<std::string> kNames{"a",   "a.",  "a-b", "a0", "a\x01", "a\tb",          "a b",  "A",
                                      "a\n", "\"q", "b",   "ab", "b.",    "\xff\xfe",      "\xc3", "-x",
                                      "b0",  "b-",  "é",   "~",  "\x7f",  ".gitattribute", "*",    "a\\"};

std::string id_of(const GitRepo& repo, std::vector<std::string> args, const std::string& input) {
  args.insert(args.begin(), "git");
  const auto made = value_of(os::run({args, repo.root(), repo.environment(), input, false}));
  REQUIRE(made.exit_code == 0);
  return std::string(trim(made.out));
}

std::string listing(const Tree& tree) {
  std::string text;
  for (const auto& [name, entry] : tree)
    text += fmt::format("{} {} {}\t{}", entry.mode, entry.type, entry.id, name) + '\0';
  return text;
}

class Trees {
 public:
  explicit Trees(const GitRepo& repo) : repo_(repo) {
    for (int i = 0; i < 4; ++i) {
      const auto blob = id_of(repo, {"hash-object", "-w", "--stdin"}, std::to_string(i));
      for (const char* mode : {"100644", "100755", "100664", "120000"})
        kinds_.push_back({mode, "blob", blob});
      const auto below = id_of(repo, {"mktree", "-z"}, listing({{"x", {"100644", "blob", blob}}}));
      kinds_.push_back({"40000", "tree", below});
    }
    kinds_.push_back({"160000", "commit", std::string(40, '1')});
  }
  Tree base() {
    Tree tree;
    for (const auto& name : kNames)
      if (random_() % 3 != 0) tree[name] = any();
    return tree;
  }
  // Side 0 changes every other name, side 1 the others: they never meet.
  Tree changed(Tree tree, std::size_t side) {
    for (std::size_t i = side; i < kNames.size(); i += 2) {
      if (random_() % 4 == 0) tree[kNames[i]] = any();
      if (random_() % 6 == 0) tree.erase(kNames[i]);
    }
    return tree;
  }
  // A commit that holds it in a directory.
  ObjectId commit(git::Objects& objects, const Tree& tree, const std::vector<ObjectId>& parents) {
    const auto below = id_of(repo_, {"mktree", "-z", "--missing"}, listing(tree));
    const auto root = id_of(repo_, {"mktree", "-z"}, listing({{"d", {"40000", "tree", below}}}));
    const git::Signature who{"a", "a@example.com", 1, 0};
    return value_of(objects.write_commit({ObjectId(root), parents, "x\n", who, who}));
  }

 private:
  const Entry& any() { return kinds_[random_() % kinds_.size()]; }

  const GitRepo& repo_;
  std::vector<Entry> kinds_;
  std::mt19937 random_{1};
};

}  // namespace

TEST_CASE("merge_trees: trees of entries of all kinds and names are written as git writes them") {
  constexpr int kRounds = 60;
  const GitRepo repo(true);
  auto objects = value_of(git::Objects::open(repo.git_dir()));
  Trees trees(repo);
  std::vector<CommitPair> pairs;
  for (int i = 0; i < kRounds; ++i) {
    const auto base = trees.base();
    const auto start = trees.commit(objects, base, {});
    const auto ours = trees.commit(objects, trees.changed(base, 0), {start});
    const auto theirs = trees.commit(objects, trees.changed(base, 1), {start});
    pairs.emplace_back(ours.str(), theirs.str());
  }
  const auto expected = reference_trees(repo.git_dir(), repo.environment(), pairs);
  int merged_here = 0;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    INFO("round " << i);
    const auto merged = value_of(objects.merge_commits(ObjectId(pairs[i].first), ObjectId(pairs[i].second)));
    CHECK(merged.tree.str() == expected[i]);
    if (!merged.tree.empty()) ++merged_here;
  }
  CHECK(merged_here > kRounds / 2);
}
