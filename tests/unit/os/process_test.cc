#include "os/process.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "base/strings.h"
#include "os/files.h"
#include "os/signals.h"
#include "support/catch.h"
#include "support/forked.h"

using namespace par;
using namespace par::os;

namespace {

Finished run_shell(const std::string& script, const std::string& input = "") {
  Command command;
  command.argv = {"sh", "-c", script};
  command.input = input;
  const auto finished = run(command);
  REQUIRE(finished);
  return *finished;
}

int inherited_descriptors() {
  int count = 0;
  for (int fd = STDERR_FILENO + 1; fd < 1024; ++fd) {
    const int flags = ::fcntl(fd, F_GETFD);
    if (flags >= 0 && (flags & FD_CLOEXEC) == 0) ++count;
  }
  return count;
}

}  // namespace

TEST_CASE("process: output, errors and the exit code are told apart") {
  const Finished finished = run_shell("echo out; echo err >&2; exit 3");
  CHECK(finished.out == "out\n");
  CHECK(finished.err == "err\n");
  CHECK(finished.exit_code == 3);
}

TEST_CASE("process: a signal shows as 128 and its number") {
  CHECK(run_shell("kill -9 $$").exit_code == 137);
}

TEST_CASE("process: arguments are no shell text") {
  const auto finished = run({{"printf", "%s|", "a b", "$HOME", "'", ""}, "", {}, "", false});
  REQUIRE(finished);
  CHECK(finished->out == "a b|$HOME|'||");
}

TEST_CASE("process: ten megabytes in and out at the same time") {
  std::string data;
  data.reserve(10'000'000);
  for (int i = 0; data.size() < 10'000'000; ++i) data += std::to_string(i) + "\n";
  const Finished finished = run_shell("tee /dev/stderr", data);
  CHECK(finished.exit_code == 0);
  CHECK(finished.out == data);
  CHECK(finished.err == data);
}

TEST_CASE("process: input that is not read is no error") {
  const Finished finished = run_shell("head -c 3", std::string(10'000'000, 'x'));
  CHECK(finished.exit_code == 0);
  CHECK(finished.out == "xxx");
  CHECK(run_shell("exec <&-; exit 4", std::string(1'000'000, 'x')).exit_code == 4);
}

TEST_CASE("process: without input it reads nothing") { CHECK(run_shell("cat; echo end").out == "end\n"); }

TEST_CASE("process: a child left behind that holds the output is not waited for") {
  const Finished finished = run_shell("sleep 100 & echo $!");
  const int pid = std::atoi(finished.out.c_str());
  REQUIRE(pid > 0);
  CHECK(::kill(pid, SIGKILL) == 0);
}

TEST_CASE("process: directory and environment are those asked for") {
  const auto room = TemporaryDirectory::create("par-process");
  REQUIRE(room);
  Command command{{"/bin/sh", "-c", "pwd; echo $ANSWER; echo ${HOME-unset}"},
                  room->path(),
                  Environment{"ANSWER=42"},
                  "",
                  false};
  const auto finished = run(command);
  REQUIRE(finished);
  CHECK(finished->out == absolute_path(room->path()) + "\n42\nunset\n");
}

TEST_CASE("process: what cannot be started says why") {
  const auto program = run({{"par-no-such-program"}, "", {}, "", false});
  REQUIRE_FALSE(program);
  CHECK(program.error().message == "cannot run 'par-no-such-program': No such file or directory");
  const auto directory = run({{"true"}, "/par/no/such/directory", {}, "", false});
  REQUIRE_FALSE(directory);
  CHECK(directory.error().message ==
        "cannot change to directory '/par/no/such/directory': No such file or directory");
  const auto rights = run({{"/dev/null"}, "", {}, "", false});
  REQUIRE_FALSE(rights);
  CHECK(rights.error().message == "cannot run '/dev/null': Permission denied");
}

