// How a run under way is drained and ended from outside: Ctrl-C at a terminal, and git par stop. The real
// program, started through git, and a real pseudo terminal.
#include <csignal>

#include "base/strings.h"
#include "support/catch.h"
#include "support/sandbox.h"

using par::test::Sandbox;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// One agent, which works until the file `go` is there (or a minute has passed), in a process that does not
// end with its parent. `first` is what it does before.
void write_project(const Sandbox& sandbox, const std::string& first = "") {
  sandbox.write(".gitpar.toml",
                "target = \"main\"\n[agent.slow]\nowns = [\"src/**\"]\n"
                "run = \"" +
                    first + "(echo started; for i in $(seq 1200); do test -e " + sandbox.root() +
                    "/go && break; sleep 0.05; done; echo done > src/work.txt) & wait\"\n");
  sandbox.write("src/file.txt", "as it was\n");
  sandbox.commit_all("base");
}

// Until the shell's condition holds; fails the test when it does not for too long.
void wait_until(const Sandbox& sandbox, const std::string& condition) {
  const auto waited =
      sandbox.shell("for i in $(seq 400); do " + condition + " && exit 0; sleep 0.05; done; exit 1");
  INFO(condition);
  REQUIRE(waited.exit_code == 0);
}

const std::string kStarted = "grep -qs started .git/par/logs/r1/slow.log";

// `git par run` in the foreground of a terminal whose keys come from the pipe `keys`; `pid` holds git's
// process id, `code` what it ended with. (What a shell starts in the background ignores SIGINT.)
void start_at_terminal(const Sandbox& sandbox) {
  sandbox.shell(
      "mkfifo ../keys; (SHELL=/bin/sh script -qfec 'echo $$ >../pid; exec env --default-signal=INT git par "
      "run' "
      "../screen <>../keys >/dev/null 2>&1; echo $? >../code.new; mv ../code.new ../code) >/dev/null 2>&1 &");
  wait_until(sandbox, kStarted);
}

void press_ctrl_c(const Sandbox& sandbox) { sandbox.shell("printf '\\003' >../keys"); }

// git has sent the signal of this mask on (it blocks it while it waits for us), and we have taken what came.
std::string sent_on(const std::string& mask) {
  return "git=$(cat ../pid) && par=$(cat /proc/$git/task/$git/children) && grep -q '^SigBlk:.*" + mask +
         "$' /proc/$git/status && grep -q '^State:.S' /proc/$git/status && "
         "grep -q '^ShdPnd:\t*0*$' /proc/${par% }/status";
}

const std::string kInterrupt = "0002";
const std::string kTerminate = "4000";

void interrupt_once(const Sandbox& sandbox) {
  write_project(sandbox);
  start_at_terminal(sandbox);
  press_ctrl_c(sandbox);
  wait_until(sandbox, sent_on(kInterrupt));
}

}  // namespace

TEST_CASE("Ctrl-C: pressed once, a run that git started finishes what is under way") {
  const Sandbox sandbox;
  interrupt_once(sandbox);
  sandbox.shell("touch ../go");
  wait_until(sandbox, "test -e ../code");
  INFO(sandbox.shell("cat ../screen").out);
  CHECK(has(sandbox.par({"status"}).out, "1 of 1 agents accepted"));
  CHECK(sandbox.git({"show", "par/r1/slow/tip:src/work.txt"}) == "done");
  sandbox.assert_clean();
}

TEST_CASE("Ctrl-C: pressed twice, a run that git started ends at once") {
  const Sandbox sandbox;
  interrupt_once(sandbox);
  press_ctrl_c(sandbox);
  wait_until(sandbox, "test -e ../code");
  CHECK(sandbox.shell("cat ../code").out == "130\n");
  CHECK(has(sandbox.par({"status"}).out, "stopped by the user"));
  CHECK(sandbox.shell("test -e ../go").exit_code == 1);
  sandbox.assert_clean();
}

TEST_CASE("kill: one TERM to the process group of a run that git started drains it") {
  const Sandbox sandbox;
  write_project(sandbox);
  sandbox.shell(
      "(setsid sh -c 'echo $$ >../pid; exec git par run -q'; echo $? >../code.new; mv ../code.new ../code) "
      ">/dev/null 2>&1 &");
  wait_until(sandbox, kStarted);
  sandbox.shell("kill -TERM -$(cat ../pid)");
  wait_until(sandbox, sent_on(kTerminate));
  sandbox.shell("touch ../go");
  wait_until(sandbox, "test -e ../code");
  CHECK(has(sandbox.par({"status"}).out, "1 of 1 agents accepted"));
  sandbox.assert_clean();
}

