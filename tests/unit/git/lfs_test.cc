// Files that Git LFS keeps elsewhere, with a stand-in for its filter.
#include "core/ownership.h"
#include "unit/git/run_fixture.h"

using namespace par;
using namespace par::test;

namespace {

// The pointer of "content x" is "pointer x". What the filter gets the content of is listed.
struct LfsFixture : RunFixture {
  LfsFixture() {
    configure();
    repo.write(".gitattributes", "*.bin filter=lfs\n");
    repo.write("mine/a.bin", "content a\n");
    repo.write("mine/odd \"name\n.bin", "content odd\n");
    repo.write("mine/text", "text\n");
    repo.write("theirs/b.bin", "content b\n");
    start = ObjectId(repo.commit("large files"));
    core::AgentSpec spec;
    spec.owns = {"mine/**"};
    owned = value_of(core::Ownership::parse(spec, {}));
  }

  void configure() {
    repo.git({"config", "filter.lfs.smudge",
              "if test \"$GIT_LFS_SKIP_SMUDGE\" = 1; then cat; else echo %f >>'" + list() +
                  "'; sed 's/^pointer/content/'; fi"});
    repo.git({"config", "filter.lfs.clean", "sed 's/^content/pointer/'"});
    repo.git({"config", "filter.lfs.required", "true"});
    repository = value_of(git::discover(repo.root()));
  }
  [[nodiscard]] std::string list() const { return repo.directory() + "/fetched"; }
  [[nodiscard]] std::string fetched() const { return repo.has(list()) ? repo.read(list()) : ""; }
  void check_files(const std::string& path) const {
    CHECK(repo.read(path + "/mine/a.bin") == "content a\n");
    CHECK(repo.read(path + "/mine/odd \"name\n.bin") == "content odd\n");
    CHECK(repo.read(path + "/mine/text") == "text\n");
    CHECK(repo.read(path + "/theirs/b.bin") == "pointer b\n");
    CHECK(repo.git_in(path, {"status", "--porcelain"}).empty());
  }

  ObjectId start;
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("lfs: an agent has the content of what it owns, and pointers for the rest") {
  LfsFixture f;
  const std::string path = f.add(1, f.start);
  f.check_files(path);
  CHECK_FALSE(has(f.fetched(), "theirs"));
  CHECK(value_of(f.workspace.inspect_branch(f.agent, f.start)).uncommitted.empty());
  CHECK(value_of(f.workspace.commit_leftovers(f.agent)) == f.start);
  CHECK_FALSE(f.repo.has(f.repo.git_dir() + "/worktrees/a/par-lfs-index"));
}

TEST_CASE("lfs: another attempt has the same, whatever the one before did") {
  LfsFixture f;
  const std::string path = f.add(1, f.start);
  f.repo.write(path + "/mine/a.bin", "content changed\n");
  f.repo.write(path + "/theirs/b.bin", "content changed\n");
  f.repo.commit("both", path);
  f.repo.remove(path + "/mine/odd \"name\n.bin");
  f.add(2, f.start);
  f.check_files(path);
  CHECK_FALSE(has(f.fetched(), "theirs"));
}

TEST_CASE("lfs: an attempt from another commit has the large files of that one") {
  LfsFixture f;
  f.add(1, f.start);
  f.repo.write("mine/new.bin", "content new\n");
  const std::string path = f.add(2, ObjectId(f.repo.commit("another")));
  CHECK(f.repo.read(path + "/mine/new.bin") == "content new\n");
  f.check_files(path);
}

TEST_CASE("lfs: what another process was cut off with is in nobody's way") {
  LfsFixture f;
  value_of(f.workspace.add_worktree(f.agent, 1, f.start));
  f.repo.write(f.repo.git_dir() + "/worktrees/a/par-lfs-index.lock", "");
  f.check_files(f.add(1, f.start));
}

TEST_CASE("lfs: a worktree that was cut off between pointers and content is made whole") {
  LfsFixture f;
  const auto owned = std::exchange(f.owned, {});
  const std::string path = f.add(1, f.start);
  CHECK(f.repo.read(path + "/mine/a.bin") == "pointer a\n");
  CHECK(f.fetched().empty());
  f.owned = owned;
  SECTION("before anything") {}
  SECTION("when the index knew them no more") {
    f.repo.git_in(path, {"update-index", "--force-remove", "mine/a.bin"});
    f.repo.write(f.repo.git_dir() + "/worktrees/a/index.lock", "");
  }
  f.add(1, f.start);
  f.check_files(path);
}

TEST_CASE("lfs: a validation has the content of everything") {
  LfsFixture f;
  const std::string path = value_of(f.workspace.checkout_validation(f.start, {}));
  CHECK(f.repo.read(path + "/mine/a.bin") == "content a\n");
  CHECK(f.repo.read(path + "/theirs/b.bin") == "content b\n");
}

TEST_CASE("lfs: where nothing is kept elsewhere, or nothing can get it, git fills as ever") {
  LfsFixture f;
  value_of(f.workspace.add_worktree(f.agent, 1, f.start));
  const auto command = [&](const ObjectId& start) {
    return value_of(f.workspace.fill_command(f.agent, start, f.owned));
  };
  CHECK(has(command(f.start), "GIT_LFS_SKIP_SMUDGE"));
  CHECK_FALSE(has(command(f.base), "GIT_LFS_SKIP_SMUDGE"));
  f.repo.git({"config", "--remove-section", "filter.lfs"});
  f.repository = value_of(git::discover(f.repo.root()));
  CHECK_FALSE(has(command(f.start), "GIT_LFS_SKIP_SMUDGE"));
}
