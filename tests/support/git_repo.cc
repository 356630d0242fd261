#include "support/git_repo.h"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "base/strings.h"

namespace par::test {
namespace {

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(result).value();
}

std::string name_of_variable(const std::string& variable) { return variable.substr(0, variable.find('=')); }

bool is_inherited(const std::string& name) {
  return !name.starts_with("GIT_") && !name.starts_with("PAR_") && !name.starts_with("LC_") &&
         name != "LANG" && name != "LANGUAGE" && name != "HOME" && name != "TZ" &&
         !name.starts_with("XDG_") && name != "EMAIL";
}

}  // namespace

os::Environment hermetic_environment(const std::string& home) {
  os::Environment environment;
  for (const auto& variable : os::current_environment())
    if (is_inherited(name_of_variable(variable))) environment.push_back(variable);
  const os::Environment fixed{"HOME=" + home,
                              "XDG_CONFIG_HOME=" + home + "/.config",
                              "XDG_STATE_HOME=" + home + "/.state",
                              "GIT_CONFIG_GLOBAL=/dev/null",
                              "GIT_CONFIG_NOSYSTEM=1",
                              "GIT_AUTHOR_NAME=A U Thor",
                              "GIT_AUTHOR_EMAIL=author@example.com",
                              "GIT_AUTHOR_DATE=1700000000 +0100",
                              "GIT_COMMITTER_NAME=C O Mitter",
                              "GIT_COMMITTER_EMAIL=committer@example.com",
                              "GIT_COMMITTER_DATE=1700000000 +0100",
                              "LC_ALL=C",
                              "TZ=UTC"};
  environment.insert(environment.end(), fixed.begin(), fixed.end());
  return environment;
}

void enter_environment(const os::Environment& environment) {
  for (const auto& variable : os::current_environment()) ::unsetenv(name_of_variable(variable).c_str());
  for (const auto& variable : environment) {
    const auto equals = variable.find('=');
    ::setenv(variable.substr(0, equals).c_str(), variable.substr(equals + 1).c_str(), 1);
  }
}

GitRepo::GitRepo(bool bare)
    : directory_(must(os::TemporaryDirectory::create("git-par-test"))),
      root_(directory_.path() + (bare ? "/repo.git" : "/repo")),
      bare_(bare) {
  const std::string home = directory_.path() + "/home";
  std::filesystem::create_directories(home);
  environment_ = hermetic_environment(home);
  enter_environment(environment_);
  std::filesystem::create_directories(root_);
  if (bare)
    git({"init", "--quiet", "--bare", "--initial-branch=main"});
  else
    git({"init", "--quiet", "--initial-branch=main"});
}

std::string GitRepo::full(const std::string& path) const {
  return path.starts_with('/') ? path : root_ + "/" + path;
}

void GitRepo::write(const std::string& path, const std::string& content) const {
  const std::filesystem::path target(full(path));
  std::filesystem::create_directories(target.parent_path());
  std::ofstream file(target, std::ios::binary | std::ios::trunc);
  file << content;
  file.close();
  if (!file) throw std::runtime_error("cannot write " + path);
}

void GitRepo::remove(const std::string& path) const { std::filesystem::remove_all(full(path)); }

std::string GitRepo::read(const std::string& path) const { return must(os::read_file(full(path))); }

bool GitRepo::has(const std::string& path) const { return os::exists(full(path)); }

std::string GitRepo::git_in(const std::string& directory, const std::vector<std::string>& args) const {
  std::vector<std::string> argv{"git"};
  argv.insert(argv.end(), args.begin(), args.end());
  auto finished = must(os::run({argv, directory, environment_, "", false}));
  if (finished.exit_code != 0) throw std::runtime_error("git " + join(args, " ") + ": " + finished.err);
  if (finished.out.ends_with('\n')) finished.out.pop_back();
  return finished.out;
}

os::Finished GitRepo::try_git(const std::vector<std::string>& args) const {
  std::vector<std::string> argv{"git"};
  argv.insert(argv.end(), args.begin(), args.end());
  return must(os::run({argv, root_, environment_, "", false}));
}

std::string GitRepo::commit(const std::string& message, const std::string& directory) const {
  const std::string& place = directory.empty() ? root_ : directory;
  git_in(place, {"add", "-A"});
  git_in(place, {"commit", "--quiet", "--allow-empty", "--no-verify", "-m", message});
  return git_in(place, {"rev-parse", "HEAD"});
}

void GitRepo::add_hook(const std::string& name) const {
  const std::string path = git_dir() + "/hooks/" + name;
  write(path, "#!/bin/sh\necho " + name + " >>'" + directory() + "/hooks-that-ran'\n");
  ::chmod(path.c_str(), 0755);
}

std::string GitRepo::hooks_that_ran() const {
  const std::string path = directory() + "/hooks-that-ran";
  return os::exists(path) ? must(os::read_file(path)) : "";
}

}  // namespace par::test
