// A run with one agent in a real repository.
#pragma once

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "os/files.h"
#include "os/process.h"
#include "unit/git/git_test.h"

namespace par::test {

struct RunFixture {
  explicit RunFixture(bool bare = false) : repo(bare) {
    const std::string place = bare ? repo.directory() + "/seed" : repo.root();
    if (bare) repo.git({"clone", "--quiet", repo.root(), place});
    repo.write(place + "/file", "one\n");
    repo.write(place + "/.gitignore", "*.ign\n");
    base = ObjectId(repo.commit("base", place));
    if (bare) repo.git_in(place, {"push", "--quiet", "origin", "HEAD:main"});
  }
  ~RunFixture() { cut_off_at(""); }
  RunFixture(const RunFixture&) = delete;
  RunFixture& operator=(const RunFixture&) = delete;

  // The worktree, with its files.
  std::string add(int attempt, const ObjectId& start) {
    auto path = value_of(workspace.add_worktree(agent, attempt, start));
    os::Command fill;
    fill.argv = {"/bin/sh", "-c", value_of(workspace.fill_command(agent, start, owned))};
    CHECK(value_of(os::run(fill)).exit_code == 0);
    return path;
  }

  // A commit on top of the base, without a branch.
  [[nodiscard]] std::string branch_commit(
      const std::string& name, const std::vector<std::pair<std::string, std::string>>& files) const {
    const std::string place = repo.directory() + "/making";
    repo.git({"worktree", "add", "--quiet", "--detach", place, base.str()});
    for (const auto& [path, content] : files) repo.write(place + "/" + path, content);
    const std::string commit = repo.commit(name, place);
    repo.git({"worktree", "remove", "--force", place});
    return commit;
  }

  [[nodiscard]] std::vector<std::string> salvaged() const {
    return split_terminated(repo.git({"for-each-ref", "--format=%(refname)", "refs/par/salvage/"}), '\n');
  }

  // The next passages of this crash point fail, as on a bad disk; "" ends it.
  static void cut_off_at(const std::string& point) {
    if (point.empty())
      ::unsetenv("PAR_CRASH");
    else
      ::setenv("PAR_CRASH", (point + "=eio").c_str(), 1);
  }

  GitRepo repo;
  ObjectId base = ObjectId();
  AgentName agent = AgentName("a");
  core::Ownership owned;  // nothing; counts for files of Git LFS alone
  git::Repository repository = value_of(git::discover(repo.root()));
  git::Objects objects = value_of(git::Objects::open(repository.common_dir));
  git::RunWorkspace workspace{repository, objects, RunId("r1"), "../{repo}.par/{run}/{agent}",
                              value_of(git::committer(repository))};
};

}  // namespace par::test