TEST_CASE("process: children have default signals and none of our descriptors") {
  std::signal(SIGPIPE, SIG_IGN);
  const Finished finished = run_shell("sh -c 'kill -PIPE $$'; echo $?");
  std::signal(SIGPIPE, SIG_DFL);
  CHECK(finished.out == "141\n");
  // 0, 1, 2, the directory that ls reads, and what whoever started the tests left open for all.
  const int expected = 4 + inherited_descriptors();
  CHECK(trim(run_shell("ls /dev/fd/ | wc -l", "some input").out) == std::to_string(expected));
}

TEST_CASE("process: works with closed standard streams") {
  test::Forked closed([](int pipe) {
    for (const int fd : {0, 1, 2}) ::close(fd);
    const auto finished = run({{"sh", "-c", "cat; echo err >&2"}, "", {}, "in", false});
    if (!finished || finished->out != "in" || finished->err != "err\n") return 1;
    return ::write(pipe, "x", 1) == 1 ? 0 : 2;
  });
  CHECK(closed.wait() == 0);
}

TEST_CASE("process: inherited output is ours") {
  test::Forked child([](int pipe) {
    if (::dup2(pipe, 1) != 1 || ::dup2(pipe, 2) != 2) return 1;
    Command command{{"sh", "-c", "cat; echo err >&2; exit 5"}, "", {}, "in", true};
    const auto finished = run(command);
    return finished && finished->exit_code == 5 && finished->out.empty() && finished->err.empty() ? 0 : 2;
  });
  CHECK(child.read_rest() == "inerr\n");
  CHECK(child.wait() == 0);
}

TEST_CASE("process: the first interrupt lets a command finish, the second ends it") {
  test::Forked child([](int pipe) {
    install_signal_handlers();
    // It interrupts us, goes on, and does so again (with another signal: two of a kind may arrive as one).
    const auto finished =
        run({{"sh", "-c", "kill -INT $PPID; echo on; kill -TERM $PPID; exec sleep 100"}, "", {}, "", false});
    if (!finished || finished->out != "on\n" || finished->exit_code != 128 + SIGTERM) return 1;
    return ::write(pipe, "x", 1) == 1 ? 0 : 2;
  });
  CHECK(child.wait() == 0);
}

TEST_CASE("process: programs are found in PATH or by their path") {
  CHECK(find_program("sh"));
  CHECK(find_program("/bin/sh"));
  CHECK_FALSE(find_program("par-no-such-program"));
  CHECK_FALSE(find_program("/bin"));
  CHECK_FALSE(find_program("/dev/null"));
  CHECK_FALSE(find_program(""));
}

TEST_CASE("process: our environment as it is now") {
  ::setenv("PAR_TEST_VARIABLE", "some value", 1);
  CHECK(environment_variable("PAR_TEST_VARIABLE") == "some value");
  const Environment ours = current_environment();
  CHECK(std::count(ours.begin(), ours.end(), "PAR_TEST_VARIABLE=some value") == 1);
  ::unsetenv("PAR_TEST_VARIABLE");
  CHECK(environment_variable("PAR_TEST_VARIABLE") == std::nullopt);
}

TEST_CASE("process: commands are traced with their arguments and exit code") {
  const auto room = TemporaryDirectory::create("par-process");
  REQUIRE(room);
  const std::string trace = room->path() + "/trace";
  // Whether to trace is decided once per process: this program again, with one of its tests.
  Command again{{"/proc/self/exe", "process: a signal shows as 128 and its number"},
                "",
                current_environment(),
                "",
                false};
  again.env->push_back("PAR_TRACE_EVENT=" + trace);
  const auto finished = run(again);
  REQUIRE(finished);
  CHECK(finished->exit_code == 0);
  const std::string text = read_file(trace).value_or("");
  CHECK(text.find(R"("event":"child_start")") != std::string::npos);
  CHECK(text.find(R"("argv":"sh -c kill -9 $$")") != std::string::npos);
  CHECK(text.find(R"("code":"137")") != std::string::npos);
}

TEST_CASE("terminate_process: one that is gone needs no end") {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(0);
  REQUIRE(pid > 0);
  ::waitpid(pid, nullptr, 0);
  CHECK(terminate_process(pid));
}
