// The seed scenario: findings of three severities in a handful of files, three agents, one command.
#include "base/strings.h"
#include "support/catch.h"
#include "support/sandbox.h"

using par::test::Sandbox;

TEST_CASE("seed: 14 items of three severities in 9 files, three agents, no conflict, all landed at once") {
  Sandbox sandbox;
  std::string items;
  for (int i = 0; i < 14; ++i) {
    const auto* severity = i % 3 == 0 ? "critical" : i % 3 == 1 ? "major" : "minor";
    items += "{\"id\":\"F-" + std::to_string(i) + "\",\"title\":\"mend it\",\"severity\":\"" + severity +
             "\",\"files\":[\"src/f" + std::to_string(i % 9) + ".txt\"]}\n";
  }
  sandbox.write("findings.jsonl", items);
  for (int i = 0; i < 9; ++i)
    sandbox.write("src/f" + std::to_string(i) + ".txt", "as it was\nin this file\n");
  // Each agent mends what its items name.
  sandbox.write(".gitpar.toml",
                "target = \"main\"\n"
                "[[validate]]\nname = \"unit\"\nrun = \"! grep -rq broken src\"\n"
                "[agent.fix]\nowns = [\"src/**\"]\ncount = 3\n"
                "run = '''sed 's/.*\"id\":\"\\([^\"]*\\)\".*\"files\":\\[\"\\([^\"]*\\)\".*/\\1 \\2/' "
                "\"$PAR_ITEMS_FILE\" | while read -r id file; do echo \"$id\" >> \"$file\"; done'''\n");
  sandbox.commit_all("base");

  const auto run = sandbox.par({"run", "--items", "findings.jsonl", "--force-parallel", "--land", "--json"});
  INFO(run.out << run.err);
  REQUIRE(run.exit_code == 0);
  CHECK(run.out.find("\"state\":\"landed\"") != std::string::npos);
  CHECK(run.out.find("\"done\":14,\"failed\":0,\"total\":14") != std::string::npos);
  CHECK(run.out.find("\"phases\":1") != std::string::npos);
  for (int i = 0; i < 14; ++i)
    CHECK(sandbox.git({"grep", "-c", "^F-" + std::to_string(i) + "$", "main", "--", "src"}) ==
          "main:src/f" + std::to_string(i % 9) + ".txt:1");
  CHECK(sandbox.git({"for-each-ref", "refs/par/salvage"}).empty());
  sandbox.assert_clean();
}
