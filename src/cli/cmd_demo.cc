// git par demo: the main job on a sample repository, with the very commands a user would type.
#include <fmt/format.h>

#include <memory>

#include "base/strings.h"
#include "cli/command.h"
#include "cli/demo_files.h"
#include "cli/program.h"
#include "cli/report.h"
#include "git/command.h"
#include "os/files.h"

namespace par::cli {
namespace {

Result<void> git_in(const std::string& directory, const std::vector<std::string>& args) {
  git::CommandOptions options;
  options.cwd = directory;
  PAR_TRY(git::git_output(args, options));
  return {};
}

// An empty directory to work in: the one named, or a new one.
Result<std::string> demo_directory(const std::string& wanted, const std::string& cwd) {
  if (wanted.empty()) {
    PAR_ASSIGN(auto made, os::TemporaryDirectory::create("git-par-demo"));
    return made.release();
  }
  const std::string path = os::absolute_path(wanted, cwd);
  PAR_ASSIGN(const auto entries, os::list_directory(path));
  if (os::exists(path) && (!os::is_directory(path) || !entries.empty()))
    return Error(fmt::format("'{}' is there and not an empty directory", path))
        .hint("give another, or none: then a new one is made");
  PAR_TRY(os::make_directories(path));
  return path;
}

Result<void> make_repository(const std::string& repository) {
  PAR_TRY(os::make_directories(repository));
  PAR_TRY(git_in(repository, {"init", "-q", "--template=", "--initial-branch=main", "."}));
  PAR_TRY(git_in(repository, {"config", "user.name", "Demo"}));
  PAR_TRY(git_in(repository, {"config", "user.email", "demo@example.invalid"}));
  PAR_TRY(git_in(repository, {"config", "commit.gpgSign", "false"}));
  for (const auto& file : demo_files()) {
    const std::string path = repository + "/" + std::string(file.path);
    PAR_TRY(os::make_directories(os::parent_directory(path)));
    PAR_TRY(os::write_file_durably(path, file.content, file.executable ? 0755 : 0644));
  }
  PAR_TRY(git_in(repository, {"add", "-A"}));
  return git_in(repository, {"commit", "-q", "-m", "words: a small program with tests"});
}

// Shows the command as the user would type it, then runs it.
int type_command(const std::string& repository, const std::vector<std::string>& words) {
  print_out(fmt::format("\n$ git par {}\n", join(words, " ")));
  std::vector<std::string> arguments{"-C", repository};
  arguments.insert(arguments.end(), words.begin(), words.end());
  return run_arguments(arguments);
}

Result<void> show_history(const std::string& repository) {
  git::CommandOptions options;
  options.cwd = repository;
  PAR_ASSIGN(const auto graph, git::git_output({"log", "--oneline", "--graph", "main"}, options));
  print_out("\n$ git log --oneline --graph\n" + graph);
  return {};
}

Result<int> demo(const std::string& wanted, const Invocation& invocation) {
  PAR_ASSIGN(const std::string directory, demo_directory(wanted, invocation.cwd));
  const std::string repository = directory + "/words";
  PAR_TRY(make_repository(repository));
  print_out(fmt::format("a small program with tests and four agents, in {}\n", repository));
  const int planned = type_command(repository, {"plan"});
  // One agent breaks a test and is rejected, so the run's answer is "not all of them".
  const int ran = type_command(repository, {"run"});
  const int merged = type_command(repository, {"merge"});
  if (planned != 0 || ran != kExitNo || merged != 0)
    return Error(fmt::format("the demo did not go as it should: plan {}, run {}, merge {}", planned, ran,
                             merged))
        .hint(fmt::format("everything is left in '{}'", directory));
  PAR_TRY(show_history(repository));
  print_out(
      fmt::format("\nThree agents' work is on 'main', together tested; the one that broke a test is not.\n"
                  "Look around in {} ('git par log', 'git par status'), remove it when done.\n",
                  repository));
  return 0;
}

Handler configure(OptionList& line) {
  const auto directory = std::make_shared<std::string>();
  line.value("directory", *directory, "where; a new temporary directory by default");
  return [directory](const Invocation& invocation) { return demo(*directory, invocation); };
}

}  // namespace

Command demo_command() {
  return {"demo",
          Group::start,
          "[<directory>]",
          "make a sample repository, run four agents on it, and land",
          "Makes a small program with a test script and four scripted agents in two phases, then types 'git "
          "par plan', "
          "'git par run' and 'git par merge' for you. Three agents succeed; one breaks a test and is "
          "rejected with that "
          "test named. No network, no agent CLI, a few seconds; everything stays in the directory it names.",
          {{"git par demo", "see the main job"}},
          "0: it went as described.",
          configure};
}

}  // namespace par::cli
