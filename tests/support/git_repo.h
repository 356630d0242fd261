// A real git repository in a temporary directory and an environment of its own, for tests. Failures throw.
#pragma once

#include <string>
#include <vector>

#include "os/files.h"
#include "os/process.h"

namespace par::test {

// Ours without anything that would let the machine or the user show through: no GIT_* or PAR_*, HOME in
// `home`, no system or global configuration, fixed identity and dates (so that commits have constant names),
// C locale, UTC.
[[nodiscard]] os::Environment hermetic_environment(const std::string& home);
// Makes it the environment of this process, for code under test that starts git by itself.
void enter_environment(const os::Environment& environment);

class GitRepo {
 public:
  // <directory>/repo with the branch `main` and no commit, or <directory>/repo.git when bare; the process
  // enters a hermetic environment with HOME in <directory>/home.
  explicit GitRepo(bool bare = false);

  [[nodiscard]] const std::string& directory() const { return directory_.path(); }
  [[nodiscard]] const std::string& root() const { return root_; }
  [[nodiscard]] std::string git_dir() const { return bare_ ? root_ : root_ + "/.git"; }
  [[nodiscard]] const os::Environment& environment() const { return environment_; }

  // Below `root`, or absolute. Parent directories are made.
  void write(const std::string& path, const std::string& content) const;
  void remove(const std::string& path) const;
  [[nodiscard]] std::string read(const std::string& path) const;
  [[nodiscard]] bool has(const std::string& path) const;

  // Its output without the last newline; throws with git's own words when it fails.
  std::string git(const std::vector<std::string>& args) const { return git_in(root_, args); }
  std::string git_in(const std::string& directory, const std::vector<std::string>& args) const;
  [[nodiscard]] os::Finished try_git(const std::vector<std::string>& args) const;
  // Everything in the work tree at `directory` (the repository's own when empty) as a commit; its object
  // name.
  std::string commit(const std::string& message, const std::string& directory = "") const;
  [[nodiscard]] std::string rev(const std::string& revision) const { return git({"rev-parse", revision}); }
  // A hook that appends its name to the file <directory>/hooks-that-ran.
  void add_hook(const std::string& name) const;
  [[nodiscard]] std::string hooks_that_ran() const;

 private:
  [[nodiscard]] std::string full(const std::string& path) const;

  os::TemporaryDirectory directory_;
  std::string root_;
  bool bare_;
  os::Environment environment_;
};

}  // namespace par::test
