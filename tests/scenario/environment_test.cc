// What an agent's command is told by its environment and by the placeholders of its line.
#include "support/catch.h"
#include "support/sandbox.h"

using par::test::Sandbox;

namespace {

// Run by the agent with {run} {agent} {worktree} {tmp} {prompt_file} {items_file}.
constexpr const char* kScript = R"sh(
say() { echo "$*" >> src/b/told; }
say "$PAR_RUN $PAR_AGENT $PAR_PHASE $PAR_ATTEMPT"
test "$1 $2" = "$PAR_RUN $PAR_AGENT" && say named
test "$3" = "$PWD" && say here
test "$4" = "$PAR_TMP" && test -d "$4" && test -z "$(ls -A "$4")" && say tmp
case $4 in "$PWD"/*) say within ;; esac
test "$5 $6" = "$PAR_PROMPT_FILE $PAR_ITEMS_FILE" && test -s "$5" && test -e "$6" && say files
test "$PAR_BASE" = "$(git rev-parse HEAD)" && git cat-file -e HEAD:src/a/new && say base
say owns "$PAR_OWNS" forbids "$PAR_FORBIDS"
)sh";

}  // namespace

TEST_CASE("environment: an agent knows its run, phase, attempt, base, ownership and directories") {
  const Sandbox sandbox;
  sandbox.write("../told", kScript);
  sandbox.write("src/a/file.txt", "a\n");
  sandbox.write("src/b/file.txt", "b\n");
  sandbox.write(".gitpar.toml",
                "target = \"main\"\n[agent.first]\nowns = [\"src/a/**\"]\nrun = \"echo x > src/a/new\"\n"
                "[agent.told]\nafter = [\"first\"]\nowns = [\"src/b/**\", \"/docs/**\"]\n"
                "forbids = [\"src/b/secret\", \"*.key\"]\nrun = \"sh " +
                    sandbox.root() + "/told {run} {agent} {worktree} {tmp} {prompt_file} {items_file}\"\n");
  sandbox.commit_all("base");
  const auto run = sandbox.par({"run", "-q"});
  INFO(run.out << run.err << sandbox.par({"log", "told"}).out);
  REQUIRE(run.exit_code == 0);
  CHECK(sandbox.git({"show", "par/r1/told/tip:src/b/told"}) ==
        "r1 told 2 1\nnamed\nhere\ntmp\nfiles\nbase\nowns src/b/**\n/docs/** forbids src/b/secret\n*.key");
  sandbox.assert_clean();
}
