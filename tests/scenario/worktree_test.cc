// What agents find in their worktrees besides the files of the commit, and when making them goes wrong.
#include <csignal>

#include "base/strings.h"
#include "os/posix.h"
#include "support/catch.h"
#include "support/sandbox.h"

using par::test::Sandbox;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string agent(const std::string& name, const std::string& run) {
  return "[agent." + name + "]\nowns = [\"src/" + name + "/**\"]\nrun = '''" + run + "'''\n";
}

void write_project(const Sandbox& sandbox, const std::string& config) {
  sandbox.write(".gitpar.toml", "target = \"main\"\n" + config);
  sandbox.write(".gitignore", "deps/\n*.tmp\n");
  sandbox.write("src/a/file.txt", "as it was\n");
  sandbox.write("src/b/file.txt", "as it was\n");
  sandbox.commit_all("base");
}

void wait_for(const std::string& file) {
  for (int i = 0; i < 1000 && !par::os::exists(file); ++i) par::os::nap(10);
  REQUIRE(par::os::exists(file));
}

// A setup that says that it runs, once more each time, and goes on when it is let.
std::string waiting_setup(const Sandbox& sandbox) {
  const std::string at = sandbox.root() + "/";
  return "[worktree]\nsetup = '''echo once >> " + at + "setups; until test -e " + at +
         "go; do sleep 0.05; done'''\n";
}

}  // namespace

TEST_CASE("worktree: ignored files are copied, the setup runs before the agent, and neither is committed") {
  Sandbox sandbox;
  sandbox.write("deps/lib a/x.txt", "lib\n");
  sandbox.write("deps/b.txt", "b\n");
  write_project(
      sandbox,
      "[worktree]\ncopy = [\"deps/lib a\", \"gone\", \"src\"]\nsetup = \"echo $PAR_AGENT > setup.tmp\"\n" +
          agent("a", "cat 'deps/lib a/x.txt' setup.tmp > src/a/out; test ! -e deps/b.txt"));
  const auto run = sandbox.par({"run", "--land"});
  INFO(run.out << run.err);
  REQUIRE(run.exit_code == 0);
  CHECK(sandbox.git({"show", "main:src/a/out"}) == "lib\na");
  CHECK(sandbox.git({"diff", "--name-only", "main~1", "main"}) == "src/a/out");
  sandbox.assert_clean();
}

TEST_CASE("worktree: what git does not ignore is not copied, for it would land as work of the agent's") {
  Sandbox sandbox;
  write_project(sandbox,
                "[worktree]\ncopy = [\"secrets [1]\"]\n[agent.a]\nowns = [\"**\"]\n"
                "run = \"echo a > src/a/out\"\n");
  sandbox.write("secrets [1]/key", "secret\n");
  const auto run = sandbox.par({"run", "--land"});
  INFO(run.out << run.err);
  CHECK(run.exit_code == 1);
  CHECK(has(run.out, "the setup of its worktree failed"));
  CHECK(has(sandbox.par({"log", "a"}).out,
            "'secrets [1]' is in 'copy' of [worktree], but git does not ignore it"));
  CHECK_FALSE(par::os::exists(sandbox.root() + "/repo.par/r1/a/secrets [1]"));
  sandbox.assert_clean();
}

TEST_CASE("worktree: several are filled and set up at the same time") {
  Sandbox sandbox;
  // Each setup waits for the other one.
  const std::string setup =
      "touch ../$PAR_AGENT.here; n=0; until test -e ../a.here -a -e ../b.here; do sleep 0.05; n=$((n+1)); "
      "test $n -lt 200 || exit 1; done";
  write_project(sandbox, "[worktree]\nsetup = '''" + setup + "'''\n" + agent("a", "echo a > src/a/out") +
                             agent("b", "echo b > src/b/out"));
  const auto run = sandbox.par({"run", "-j", "2"});
  INFO(run.out << run.err);
  CHECK(run.exit_code == 0);
  sandbox.assert_clean();
}

TEST_CASE("worktree: an agent whose setup fails is not started, and the others go on") {
  Sandbox sandbox;
  write_project(sandbox, "[worktree]\nsetup = \"echo no network; test $PAR_AGENT != a || exit 7\"\n" +
                             agent("a", "touch ../a.started") + agent("b", "echo b > src/b/out"));
  const auto run = sandbox.par({"run", "--land"});
  INFO(run.out << run.err);
  CHECK(run.exit_code == 1);
  CHECK(has(run.out, "the setup of its worktree failed"));
  CHECK_FALSE(par::os::exists(sandbox.root() + "/repo.par/r1/a.started"));
  CHECK(has(sandbox.par({"log", "a"}).out, "no network"));
  CHECK(has(sandbox.par({"log", "a"}).out, "git-par: 'setup' of [worktree] ended with exit code 7\n"));
  CHECK(sandbox.read("src/b/out") == "b\n");
  sandbox.assert_clean();
}

