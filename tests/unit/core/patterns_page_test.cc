// gitpar-patterns(7) is written by hand: each of its examples is tried.
#include "base/strings.h"
#include "core/codeowners_index.h"
#include "core/common_path.h"
#include "os/files.h"
#include "support/catch.h"

namespace par::core {
namespace {

using Columns = std::vector<std::string>;

// A line of the page as its reader sees it.
std::string shown(std::string line) {
  line = replace_all(std::move(line), "\\e", "\x01");
  line = replace_all(replace_all(std::move(line), "\\&", ""), "\\-", "-");
  return replace_all(std::move(line), "\x01", "\\");
}

// Two blanks or more stand between columns.
Columns columns_of(std::string_view line) {
  Columns columns;
  while (!line.empty()) {
    const auto end = line.find("  ");
    columns.emplace_back(line.substr(0, end));
    const auto next = end == std::string_view::npos ? end : line.find_first_not_of(' ', end);
    line.remove_prefix(std::min(next, line.size()));
  }
  return columns;
}

// The blocks of examples: a heading and lines below it.
std::vector<std::vector<Columns>> tables() {
  const auto text = os::read_file(PAR_SOURCE_DIR "/man/gitpar-patterns.7");
  REQUIRE(text);
  std::vector<std::vector<Columns>> tables;
  bool inside = false;
  for (const auto& line : split_terminated(*text, '\n')) {
    if (line == ".EE") inside = false;
    if (inside) tables.back().push_back(columns_of(shown(line)));
    if (line == ".EX") {
      inside = true;
      tables.emplace_back();
    }
  }
  return tables;
}

Ownership ownership_of(const std::string& pattern, Folding folding) {
  AgentSpec agent;
  agent.owns = {pattern};
  auto ownership = Ownership::parse(agent, folding);
  if (!ownership) FAIL(ownership.error().message);
  return *std::move(ownership);
}

// Whether the pattern owns the path, in the dialect that the table's heading names.
bool owns(const std::string& heading, const std::string& pattern, const std::string& path) {
  if (heading == "CODEOWNERS pattern") {
    const auto file = parse_codeowners(pattern + " @x\n", CodeownersDialect::github);
    return !CodeownersIndex(file).rules_of(path).empty();
  }
  return ownership_of(pattern, {heading == "pattern, case ignored", false}).owns(path);
}

void try_paths(const std::string& heading, const Columns& line) {
  REQUIRE(line.size() == 3);
  for (const auto& path : split(line[1], ' ')) {
    INFO(line[0] << " owns " << path);
    CHECK(owns(heading, line[0], path));
  }
  for (const auto& path : split(line[2], ' ')) {
    INFO(line[0] << " does not own " << path);
    CHECK_FALSE(owns(heading, line[0], path));
  }
}

void try_overlap(const Columns& line) {
  REQUIRE(line.size() == 3);
  const auto found = common_path(ownership_of(line[0], {}), ownership_of(line[1], {}));
  INFO(line[0] << " and " << line[1]);
  CHECK((found ? found->str() : "none") == line[2]);
}

}  // namespace

TEST_CASE("gitpar-patterns(7): every example is true") {
  const auto all = tables();
  CHECK(all.size() == 9);
  for (const auto& table : all) {
    const Columns& heading = table.front();
    const bool is_overlap = heading.back() == "overlap in";
    if (!is_overlap) CHECK(heading == Columns{heading[0], "owns", "does not own"});
    for (auto line = table.begin() + 1; line != table.end(); ++line) {
      if (is_overlap)
        try_overlap(*line);
      else
        try_paths(heading[0], *line);
    }
  }
}

}  // namespace par::core
