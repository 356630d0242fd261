// What the commands print, word for word.
#include "support/catch.h"
#include "support/sandbox.h"
#include "support/snapshot.h"

using par::test::check_snapshot;
using par::test::Sandbox;

namespace {

// Three agents, of which beta breaks the validation, and gamma and delta overlap.
void write_project(const Sandbox& sandbox) {
  sandbox.write(".gitpar.toml", par::test::three_agents_config() +
                                    "[agent.delta]\nowns = [\"src/*/delta.txt\"]\n"
                                    "run = \"echo delta > src/gamma/delta.txt\"\n");
  for (const auto* name : {"alpha", "beta", "gamma"})
    sandbox.write(std::string("src/") + name + "/file.txt", "as it was\n");
  sandbox.write("README.md", "words\n");
  sandbox.commit_all("base");
}

}  // namespace

TEST_CASE("output: help, a plan, a run, its state and its landing") {
  Sandbox sandbox;
  check_snapshot(sandbox, "help", sandbox.par({"-h"}));
  check_snapshot(sandbox, "plan-help", sandbox.par({"plan", "-h"}));
  write_project(sandbox);
  check_snapshot(sandbox, "plan", sandbox.par({"plan"}));
  check_snapshot(sandbox, "plan-json", sandbox.par({"plan", "--json"}));
  check_snapshot(sandbox, "run", sandbox.par({"run", "-j", "1", "-q"}));
  check_snapshot(sandbox, "status", sandbox.par({"status"}));
  check_snapshot(sandbox, "status-json", sandbox.par({"status", "--json"}));
  CHECK(sandbox.par({"validate", "-q", "alpha"}).exit_code == 0);
  check_snapshot(sandbox, "validate-json", sandbox.par({"validate", "--json", "alpha"}));
  check_snapshot(sandbox, "rollback", sandbox.par({"rollback", "delta"}));
  check_snapshot(sandbox, "merge-json", sandbox.par({"merge", "--json"}));
  check_snapshot(sandbox, "merge-again", sandbox.par({"merge"}));
  check_snapshot(sandbox, "clean", sandbox.par({"clean"}));
  sandbox.assert_clean();
}

TEST_CASE("output: what cannot be done, and what to do instead") {
  Sandbox sandbox;
  check_snapshot(sandbox, "no-commit", sandbox.par({"plan"}));
  check_snapshot(sandbox, "unknown-command", sandbox.par({"stats"}));
  check_snapshot(sandbox, "unknown-option", sandbox.par({"plan", "--target-branch"}));
  write_project(sandbox);
  check_snapshot(sandbox, "no-run", sandbox.par({"status"}));
  sandbox.write(".gitpar.toml", "taget = \"main\"\n");
  sandbox.commit_all("a slip");
  check_snapshot(sandbox, "unknown-key", sandbox.par({"plan"}));
}