TEST_CASE("worktree: a setup that does not end in time is said to be late") {
  Sandbox sandbox;
  write_project(sandbox,
                "[worktree]\nsetup = \"sleep 1000\"\n[agent.a]\nowns = [\"src/**\"]\n"
                "timeout = 1\nrun = \"true\"\n");
  const auto run = sandbox.par({"run"});
  INFO(run.out << run.err);
  CHECK(run.exit_code == 1);
  CHECK(has(run.out, "the setup of its worktree timed out"));
  sandbox.assert_clean();
}

TEST_CASE("worktree: files that cannot be checked out stop the run, and resume goes on when it is mended") {
  Sandbox sandbox;
  write_project(sandbox, agent("a", "echo a > src/a/out"));
  sandbox.write(".gitattributes", "src/** filter=odd\n");
  sandbox.commit_all("attributes");
  sandbox.git({"config", "filter.odd.smudge", "false"});
  sandbox.git({"config", "filter.odd.clean", "cat"});
  sandbox.git({"config", "filter.odd.required", "true"});
  const auto run = sandbox.par({"run"});
  INFO(run.out << run.err);
  CHECK(run.exit_code == 128);
  CHECK(has(run.err, "r1/a' could not be checked out"));
  CHECK(has(run.err, "'git par resume r1' goes on"));
  CHECK(sandbox.par({"resume"}).exit_code == 128);
  sandbox.git({"config", "filter.odd.smudge", "cat"});
  const auto resume = sandbox.par({"resume"});
  INFO(resume.out << resume.err);
  CHECK(resume.exit_code == 0);
  CHECK(sandbox.git({"diff", "--name-only", "main", "refs/par/r1/candidate"}) == "src/a/out");
  sandbox.assert_clean();
}

TEST_CASE("worktree: of files that Git LFS keeps elsewhere, an agent gets those it owns, unless it asks") {
  Sandbox sandbox;
  // A stand-in: the pointer of "content" is "pointer".
  sandbox.git({"config", "filter.lfs.smudge",
               "if test \"$GIT_LFS_SKIP_SMUDGE\" = 1; then cat; else sed 's/^pointer/content/'; fi"});
  sandbox.git({"config", "filter.lfs.clean", "sed 's/^content/pointer/'"});
  sandbox.write(".gitattributes", "*.bin filter=lfs\n");
  sandbox.write("src/a/x.bin", "content a\n");
  sandbox.write("src/b/x.bin", "content b\n");
  std::string worktree;
  std::string seen = "content a\npointer b";
  SECTION("nothing else") {}
  SECTION("all of them") {
    worktree = "[worktree]\nsetup = '''rm src/b/x.bin; git checkout -q src/b/x.bin'''\n";
    seen = "content a\ncontent b";
  }
  write_project(sandbox, worktree + agent("a", "cat src/a/x.bin src/b/x.bin > src/a/out"));
  const auto run = sandbox.par({"run"});
  INFO(run.out << run.err);
  CHECK(run.exit_code == 0);
  CHECK(sandbox.git({"show", "refs/par/r1/candidate:src/a/out"}) == seen);
  CHECK(sandbox.git({"diff", "--name-only", "main", "refs/par/r1/candidate"}) == "src/a/out");
  sandbox.assert_clean();
}

TEST_CASE("worktree: a setup outlives a run that is killed, and resume takes its end") {
  Sandbox sandbox;
  write_project(sandbox, waiting_setup(sandbox) + agent("a", "echo a > src/a/out"));
  const int pid = sandbox.start({"run", "-q"});
  wait_for(sandbox.root() + "/setups");
  ::kill(pid, SIGKILL);
  sandbox.shell("touch ../go");
  const auto resume = sandbox.par({"resume"});
  INFO(resume.out << resume.err);
  CHECK(resume.exit_code == 0);
  CHECK(sandbox.shell("cat ../setups").out == "once\n");
  sandbox.assert_clean();
}

TEST_CASE("worktree: an agent that is stopped during its setup starts again with resume") {
  Sandbox sandbox;
  write_project(sandbox, waiting_setup(sandbox) + agent("a", "echo a > src/a/out"));
  const int pid = sandbox.start({"run", "-q"});
  wait_for(sandbox.root() + "/setups");
  const auto stop = sandbox.par({"stop", "--json", "a"});
  INFO(stop.out << stop.err);
  CHECK(stop.exit_code == 0);
  CHECK(stop.out == "{\"schema\":1,\"run\":\"r1\",\"agents\":[\"a\"],\"ended\":true}\n");
  while (::kill(pid, 0) == 0) par::os::nap(10);
  sandbox.shell("touch ../go");
  const auto resume = sandbox.par({"resume"});
  INFO(resume.out << resume.err);
  CHECK(resume.exit_code == 0);
  CHECK(has(sandbox.par({"status", "--json"}).out, "\"attempt\":2"));
  CHECK(sandbox.shell("cat ../setups").out == "once\nonce\n");
  sandbox.assert_clean();
}
