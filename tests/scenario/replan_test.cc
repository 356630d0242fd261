// Plans after runs: with the real program.
#include "support/catch.h"
#include "support/sandbox.h"

using par::test::Sandbox;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// An item for each name, and two workers who mend its file.
void write_items(const Sandbox& sandbox, const std::vector<std::string>& names,
                 const std::string& validation = "true") {
  std::string config = "target = \"main\"\n[[validate]]\nname = \"v\"\nrun = \"" + validation +
                       "\"\nreruns = 0\n[agent.fix]\nowns = [\"/src/**\"]\ncount = 2\n"
                       "run = \"for f in $(cut -c2- $PAR_OWNS_FILE); do echo mended >$f; done\"\n";
  for (const auto& name : names) {
    config += "[[item]]\nid = \"" + name + "\"\ntitle = \"t\"\nfiles = [\"src/" + name + "\"]\n";
    if (!par::os::exists(sandbox.repo() + "/src/" + name)) sandbox.write("src/" + name, "as it was\n");
  }
  sandbox.write(".gitpar.toml", config);
  sandbox.commit_all("items");
}

}  // namespace

TEST_CASE("plan: after a run estimates come from what it took") {
  Sandbox sandbox;
  par::test::write_three_agents(sandbox);
  CHECK(has(sandbox.par({"plan"}).out, "no estimates: parallel by default"));
  REQUIRE(sandbox.par({"run", "-q"}).exit_code == 0);
  const auto plan = sandbox.par({"plan"});
  INFO(plan.out << plan.err);
  CHECK(has(plan.out, "decision: sequential"));
  CHECK(has(plan.out, "is below min_sequential 5m 00s"));
  CHECK(has(plan.out, "estimates from earlier runs: "));
  CHECK(has(plan.out, "for 'alpha' (done once)"));
  CHECK(sandbox.par({"plan"}).out == plan.out);
}

TEST_CASE("plan: new items are planned, and what has landed is not planned again") {
  Sandbox sandbox;
  write_items(sandbox, {"a", "b"});
  REQUIRE(sandbox.par({"run", "-q", "--land"}).exit_code == 0);
  CHECK(sandbox.read("src/a") == "mended\n");
  const auto nothing = sandbox.par({"plan"});
  CHECK(nothing.exit_code == 1);
  CHECK(nothing.err ==
        "error: nothing is left to do: 2 items are finished\n"
        "hint: import or write further items, or plan these anew with --again\n");
  CHECK(sandbox.par({"run"}).exit_code == 1);
  CHECK(has(sandbox.par({"plan", "--again"}).out, "fix-1"));

  write_items(sandbox, {"a", "b", "c"});
  const auto plan = sandbox.par({"plan", "--json"});
  INFO(plan.out << plan.err);
  CHECK(plan.err.empty());
  CHECK(has(plan.out, "\"items\":[\"c\"]"));
  CHECK(has(plan.out, "\"finished_item_count\":2"));
  CHECK_FALSE(has(plan.out, "\"a\""));
  CHECK(has(sandbox.par({"plan"}).out, "2 items finished by earlier runs, not planned again\n"));
  REQUIRE(sandbox.par({"run", "-q", "--land"}).exit_code == 0);
  CHECK(sandbox.read("src/a") == "mended\n");
  CHECK(sandbox.read("src/c") == "mended\n");
  CHECK(has(sandbox.par({"plan"}).err, "3 items are finished"));

  // Taken back from the target, the work is to be done again.
  sandbox.git({"reset", "-q", "--hard", "HEAD~1"});
  CHECK(has(sandbox.par({"plan", "--json"}).out, "\"finished_item_count\":2"));
  sandbox.assert_clean();
}

TEST_CASE("plan: what is accepted and not landed is finished as long as its candidate is kept") {
  Sandbox sandbox;
  write_items(sandbox, {"a", "b"});
  REQUIRE(sandbox.par({"run", "-q"}).exit_code == 0);
  CHECK(has(sandbox.par({"plan"}).err, "nothing is left to do: 2 items are finished"));
  write_items(sandbox, {"a", "b", "c"});
  const auto plan = sandbox.par({"plan"});
  INFO(plan.out << plan.err);
  CHECK(has(plan.out, "2 items finished by earlier runs"));
  CHECK(has(
      plan.err,
      "warning: run 'r1' holds finished items that have not landed, and what is planned now starts without "
      "them; 'git par merge --run r1' lands them\n"));
  sandbox.git({"branch", "other"});
  CHECK_FALSE(has(sandbox.par({"plan", "--target", "other"}).out, "finished"));
  REQUIRE(sandbox.par({"rollback", "-q", "fix-1"}).exit_code == 0);
  CHECK(has(sandbox.par({"plan"}).out, "1 item finished by earlier runs"));
  REQUIRE(sandbox.par({"clean", "-q", "r1"}).exit_code == 0);
  CHECK_FALSE(has(sandbox.par({"plan"}).out, "finished"));
  sandbox.assert_clean();
}

