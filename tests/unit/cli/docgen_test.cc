#include "cli/docgen.h"

#include <algorithm>
#include <set>

#include "base/strings.h"
#include "cli/roff.h"
#include "core/presets.h"
#include "support/catch.h"

using namespace par;
using namespace par::cli;

TEST_CASE("man: literal text reaches the reader byte for byte") {
  CHECK(roff_literal("--dry-run") == "\\-\\-dry\\-run");
  CHECK(roff_literal(R"(a\n)") == R"(a\en)");
  CHECK(roff_literal("'q' `b` ~ ^") == "\\(aqq\\(aq \\(gab\\(ga \\(ti \\(ha");
}

TEST_CASE("man: no text becomes a request") {
  CHECK(roff_literal(".gitpar.toml") == "\\&.gitpar.toml");
  CHECK(roff_prose("...") == "\\&...");
  CHECK(roff_paragraphs("'.gitpar.toml' is read") == "\\fB.gitpar.toml\\fR is read\n");  // no request
  std::string wide(77, 'x');  // so that the next word begins a line
  wide += " .TH is text, and 'TH is too";
  const auto filled = roff_paragraphs(wide);
  for (const auto& line : split_terminated(filled, '\n')) {
    CHECK_FALSE(line.starts_with('.'));
    CHECK_FALSE(line.starts_with('\''));
  }
}

TEST_CASE("man: prose shows literals bold, names italic, and keeps apostrophes") {
  CHECK(roff_prose("see 'git par run'") == "see \\fBgit par run\\fR");
  CHECK(roff_prose("an agent's work, agents' work") == "an agent\\(aqs work, agents\\(aq work");
  CHECK(roff_prose("'par/<run>/tip', then") == "\\fBpar/<run>/tip\\fR, then");
  CHECK(roff_prose("With --now it ends") == "With \\fB\\-\\-now\\fR it ends");
  CHECK(roff_prose("compare-and-swap - really") == "compare-and-swap - really");
  CHECK(roff_prose("-j, --jobs <n>") == "\\fB\\-j\\fR, \\fB\\-\\-jobs\\fR \\fI<n>\\fR");
  CHECK(roff_prose("[<agent>|<commit>...]") == "[\\fI<agent>\\fR|\\fI<commit>\\fR...]");
  CHECK(roff_prose("1 < 2 > 0") == "1 < 2 > 0");
}

TEST_CASE("man: paragraphs are filled and apart") {
  CHECK(roff_paragraphs("one\n\ntwo") == "one\n.PP\ntwo\n");
  for (const auto& line :
       split_terminated(roff_paragraphs(replace_all(std::string(100, '-'), "-", "word ")), '\n'))
    CHECK(line.size() <= 78);
}

TEST_CASE("man: every exit code of a command is an item of its own") {
  Command command = *find_command("plan");
  command.exit_codes = "0: planned. Really. 1: two overlap. 130: interrupted.";
  const auto page = command_page(command);
  CHECK(page.find(".TP\n\\fB0\\fR\nplanned. Really.\n.TP\n\\fB1\\fR\ntwo "
                  "overlap.\n.TP\n\\fB130\\fR\ninterrupted.\n") != std::string::npos);
}

TEST_CASE("man: the exit codes of every command can be read") {
  for (const auto& command : commands()) {
    CAPTURE(command.name);
    CHECK(command.exit_codes.starts_with("0: "));
    CHECK(command.exit_codes.ends_with('.'));
    const auto page = command_page(command);
    CHECK(page.find(".TP\n\\fB0\\fR\n") != std::string::npos);
  }
}

TEST_CASE("man: every option of a command has its description on its page") {
  for (const auto& command : commands()) {
    const auto page = command_page(command);
    CAPTURE(command.name, page);
    CHECK(page.find("\\fB\\-\\-json\\fR") != std::string::npos);
    CHECK(page.find(".TP\n.TP") == std::string::npos);
    CHECK(page.find("\n\n") == std::string::npos);
  }
}

TEST_CASE("man: the program's page lists every command under its group") {
  const auto page = program_page();
  for (const auto& command : commands()) {
    const auto entry = std::string(".BR ") + roff_literal("git-par-" + std::string(command.name)) + " (1)";
    CHECK(page.find(entry) != std::string::npos);
    CHECK(page.find(".SS " + std::string(group_title(command.group)) + "\n") != std::string::npos);
  }
}

TEST_CASE("man: every preset stands on its page, with its command and a mark where it was not verified") {
  const auto page = agents_page();
  std::size_t unverified = 0;
  for (const auto& preset : core::presets()) {
    CAPTURE(preset.name);
    const auto item =
        page.find(".TP\n\\fB" + roff_literal(preset.name) + "\\fR\n" + roff_literal(preset.command));
    REQUIRE(item != std::string::npos);
    const bool marked =
        page.substr(item, page.find(".TP", item + 1) - item).find("Not verified") != std::string::npos;
    CHECK(marked == preset.verified.empty());
    unverified += marked ? 1U : 0U;
  }
  CHECK(unverified > 0);
}

TEST_CASE("docgen: documents have paths of their own, in order, and end with a newline") {
  const auto all = documents();
  CHECK(all.size() == commands().size() + 6);
  std::set<std::string> paths;
  for (const auto& document : all) {
    CHECK(paths.insert(document.path).second);
    CHECK(document.content.ends_with('\n'));
  }
  CHECK(std::is_sorted(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.path < b.path; }));
}

TEST_CASE("docgen: the same program gives the same documents") {
  const auto once = documents();
  const auto again = documents();
  for (std::size_t i = 0; i < once.size(); ++i) CHECK(once[i].content == again[i].content);
}
