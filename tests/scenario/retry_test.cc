// Agents that fail and start again, with the real program, real git and real processes.
#include "base/strings.h"
#include "support/catch.h"
#include "support/sandbox.h"

using par::test::good_agent;
using par::test::Sandbox;
using par::test::write_two_directories;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("retry: an attempt that fails starts again from the start, and what it did is saved") {
  Sandbox sandbox;
  write_two_directories(sandbox,
                        good_agent() +
                            "[agent.flaky]\nowns = [\"src/a/**\"]\nretries = 1\n"
                            "run = \"echo $PAR_ATTEMPT >> src/a/work.txt; test $PAR_ATTEMPT = 2\"\n");
  const auto run = sandbox.par({"run", "--land"});
  INFO(run.out << run.err);
  CHECK(run.exit_code == 0);
  CHECK(has(run.err, "flaky: refused: exited with 1; attempt 2 in 1s"));
  CHECK(has(run.err, "flaky: started in phase 1, attempt 2"));
  CHECK(sandbox.read("src/a/work.txt") == "2\n");
  CHECK(sandbox.git({"show", "refs/par/salvage/r1/flaky/1:src/a/work.txt"}) == "1");
  CHECK(has(sandbox.par({"log"}).out, "flaky: refused: exited with 1; attempt 2 in 1s"));
  sandbox.assert_clean();
}

TEST_CASE("retry: what an attempt did on a branch without a commit is saved, too") {
  Sandbox sandbox;
  write_two_directories(sandbox, good_agent() +
                                     "[agent.orphan]\nowns = [\"src/a/**\"]\nretries = 1\n"
                                     "run = \"test $PAR_ATTEMPT = 2 || git checkout -q --orphan fresh; "
                                     "echo precious $PAR_ATTEMPT > src/a/work.txt\"\n");
  const auto run = sandbox.par({"run", "--land"});
  INFO(run.out << run.err);
  CHECK(run.exit_code == 0);
  CHECK(sandbox.read("src/a/work.txt") == "precious 2\n");
  CHECK(sandbox.git({"show", "refs/par/salvage/r1/orphan/1:src/a/work.txt"}) == "precious 1");
  sandbox.assert_clean();
}

TEST_CASE("retry: a red branch starts again on the newest candidate, and is told of the test that it broke") {
  Sandbox sandbox;
  write_two_directories(
      sandbox,
      good_agent() +
          "[agent.red]\nowns = [\"src/a/**\"]\nretries = 1\n"
          "run = \"if test -e src/b/good.txt && grep -q -- '- unit$' $PAR_PROMPT_FILE; then echo fine; "
          "else echo broken; fi > src/a/work.txt\"\n");
  const auto run = sandbox.par({"run", "--land"});
  INFO(run.out << run.err);
  CHECK(run.exit_code == 0);
  CHECK(sandbox.read("src/a/work.txt") == "fine\n");
  CHECK(sandbox.read("src/b/good.txt") == "good\n");
  sandbox.assert_clean();
}

TEST_CASE("retry: when its retries are used up an agent is rejected, and only those after it are held") {
  Sandbox sandbox;
  write_two_directories(
      sandbox, good_agent() +
                   "[agent.bad]\nowns = [\"src/a/1\"]\nretries = 1\nrun = \"exit 3\"\n"
                   "[agent.next]\nowns = [\"src/a/2\"]\nafter = [\"bad\"]\nrun = \"touch src/a/2\"\n"
                   "[agent.last]\nowns = [\"src/a/3\"]\nafter = [\"next\"]\nrun = \"touch src/a/3\"\n"
                   "[agent.other]\nowns = [\"src/a/4\"]\nafter = [\"good\"]\nrun = \"touch src/a/4\"\n");
  const auto run = sandbox.par({"run"});
  INFO(run.out << run.err);
  CHECK(run.exit_code == 1);
  CHECK(has(run.err, "bad: rejected: exited with 3"));
  CHECK(has(run.err, "next: held: needs 'bad', which is rejected"));
  CHECK(has(run.err, "last: held: needs 'next', which is held"));
  CHECK(has(run.out, "run r1: ready, 2 of 5 agents accepted"));
  sandbox.assert_clean();
}

TEST_CASE("retry: a command that is not found is not tried again") {
  Sandbox sandbox;
  write_two_directories(sandbox,
                        "[policy]\nretries = 3\n" + good_agent() +
                            "[agent.absent]\nowns = [\"src/a/**\"]\nrun = \"no-such-agent-command\"\n");
  const auto run = sandbox.par({"run"});
  INFO(run.out << run.err);
  CHECK(run.exit_code == 1);
  CHECK(has(run.err,
            "absent: rejected: exited with 127: a command was not found; mend 'run' in [agent.absent]"));
  CHECK_FALSE(has(run.err, "attempt 2"));
  sandbox.assert_clean();
}

TEST_CASE("retry: claims of the attempt that failed are free, and its late results are refused") {
  Sandbox sandbox;
  write_two_directories(
      sandbox,
      "[[item]]\nid = \"I-1\"\nfiles = [\"src/a/file.txt\"]\n"
      "[agent.puller]\nowns = [\"src/a/**\"]\nretries = 1\n"
      "run = \"git par next > src/a/got.txt || exit 5; "
      "test $PAR_ATTEMPT = 2 || { echo x > src/a/early.txt; git add src; git commit -qm early; exit 1; }; "
      "PAR_ATTEMPT=1 git par done I-1 2> src/a/late.txt; echo $? >> src/a/late.txt; git par done I-1\"\n");
  const auto run = sandbox.par({"run", "--land"});
  INFO(run.out << run.err);
  CHECK(run.exit_code == 0);
  CHECK(has(sandbox.read("src/a/got.txt"), "\"id\":\"I-1\""));
  INFO(sandbox.read("src/a/late.txt"));
  CHECK(sandbox.read("src/a/late.txt").ends_with("1\n"));
  CHECK(sandbox.git({"log", "--format=%s", "--grep=early", "main"}) == "");
  CHECK(sandbox.shell("test -e src/a/early.txt").exit_code == 1);
  sandbox.assert_clean();
}