TEST_CASE("plan: what was rejected is planned again") {
  Sandbox sandbox;
  write_items(sandbox, {"a", "b"}, "! grep -q mended src/b");
  CHECK(sandbox.par({"run", "-q", "--land"}).exit_code == 1);
  const auto plan = sandbox.par({"plan", "--json"});
  INFO(plan.out << plan.err);
  CHECK(has(plan.out, "\"items\":[\"b\"]"));
  CHECK(has(plan.out, "\"finished_item_count\":1"));
}

TEST_CASE("plan: what comes after work that has not landed waits for it to land") {
  Sandbox sandbox;
  write_items(sandbox, {"a", "b"});
  REQUIRE(sandbox.par({"run", "-q"}).exit_code == 0);
  sandbox.write("src/c", "as it was\n");
  sandbox.write(".gitpar.toml", sandbox.read(".gitpar.toml") +
                                    "[[item]]\nid = \"c\"\nfiles = [\"src/c\"]\nafter = [\"a\"]\n");
  sandbox.commit_all("c comes after a");
  const auto plan = sandbox.par({"plan"});
  CHECK(plan.exit_code == 1);
  CHECK(has(plan.err,
            "error: item 'c' comes after 'a', whose work has not landed yet\n"
            "hint: 'git par merge --run r1' lands it\n"));
  REQUIRE(sandbox.par({"merge", "-q", "--run", "r1"}).exit_code == 0);
  CHECK(has(sandbox.par({"plan", "--json"}).out, "\"items\":[\"c\"]"));
  sandbox.assert_clean();
}

TEST_CASE("plan: an id of before that asks for something else, or is found again, is planned") {
  Sandbox sandbox;
  write_items(sandbox, {"a", "b"});
  const auto findings = [&](const std::string& file, const std::string& lines) {
    sandbox.write(file, lines);
    sandbox.commit_all(file);
  };
  const std::string one = "{\"id\":\"1\",\"title\":\"t\",\"files\":[\"src/a\"]}\n";
  const std::string two = "{\"id\":\"2\",\"title\":\"t\",\"files\":[\"src/b\"]}\n";
  sandbox.write(".gitpar.toml",
                "target = \"main\"\n[agent.fix]\nowns = [\"/src/**\"]\ncount = 2\n"
                "run = \"for f in $(cut -c2- $PAR_OWNS_FILE); do echo mended >>$f; done\"\n");
  findings("found.jsonl", one + two);
  REQUIRE(sandbox.par({"import", "found.jsonl"}).exit_code == 0);
  REQUIRE(sandbox.par({"run", "-q", "--land"}).exit_code == 0);
  CHECK(has(sandbox.par({"plan"}).err, "nothing is left to do: 2 items are finished"));

  // Another batch counts from 1 too.
  findings("batch.jsonl", "{\"id\":\"1\",\"title\":\"t\",\"files\":[\"src/b\"]}\n");
  CHECK(has(sandbox.par({"plan", "--json", "--items", "batch.jsonl"}).out, "\"items\":[\"1\"]"));

  findings("found.jsonl", two);
  REQUIRE(sandbox.par({"import", "found.jsonl"}).exit_code == 0);
  findings("found.jsonl", one + two);
  REQUIRE(sandbox.par({"import", "found.jsonl"}).exit_code == 0);
  const auto plan = sandbox.par({"plan", "--json"});
  INFO(plan.out << plan.err);
  CHECK(has(plan.out, "\"items\":[\"1\"]"));
  CHECK(has(plan.out, "\"finished_item_count\":1"));
  REQUIRE(sandbox.par({"run", "-q", "--land"}).exit_code == 0);
  CHECK(has(sandbox.par({"plan"}).err, "nothing is left to do: 2 items are finished"));
  sandbox.assert_clean();
}

TEST_CASE("plan: a pool that had items in an earlier run and has none now is left out") {
  Sandbox sandbox;
  for (const std::string name : {"a", "b"}) sandbox.write("src/" + name, "as it was\n");
  const auto agent = [](const std::string& name, const std::string& run) {
    return "[agent." + name + "]\nowns = [\"/src/**\"]\ncount = 2\nrun = \"" + run + "\"\n";
  };
  std::string config = "target = \"main\"\n" +
                       agent("claude", "for f in $(cut -c2- $PAR_OWNS_FILE); do echo mended >$f; done") +
                       agent("codex", "exit 1");
  for (const std::string name : {"a", "b"})
    config += "[[item]]\nid = \"" + name + "\"\nfiles = [\"src/" + name + "\"]\n";
  sandbox.write(".gitpar.toml", config);
  sandbox.commit_all("base");
  CHECK(sandbox.par({"run", "-q", "--land"}).exit_code == 1);
  const auto plan = sandbox.par({"plan", "--json"});
  INFO(plan.out << plan.err);
  CHECK(plan.exit_code == 0);
  CHECK(has(plan.out, "\"agent\":\"claude-1\""));
  CHECK_FALSE(has(plan.out, "codex"));
  sandbox.assert_clean();
}
