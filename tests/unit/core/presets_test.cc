#include "core/presets.h"

#include <algorithm>

#include "base/strings.h"
#include "support/catch.h"

using namespace par;
using namespace par::core;

TEST_CASE("presets: every one is found by its name, and they are in order") {
  const auto all = presets();
  CHECK(all.size() == 11);
  CHECK(std::is_sorted(all.begin(), all.end(),
                       [](const Preset& a, const Preset& b) { return a.name < b.name; }));
  for (const auto& preset : all) {
    CAPTURE(preset.name);
    CHECK(find_preset(preset.name) == &preset);
    CHECK(command_of(preset.name) == preset.command);
  }
}

TEST_CASE("presets: every one is given its prompt through a file, and says truly what keeps it from asking") {
  for (const auto& preset : presets()) {
    CAPTURE(preset.name);
    const std::string command(preset.command);
    CHECK(command.find("{prompt_file}") != std::string::npos);
    CHECK(command.find(preset.approval) != std::string::npos);
    CHECK(command.find(preset.name) != std::string::npos);
    const auto known = replace_all(replace_all(command, "{prompt_file}", ""), "{tmp}", "");
    CHECK(known.find_first_of("{}") == std::string::npos);
    const auto is_pointer = [&](std::string_view text) {
      return text.empty() || (text.front() == '/' && !preset.usage.line.empty());
    };
    CHECK(is_pointer(preset.usage.cost));
    for (const auto& place : preset.usage.tokens) CHECK(is_pointer(place));
    if (!preset.usage.line.empty()) CHECK(preset.output == OutputFormat::json_lines);
    for (const auto& text : preset.permanent_texts) CHECK(text.size() > 10);  // no word that agents write
    for (const int code : preset.permanent_codes) CHECK(code > 1);
  }
}

TEST_CASE("presets: the name alone is one; with an argument or a path it is the program") {
  CHECK(find_preset(" claude\n") != nullptr);
  for (const auto* run : {"claude -p", "./claude", "/usr/bin/claude", "claude;", "claud", "", "X=1 claude"}) {
    CAPTURE(run);
    CHECK(find_preset(run) == nullptr);
    CHECK(command_of(run) == run);
  }
}
