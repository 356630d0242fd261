#include "cli/usage.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <set>

#include "base/strings.h"
#include "support/catch.h"

using namespace par;
using namespace par::cli;

TEST_CASE("usage: options are shown with their names, value and description") {
  CLI::App app;
  Invocation invocation;
  int jobs = 0;
  bool land = false;
  std::string run;
  app.add_option("run", run, "a positional argument");
  app.add_option("-j,--jobs", jobs, "agents at once")->option_text("<n>");
  app.add_flag("--land", land, "land it");
  add_common_options(app, invocation);
  const auto texts = option_texts(app);
  REQUIRE(texts.size() == 6);
  CHECK(std::any_of(texts.begin(), texts.end(), [](const auto& t) {
    return t.names == "-j, --jobs <n>" && t.description == "agents at once";
  }));
  CHECK(std::any_of(texts.begin(), texts.end(), [](const auto& t) { return t.names == "--land"; }));
  CHECK(std::none_of(texts.begin(), texts.end(), [](const auto& t) { return t.names.find("run") == 0; }));
}

TEST_CASE("usage: every command has one, with its synopsis, summary and options") {
  for (const auto& command : commands()) {
    const auto text = usage_of(command);
    CAPTURE(text);
    CHECK(text.starts_with("usage: git par " + std::string(command.name)));
    CHECK(text.find(command.summary) != std::string::npos);
    CHECK(text.find("--help") != std::string::npos);
  }
}

TEST_CASE("usage: the program's lists every command once, by groups") {
  const auto text = usage_of_program();
  std::set<std::string> groups;
  for (const auto& command : commands()) {
    const auto line = "\n    " + std::string(command.name) + " ";
    CHECK(text.find(line) != std::string::npos);
    CHECK(text.find(line) == text.rfind(line));
    groups.insert(std::string(group_title(command.group)));
  }
  for (const auto& group : groups) {
    const auto heading = "\n" + group + "\n";
    CHECK(text.find(heading) != std::string::npos);
    CHECK(text.find(heading) == text.rfind(heading));
  }
}

TEST_CASE("table: summaries are one line, lower case, without full stop") {
  for (const auto& command : commands()) {
    CAPTURE(command.name);
    CHECK_FALSE(command.summary.empty());
    CHECK((command.summary[0] >= 'a' && command.summary[0] <= 'z'));
    CHECK_FALSE(command.summary.ends_with('.'));
    CHECK(command.summary.find('\n') == std::string_view::npos);
    CHECK(command.summary.size() <= 70);
  }
}

TEST_CASE("table: commands are complete and have names of their own") {
  std::set<std::string_view> names;
  for (const auto& command : commands()) {
    CAPTURE(command.name);
    CHECK(names.insert(command.name).second);
    CHECK(find_command(command.name) == &command);
    CHECK_FALSE(command.description.empty());
    CHECK_FALSE(command.examples.empty());
    CHECK(command.configure != nullptr);
  }
  CHECK(find_command("nonsense") == nullptr);
}
