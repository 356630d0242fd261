// A candidate of so many branches that it is stored as a pack.
#include <fmt/format.h>

#include <algorithm>

#include "support/forked.h"
#include "unit/git/run_fixture.h"

using namespace par;
using namespace par::test;

namespace {

constexpr int kBranches = 120;

// Returns the branch 'wide'.
ObjectId import(const GitRepo& repo, const std::string& text) {
  os::Command import;
  import.argv = {"git", "fast-import", "--quiet"};
  import.cwd = repo.root();
  import.input = text;
  CHECK(value_of(os::run(import)).exit_code == 0);
  return ObjectId(repo.rev("wide"));
}

// For git fast-import, the commits without their files.
std::string commit_text(const std::string& branch) {
  return fmt::format("commit refs/heads/{}\ncommitter A <a@example.org> 1 +0000\ndata 1\nx\n", branch);
}

std::string topic_text(int i) { return commit_text(fmt::format("topic/{}", i)) + "from refs/heads/wide\n"; }

// The branches 'topic/0', ..., which began on `base`.
std::vector<core::BranchRef> topics_of(const GitRepo& repo, const ObjectId& base, int count = kBranches) {
  std::vector<core::BranchRef> topics;
  for (int i = 0; i < count; ++i)
    topics.push_back(
        {AgentName(fmt::format("a{}", i)), base, ObjectId(repo.rev(fmt::format("topic/{}", i)))});
  return topics;
}

// Each changes a file of its own, and some add or remove one, below directories that others change as well.
class Many {
 public:
  Many() {
    std::string text = commit_text("wide");
    for (int i = 0; i < kBranches; ++i) text += file(i, "old");
    for (int i = 0; i < kBranches; ++i) {
      text += topic_text(i);
      if (i % 10 == 0) text += fmt::format("D dir{}/file{}\n", i % 7, i);
      if (i % 10 == 5) text += fmt::format("M 100755 inline dir{}/new{}/x\ndata 1\nx\n", i % 7, i);
      text += i % 10 == 0 ? "" : file(i, "new");
    }
    base = import(f.repo, text);
    branches = topics_of(f.repo, base);
  }

  [[nodiscard]] Result<core::TrialBuilt> build() {
    return f.workspace.build_trial(base, branches, core::Strategy::merge);
  }
  [[nodiscard]] std::vector<std::string> packs() const {
    return value_of(os::list_directory(f.repo.git_dir() + "/objects/pack"));
  }

  RunFixture f;
  ObjectId base;
  std::vector<core::BranchRef> branches;

 private:
  static std::string file(int i, const char* content) {
    return fmt::format("M 100644 inline dir{}/file{}\ndata 3\n{}\n", i % 7, i, content);
  }
};

}  // namespace

TEST_CASE("many branches: each step has git's tree, and all are one pack whose trees are differences") {
  Many many;
  many.f.repo.git({"repack", "-adq"});
  const auto before = many.packs().size();
  const auto built = value_of(many.build());
  REQUIRE(built.steps.size() == kBranches);
  REQUIRE(many.packs().size() == before + 2);
  const auto& git = many.f.repo;
  for (std::size_t i = 0; i < kBranches; i += 7) {
    const auto& step = built.steps[i];
    const auto parent = i == 0 ? many.base : built.steps[i - 1].commit;
    const auto merged = git.git({"merge-tree", "--write-tree", parent.str(), many.branches[i].tip.str()});
    CHECK(merged == step.tree.str());
  }
  CHECK(git.git({"fsck", "--full", "--strict", "--no-dangling"}).empty());
  int differences = 0;
  int deepest = 0;
  for (const auto& name : many.packs()) {
    if (!name.ends_with(".idx")) continue;
    const auto listing = git.git({"verify-pack", "-v", git.git_dir() + "/objects/pack/" + name});
    for (const auto& line : split_terminated(listing + "\n", '\n')) {
      auto words = split(line, ' ');
      std::erase(words, "");
      if (words.size() < 7 || words.front().size() != 40) continue;
      ++differences;
      deepest = std::max(deepest, std::stoi(words[words.size() - 2]));
    }
  }
  CHECK(differences > kBranches);
  CHECK(deepest == 50);
  // git packs it anew as anything else.
  git.git({"update-ref", "refs/heads/all", built.steps.back().commit.str()});
  git.git({"gc", "--quiet", "--prune=now"});
  CHECK(git.git({"rev-list", "--count", "--first-parent", "all"}) == std::to_string(kBranches + 1));
  CHECK(git.git({"fsck", "--full", "--strict"}).empty());
}

