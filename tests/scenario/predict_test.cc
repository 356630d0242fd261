// Predictions of what items change besides their files, with the real program on a real history.
#include "support/catch.h"
#include "support/sandbox.h"

using par::test::Sandbox;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// Three commits in which a and b changed with table.h; c with nothing but its own test.
void write_project(const Sandbox& sandbox) {
  sandbox.write(".gitpar.toml",
                "target = \"main\"\n[agent.fix]\nowns = [\"/src/**\"]\ncount = 2\n"
                "run = \"for f in $(cut -c2- $PAR_OWNS_FILE); do echo mended >>$f; done\"\n");
  std::string findings;
  for (const std::string name : {"a", "b", "c", "d"}) {
    sandbox.write("src/" + name + ".c", "0\n");
    findings += "{\"id\":\"" + name + "\",\"files\":[\"src/" + name + ".c\"]}\n";
  }
  sandbox.write("src/test_c.c", "0\n");
  sandbox.write("doc/c.txt", "0\n");
  sandbox.write("findings.jsonl", findings);
  sandbox.commit_all("base");
  for (const std::string round : {"1", "2", "3"}) {
    sandbox.write("src/a.c", round);
    sandbox.write("src/b.c", round);
    sandbox.write("src/table.h", round);
    sandbox.commit_all("a and b " + round);
    sandbox.write("src/d.c", round);
    sandbox.write("doc/c.txt", round);
    sandbox.commit_all("d " + round);
  }
}

}  // namespace

TEST_CASE("plan --predict: companions are shown with their reasons, and pools keep them together") {
  Sandbox sandbox;
  write_project(sandbox);
  const auto without = sandbox.par({"plan", "--items", "findings.jsonl"});
  CHECK_FALSE(has(without.out, "predicted"));
  const auto plan = sandbox.par({"plan", "--items", "findings.jsonl", "--predict"});
  INFO(plan.out << plan.err);
  CHECK(plan.exit_code == 0);
  CHECK(has(plan.out, "predicted, and no promise:\n"));
  CHECK(has(plan.out, "  a may change 'src/b.c': in 4 of 4 commits it changed with 'src/a.c'\n"));
  CHECK(has(plan.out, "  a may change 'src/table.h': in 3 of 4 commits it changed with 'src/a.c'\n"));
  CHECK(has(plan.out, "  c may change 'src/test_c.c': by its name a test of 'src/c.c'\n"));
  CHECK(has(plan.out,
            "  d may change 'doc/c.txt': in 4 of 4 commits it changed with 'src/d.c'; its agent does not own "
            "it\n"));
  const auto json = sandbox.par({"plan", "--items", "findings.jsonl", "--predict", "--json"});
  CHECK(
      has(json.out,
          "\"predictions\":[{\"item\":\"a\",\"path\":\"src/b.c\",\"because\":\"src/a.c\",\"by\":\"history\","
          "\"support\":4,\"confidence\":1,\"owned\":true}"));
  CHECK(has(json.out, "\"items\":[\"a\",\"b\"]"));
  CHECK(has(sandbox.par({"plan", "--items", "findings.jsonl", "--predict"}).out, plan.out));
  CHECK_FALSE(has(sandbox.par({"plan", "--items", "findings.jsonl", "--json"}).out, "predictions"));
}

TEST_CASE("run --predict: a worker may change what it is expected to change") {
  Sandbox sandbox;
  write_project(sandbox);
  const auto run = sandbox.par({"run", "--items", "findings.jsonl", "--predict", "--land"});
  INFO(run.out << run.err);
  CHECK(run.exit_code == 0);
  CHECK(sandbox.read("src/table.h") == "3mended\n");
  CHECK(sandbox.read("src/test_c.c") == "0\nmended\n");
  CHECK(sandbox.read("doc/c.txt") == "3");
  CHECK(sandbox.par({"run", "p-", "--predict"}).exit_code == 129);
  sandbox.assert_clean();
}