TEST_CASE("stop: said twice, the run still finishes what is under way") {
  const Sandbox sandbox;
  write_project(sandbox);
  const int pid = sandbox.start({"run", "-q"});
  wait_until(sandbox, kStarted);
  SECTION("it goes on") {}
  SECTION("it was suspended") { ::kill(pid, SIGSTOP); }
  for (int i = 0; i < 2; ++i) {
    const auto stop = sandbox.par({"stop", "--json"});
    CHECK(stop.exit_code == 0);
    CHECK(stop.out == "{\"schema\":1,\"run\":\"r1\",\"agents\":[],\"ended\":false}\n");
    CHECK(has(stop.err, "run 'r1' finishes what runs and then stops"));
  }
  sandbox.shell("touch ../go");
  wait_until(sandbox, "! git par stop 2>/dev/null");
  CHECK(has(sandbox.par({"status"}).out, "1 of 1 agents accepted"));
  sandbox.assert_clean();
}

TEST_CASE("stop: what a killed run left running is ended by --now alone, and resume starts it again") {
  const Sandbox sandbox;
  write_project(sandbox);
  const int pid = sandbox.start({"run", "-q"});
  wait_until(sandbox, kStarted);
  SECTION("its keepers live") {}
#ifndef PAR_PORTABLE
  SECTION("its keepers were killed as well") {
    ::kill(pid, SIGSTOP);  // or it sees that they are lost, and ends what they left
    sandbox.shell("kill -9 $(cat /proc/" + std::to_string(pid) + "/task/*/children)");
  }
#endif
  ::kill(pid, SIGKILL);
  wait_until(sandbox, "test ! -e /proc/" + std::to_string(pid));
  const auto refused = sandbox.par({"stop"});
  CHECK(refused.exit_code == 1);
  CHECK(refused.err ==
        "error: run 'r1' was killed, but what it started still runs\n"
        "hint: 'git par resume r1' takes it over, 'git par stop --now --run r1' ends it\n");
  const auto clean = sandbox.par({"clean", "r1"});
  CHECK(clean.exit_code == 1);
  CHECK(has(clean.err, "agents of run 'r1' still run"));
  const auto stop = sandbox.par({"stop", "--now"});
  CHECK(stop.exit_code == 0);
  CHECK(stop.err == "hint: run 'r1' has ended; 'git par resume r1' goes on\n");
  CHECK(sandbox.par({"stop", "--now"}).exit_code == 1);
  sandbox.shell("touch ../go");
  const auto resume = sandbox.par({"resume", "-q"});
  INFO(resume.out << resume.err);
  CHECK(resume.exit_code == 0);
  CHECK(has(sandbox.par({"status", "--json"}).out, "\"attempt\":2"));
  sandbox.assert_clean();
}

TEST_CASE("stop: --now returns when all has ended, also where the run was suspended") {
  const Sandbox sandbox;
  write_project(sandbox, "trap 'sleep 1; exit 1' TERM; ");
  const int pid = sandbox.start({"run", "-q"});
  wait_until(sandbox, kStarted);
  SECTION("it goes on") {}
  SECTION("it was suspended") { ::kill(pid, SIGSTOP); }
  const auto stop = sandbox.par({"stop", "--now", "--json"});
  CHECK(stop.exit_code == 0);
  CHECK(has(stop.out, "\"ended\":true}"));
  CHECK(stop.err == "hint: run 'r1' has ended; 'git par resume r1' goes on\n");
  CHECK(has(sandbox.par({"status"}).out, "stopped by the user"));
  CHECK(has(sandbox.par({"status"}).out, "'git par resume r1' goes on"));
  CHECK(sandbox.par({"clean", "r1"}).exit_code == 0);
  CHECK_FALSE(has(sandbox.par({"status"}).out, "resume"));
  sandbox.assert_clean();
}

TEST_CASE("run: an agent that starts agents of its own repository is refused") {
  const Sandbox sandbox;
  sandbox.write(".gitpar.toml",
                "target = \"main\"\n[agent.slow]\nowns = [\"src/**\"]\n"
                "run = \"for command in run resume 'retry slow'; do git par $command; "
                "echo $? >> src/codes; done; git par plan -q && echo planned >> src/codes\"\n");
  sandbox.write("src/file.txt", "as it was\n");
  sandbox.commit_all("base");
  const auto run = sandbox.par({"run", "-q"});
  INFO(run.out << run.err);
  CHECK(run.exit_code == 0);
  CHECK(sandbox.git({"show", "par/r1/slow/tip:src/codes"}) == "1\n1\n1\nplanned");
  const auto log = sandbox.read(".git/par/logs/r1/slow.log");
  CHECK(has(log, "error: an agent cannot start agents of the repository it works for\n"));
  sandbox.assert_clean();
}
