// A real repository in a temporary directory and the real program on it, in a hermetic environment: no user
// or system configuration, fixed identity and dates (so commit ids are constant), C locale, UTC.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "os/files.h"
#include "os/process.h"

namespace par::test {

class Sandbox {
 public:
  // An empty repository with the branch main.
  Sandbox();

  [[nodiscard]] const std::string& root() const { return directory_.path(); }  // holds everything below
  [[nodiscard]] std::string repo() const { return directory_.path() + "/repo"; }
  [[nodiscard]] std::string state_dir() const { return repo() + "/.git/par"; }

  // Variables for all further commands.
  void set(const std::string& name, const std::string& value) { extra_[name] = value; }
  void unset(const std::string& name) { extra_.erase(name); }

  void write(const std::string& path, const std::string& content) const;  // relative to the repository
  [[nodiscard]] std::string read(const std::string& path) const;
  void commit_all(const std::string& message) const;

  // stdout without the last newline; fails the test when git fails.
  std::string git(std::vector<std::string> args) const;
  // `git par ...` in the repository, through git itself.
  os::Finished par(std::vector<std::string> args) const;
  os::Finished shell(const std::string& command) const;
  // The program started by `sh -c 'exec git-par ...'` in the background; its process id.
  [[nodiscard]] int start(const std::vector<std::string>& args) const;
  [[nodiscard]] os::Environment environment() const;

  // What must hold after every scenario: no process of a job, no git lock, no temporary file of ours, fsck
  // clean.
  void assert_clean() const;

 private:
  os::TemporaryDirectory directory_;
  std::map<std::string, std::string> extra_;
};

// The project most scenarios use: three agents, each owning one directory, a validation that is red when a
// file holds the word "broken". `alpha` and `beta` work in phase 1, `gamma` comes after alpha.
[[nodiscard]] std::string three_agents_config();
void write_three_agents(const Sandbox& sandbox);

// `agents` over the directories src/a and src/b, with the same validation; and one of them, who changes src/b
// and passes.
void write_two_directories(const Sandbox& sandbox, const std::string& agents);
[[nodiscard]] std::string good_agent();

}  // namespace par::test