TEST_CASE("many branches: the last ones to delete what a directory holds leave a pack that git can read") {
  RunFixture f;
  std::string text = commit_text("wide");
  for (int i = 0; i < kBranches; ++i) text += fmt::format("M 100644 inline dir/{}\ndata 1\nx\n", i);
  for (int i = 0; i < kBranches; ++i) text += topic_text(i) + fmt::format("D dir/{}\n", i);
  const ObjectId base = import(f.repo, text);
  const auto built = value_of(f.workspace.build_trial(base, topics_of(f.repo, base), core::Strategy::merge));
  REQUIRE(built.steps.size() == kBranches);
  CHECK(built.steps.back().tree == ObjectId(f.repo.git({"mktree", "--missing"})));
  CHECK(f.repo.git({"fsck", "--full", "--strict", "--no-dangling"}).empty());
  f.repo.git({"update-ref", "refs/heads/all", built.steps.back().commit.str()});
  f.repo.git({"repack", "-adqf"});
  CHECK(f.repo.git({"rev-list", "--count", "--first-parent", "all"}) == std::to_string(kBranches + 1));
}

TEST_CASE("many branches: few trees that are large are a pack as well") {
  constexpr int kFew = 15;
  constexpr int kFiles = 20'000;
  RunFixture f;
  std::string text = commit_text("wide");
  for (int i = 0; i < kFiles; ++i) text += fmt::format("M 100644 inline {:05}\ndata 1\nx\n", i);
  for (int i = 0; i < kFew; ++i)
    text += topic_text(i) + fmt::format("M 100644 inline {:05}\ndata 1\ny\n", i * 1000);
  const ObjectId base = import(f.repo, text);
  const auto packs = [&] { return value_of(os::list_directory(f.repo.git_dir() + "/objects/pack")); };
  const auto before = packs();
  CHECK(f.workspace.build_trial(base, topics_of(f.repo, base, kFew), core::Strategy::merge));
  std::size_t bytes = 0;
  for (const auto& name : packs())
    if (std::find(before.begin(), before.end(), name) == before.end())
      bytes += os::file_size(f.repo.git_dir() + "/objects/pack/" + name);
  CHECK(bytes > 0);
  CHECK(bytes < 2 << 20);  // one of the trees has 0.6 MiB
}

#ifdef PAR_CRASH_POINTS
TEST_CASE("many branches: what a killed writer of a pack leaves is removed by git, and in nobody's way") {
  Many many;
  const auto before = many.packs();
  Forked child([&](int) {
    ::setenv("PAR_CRASH", "pack.written=kill", 1);
    return many.build() ? 0 : 1;
  });
  CHECK(child.wait() == 128 + 9);
  const auto left = many.packs();
  REQUIRE(left.size() == before.size() + 1);
  CHECK(std::any_of(left.begin(), left.end(), [](const auto& name) { return name.starts_with("tmp_"); }));
  CHECK(value_of(many.build()).steps.size() == kBranches);
  many.f.repo.git({"prune", "--expire=now"});
  const auto packs = many.packs();
  CHECK(std::none_of(packs.begin(), packs.end(), [](const auto& name) { return name.starts_with("tmp_"); }));
}

TEST_CASE("many branches: two that write the same pack at the same time are not in each other's way") {
  Many many;
  ::setenv("GIT_COMMITTER_DATE", "1000000000 +0000", 1);
  Forked child([&](int) {
    for (int i = 0; i < 10; ++i)
      if (!many.build()) return 1;
    return 0;
  });
  bool written = true;
  for (int i = 0; i < 10; ++i) written = written && many.build();
  ::unsetenv("GIT_COMMITTER_DATE");
  CHECK(written);
  CHECK(child.wait() == 0);
  CHECK(many.f.repo.git({"fsck", "--full", "--strict", "--no-dangling"}).empty());
}

TEST_CASE("many branches: a pack that cannot be written leaves nothing") {
  Many many;
  const auto before = many.packs();
  many.f.cut_off_at("pack.written");
  CHECK_FALSE(many.build());
  many.f.cut_off_at("");
  CHECK(many.packs() == before);
  CHECK(many.build());
}
#endif
