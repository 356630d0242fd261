#include "cli/candidates.h"

#include <algorithm>

#include "cli/command.h"
#include "support/catch.h"

using namespace par;
using par::cli::Candidate;

namespace {

// Names what it was asked for.
std::vector<Candidate> echo(std::string_view kind, const std::string& run) {
  return {{std::string(kind) + "-of-" + (run.empty() ? "newest" : run), "a value"}, {"errors", "a value"}};
}

std::vector<std::string> values(const std::vector<std::string>& words) {
  std::vector<std::string> result;
  for (const auto& candidate : cli::candidates(words, echo)) result.push_back(candidate.value);
  return result;
}

bool has(const std::vector<std::string>& list, const std::string& word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("completion: the first word is one of the commands, with its summary") {
  const auto first = cli::candidates({""}, echo);
  REQUIRE(first.size() == cli::commands().size());
  for (std::size_t i = 0; i < first.size(); ++i) {
    CHECK(first[i].value == cli::commands()[i].name);
    CHECK(first[i].description == cli::commands()[i].summary);
  }
  CHECK(values({}) == values({""}));
}

TEST_CASE("completion: before the command, options are the program's") {
  CHECK(values({"-"}) == Words{"-C", "-h", "--help", "--version"});
}

TEST_CASE("completion: an unknown command has nothing to offer") {
  CHECK(values({"nonsense", ""}).empty());
  CHECK(values({"nonsense", "-"}).empty());
}

TEST_CASE("completion: '-' offers every option of the command, '--' the long ones") {
  const auto all = values({"run", "-"});
  CHECK(has(all, "-j"));
  CHECK(has(all, "--jobs"));
  CHECK(has(all, "--json"));
  CHECK_FALSE(has(all, "--now"));
  const auto longer = values({"run", "--la"});
  CHECK(has(longer, "--land"));
  CHECK_FALSE(has(longer, "-j"));
  CHECK_FALSE(has(longer, "<n>"));
}

TEST_CASE("completion: options carry their descriptions") {
  for (const auto& candidate : cli::candidates({"merge", "--"}, echo))
    CHECK_FALSE(candidate.description.empty());
}

TEST_CASE("completion: an option's value is completed in both ways of writing it") {
  CHECK(values({"merge", "--strategy", ""}) == Words{"merge", "squash", "rebase", "single"});
  CHECK(values({"merge", "--strategy=s"}) ==
        Words{"--strategy=merge", "--strategy=squash", "--strategy=rebase", "--strategy=single"});
  CHECK(values({"merge", "--target", ""}).front() == "branch-of-newest");
  CHECK(values({"merge", "--target="}).front() == "--target=branch-of-newest");
}

TEST_CASE("completion: a flag that may have a value is offered without it, and takes it behind '='") {
  CHECK(has(values({"merge", "--"}), "--pr"));
  CHECK(values({"merge", "--pr="}) == Words{"--pr=run", "--pr=agent"});
  CHECK(values({"merge", "--pr", ""}).empty());
}

TEST_CASE("completion: a value that nothing is known about has no candidates of ours") {
  CHECK(cli::candidates({"run", "--jobs", ""}, [](auto, const auto&) {
          return std::vector<Candidate>();
        }).empty());
  CHECK(values({"run", "--land="}).empty());
  CHECK(values({"run", "--nonsense="}).empty());
}

TEST_CASE("completion: the word after a flag, or after an option with its value, is an argument") {
  CHECK(values({"log", "-f", ""}).front() == "agent-of-newest");
  CHECK(values({"resume", "-j", "4", ""}).front() == "run-of-newest");
  CHECK(values({"resume", "-j4", ""}).front() == "run-of-newest");
  CHECK(values({"resume", "-qj", "4", ""}).front() == "run-of-newest");
  CHECK(values({"resume", "--jobs=4", ""}).front() == "run-of-newest");
}

TEST_CASE("completion: an agent is one of the run that --run names") {
  CHECK(values({"log", "--run", "r1", ""}).front() == "agent-of-r1");
  CHECK(values({"log", "--run=r2", ""}).front() == "agent-of-r2");
  CHECK(values({"rollback", "--run", "r3", "--dry-run", ""}).front() == "what-of-r3");
  CHECK(values({"release", "--run", "r3", ""}).front() == "held-of-r3");
}

TEST_CASE("completion: what was given is not offered again, and no more than the command takes") {
  CHECK(values({"stop", "errors", ""}) == Words{"agent-of-newest"});
  CHECK(values({"status", "r1", ""}).empty());
  CHECK(values({"completion", ""}) == Words{"bash", "zsh", "fish"});
  CHECK(values({"completion", "bash", ""}).empty());
}

TEST_CASE("completion: after '--' nothing is an option") {
  CHECK(values({"stop", "--", "-"}).front() == "agent-of-newest");
  CHECK(values({"stop", "--", "--run", ""}).front() == "agent-of-newest");
}

TEST_CASE("completion: no candidate holds what a shell would split or drop") {
  for (const auto& command : cli::commands())
    for (const auto& start : {Words{std::string(command.name), "-"}, Words{std::string(command.name), ""}})
      for (const auto& [value, description] : cli::candidates(start, echo)) {
        CHECK(value.find_first_of(" \t\n:") == std::string::npos);
        CHECK(description.find_first_of("\t\n") == std::string::npos);
      }
}
