#include "core/preflight.h"

#include <algorithm>

#include "support/catch.h"

namespace par::core {
namespace {

using Words = std::vector<std::string>;

// Nothing is wrong.
PreflightFacts good_facts() {
  PreflightFacts facts;
  facts.target = "main";
  facts.base = ObjectId("b0");
  facts.item_count = 2;
  facts.disk = {3, 1 << 20, std::int64_t{1} << 30};
  ValidationResult green;
  green.name = "unit";
  green.result = Outcome::pass;
  facts.validations = {{"unit", green}};
  return facts;
}

PreflightCheck check_of(const PreflightFacts& facts, const std::string& name) {
  for (auto& check : evaluate_preflight(facts))
    if (check.name == name) return check;
  FAIL("no check " << name);
  return {};
}

TEST_CASE("preflight: where nothing is wrong every check is ok and has no hint") {
  const auto checks = evaluate_preflight(good_facts());
  Words names;
  for (const auto& check : checks) {
    CHECK(check.result == CheckResult::ok);
    CHECK(check.hint.empty());
    CHECK_FALSE(check.detail.empty());
    names.push_back(check.name);
  }
  CHECK(names ==
        Words{"target", "upstream", "patterns", "items", "disk", "commands", "validation", "leftovers"});
}

TEST_CASE("preflight: of a target that does not exist nothing else is said") {
  auto facts = good_facts();
  facts.base = ObjectId();
  const auto checks = evaluate_preflight(facts);
  REQUIRE(checks.size() == 1);
  CHECK(checks.front().result == CheckResult::error);
  CHECK(checks.front().detail == "the target branch 'main' does not exist");
}

TEST_CASE("preflight: a target that cannot be moved is an error") {
  auto facts = good_facts();
  facts.obstacle = "'main' is checked out in '/w' and has changes that are not committed";
  CHECK(check_of(facts, "target").result == CheckResult::error);
  CHECK(check_of(facts, "target").detail == "nothing could land: " + facts.obstacle);
}

TEST_CASE("preflight: a target behind its upstream is a warning, one ahead of it is not") {
  auto facts = good_facts();
  facts.upstream = UpstreamFacts{"origin/main", true, 2, 0};
  CHECK(check_of(facts, "upstream").result == CheckResult::ok);
  CHECK(check_of(facts, "upstream").detail ==
        "'main' has all of 'origin/main' that was fetched, and 2 commits more");
  facts.upstream->behind = 1;
  CHECK(check_of(facts, "upstream").result == CheckResult::warning);
  CHECK(check_of(facts, "upstream").detail == "'main' lacks 1 commit of 'origin/main'");
  facts.upstream->exists = false;
  CHECK(check_of(facts, "upstream").hint == "'git fetch' brings it");
}

TEST_CASE("preflight: a command that is missing and nearly the name of a preset is asked about") {
  auto facts = good_facts();
  facts.missing_commands = {{AgentName("a"), "claud"}, {AgentName("b"), "claude"}};
  CHECK(check_of(facts, "commands").hint == "did you mean 'claude'? gitpar-agents(7) lists the presets");
  facts.missing_commands = {{AgentName("b"), "claude"}, {AgentName("c"), "no-such-tool"}};
  CHECK(check_of(facts, "commands").hint == "install it, put it on PATH, or set 'run' in '.gitpar.toml'");
}

TEST_CASE("preflight: patterns that match nothing and items of nobody are warnings that name them") {
  auto facts = good_facts();
  for (const auto* pattern : {"a", "b", "c", "d"}) facts.unmatched.push_back({AgentName("x"), pattern});
  facts.unowned_items = {ItemId("i1")};
  const auto patterns = check_of(facts, "patterns");
  CHECK(patterns.result == CheckResult::warning);
  CHECK(patterns.detail == "4 owned patterns match nothing: x: a, x: b, x: c and 1 more");
  CHECK(patterns.subjects == Words{"x: a", "x: b", "x: c", "x: d"});
  CHECK(check_of(facts, "items").result == CheckResult::warning);
  CHECK(check_of(facts, "items").detail == "1 of 2 items belong to no agent: i1");
}

TEST_CASE("preflight: what may hold anything stands as git quotes paths") {
  auto facts = good_facts();
  facts.unmatched = {{AgentName("x"), "a\nok  b"}};
  facts.missing_commands = {{AgentName("a"), "\x1b[2J"}};
  facts.validations.front().result->result = Outcome::fail;
  facts.validations.front().result->failures = {"t\r", "u"};
  CHECK(check_of(facts, "patterns").detail == R"(1 owned pattern matches nothing: x: "a\nok  b")");
  CHECK(check_of(facts, "commands").detail == R"('"\033[2J"' of agent 'a' is not found)");
  CHECK(check_of(facts, "validation").detail == R"(red on the base: "t\r", u)");
  CHECK(check_of(facts, "validation").subjects == Words{"t\r", "u"});
}

TEST_CASE("preflight: worktrees that do not fit are an error, those that leave little room a warning") {
  auto facts = good_facts();
  facts.disk = {4, 1000, 4000};
  CHECK(check_of(facts, "disk").result == CheckResult::warning);
  facts.disk.free_bytes = 3999;
  CHECK(check_of(facts, "disk").result == CheckResult::error);
  facts.disk.free_bytes = 8000;
  CHECK(check_of(facts, "disk").result == CheckResult::ok);
  facts.disk = {1, 3 << 19, std::int64_t{5} << 40};
  CHECK(check_of(facts, "disk").detail == "1 worktree of 1.5 MiB each, 5.0 TiB free");
}

TEST_CASE("preflight: a command that is missing or not found is an error") {
  auto facts = good_facts();
  facts.missing_commands = {{AgentName("a"), "clod"}, {AgentName("b"), ""}};
  const auto check = check_of(facts, "commands");
  CHECK(check.result == CheckResult::error);
  CHECK(check.detail == "'clod' of agent 'a' is not found, agent 'b' has no command");
}

TEST_CASE("preflight: a base that is red, unknown or not validated at all is a warning") {
  auto facts = good_facts();
  facts.validations.push_back({"lint", std::nullopt});
  CHECK(check_of(facts, "validation").result == CheckResult::warning);
  CHECK(check_of(facts, "validation").detail == "not validated yet: lint");
  CHECK(check_of(facts, "validation").hint == "'git par validate main' does it");
  facts.validations.front().result->result = Outcome::fail;
  facts.validations.front().result->failures = {"t1", "t2"};
  CHECK(check_of(facts, "validation").detail == "red on the base: t1, t2");
  facts.validations.clear();
  CHECK(check_of(facts, "validation").result == CheckResult::warning);
}

TEST_CASE("preflight: earlier runs that left something are a warning, what stands in the way an error") {
  auto facts = good_facts();
  facts.left_runs = {{RunId("r1"), true, 2, ""}};
  CHECK(check_of(facts, "leftovers").detail == "run 'r1' left 2 worktrees");
  CHECK(check_of(facts, "leftovers").hint == "'git par clean' removes them");
  facts.left_runs.push_back({RunId("r2"), false, 0, ""});
  CHECK(check_of(facts, "leftovers").result == CheckResult::warning);
  CHECK(check_of(facts, "leftovers").detail == "run 'r1' left 2 worktrees, run 'r2' is not over");
  facts.left_runs = {{RunId("r0"), false, 0, "the journal is damaged"}};
  CHECK(check_of(facts, "leftovers").result == CheckResult::warning);
  CHECK(check_of(facts, "leftovers").detail == "run 'r0' cannot be read: the journal is damaged");
  CHECK(check_of(facts, "leftovers").hint.starts_with("the work of a damaged run is still under"));
  facts.left_runs.push_back({RunId("r1"), true, 2, ""});
  CHECK(check_of(facts, "leftovers").hint == "'git par clean' removes them");
  facts.in_the_way = "branch 'par/r3/a/tip' already exists";
  CHECK(check_of(facts, "leftovers").result == CheckResult::error);
  CHECK(check_of(facts, "leftovers").detail == facts.in_the_way);
}

TEST_CASE("preflight: an owned pattern matches what an owner may change, metadata by its name alone") {
  AgentSpec a;
  a.name = AgentName("a");
  a.owns = {"src/**", "docs", "*.md", ".github"};
  AgentSpec b;
  b.name = AgentName("b");
  b.owns = {"SRC/x.c"};
  const std::vector<RepoPath> paths{RepoPath("src/x.c"), RepoPath("src/.github/y.md"), RepoPath("z.txt")};
  auto unmatched = unmatched_patterns({a, b}, paths, {});
  REQUIRE(unmatched);
  CHECK(*unmatched == std::vector<AgentWord>{
                          {AgentName("a"), "docs"}, {AgentName("a"), "*.md"}, {AgentName("b"), "SRC/x.c"}});
  unmatched = unmatched_patterns({b}, paths, {true, false});
  REQUIRE(unmatched);
  CHECK(unmatched->empty());
  b.owns = {"["};
  CHECK_FALSE(unmatched_patterns({b}, paths, {}));
}

TEST_CASE("preflight: the first word of a command, or nothing where only a shell could tell") {
  CHECK(first_command_word("claude -p {prompt_file}") == "claude");
  CHECK(first_command_word("  A=1 B='x y' ./fix.sh; true") == "./fix.sh");
  CHECK(first_command_word("A=$HOME make") == "make");
  CHECK(first_command_word("'my tool' x") == "my tool");
  CHECK(first_command_word("my\\ tool x") == "my tool");
  CHECK(first_command_word("for f in a; do true; done") == "for");
  CHECK(first_command_word("make&&true") == "make");
  CHECK(first_command_word("1A=2") == "1A=2");
  for (const auto* command : {"", "  ", "$TOOL x", "\"$TOOL\" x", "`which x`", "(cd x; y)", "{worktree}/fix",
                              "~/bin/fix", "A=1", "# nothing"})
    CHECK_FALSE(first_command_word(command));
}

}  // namespace
}  // namespace par::core
