#include "os/job_command.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string>

#include "os/platform.h"
#include "os/posix.h"
#include "os/system_clock.h"

namespace par::os {
namespace {

// What keeps the child from becoming the command, as it comes through the pipe.
struct StartFailure {
  enum class Step { directory, run } step;
  int error;
};

Environment job_environment(const JobSpec& spec, const JobPaths& paths) {
  Environment env;
  for (const auto& entry : spec.env)
    if (!entry.starts_with("PAR_CRASH") && !entry.starts_with("PAR_JOB=") &&
        !entry.starts_with(JobPaths::kMarker))
      env.push_back(entry);
  env.push_back("PAR_JOB=" + spec.id);
  env.push_back(paths.marker());
  return env;
}

void reset_signals() {
  for (int number = 1; number < NSIG; ++number)
    if (number != SIGKILL && number != SIGSTOP) std::signal(number, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

[[noreturn]] void fail(int report, StartFailure::Step step) {
  const StartFailure failure{step, errno};
  std::array<char, sizeof failure> bytes{};
  std::memcpy(bytes.data(), &failure, sizeof failure);
  // Should even that be impossible, the empty pipe of a dead child looks like a command that ended with 127.
  static_cast<void>(write_all(report, std::string_view(bytes.data(), bytes.size())));
  ::_exit(127);
}

// In the child. `keeper` is the process that must be alive for it to go on.
[[noreturn]] void become_command(const JobSpec& spec, const Environment& env, const Pipe& output, int report,
                                 pid_t keeper) {
  reset_signals();
  platform::die_with_parent();
  if (::getppid() != keeper) ::_exit(127);
  ::setpgid(0, 0);
  const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (nothing < 0 || ::dup2(nothing, STDIN_FILENO) < 0 || ::dup2(output.write.get(), STDOUT_FILENO) < 0 ||
      ::dup2(output.write.get(), STDERR_FILENO) < 0)
    fail(report, StartFailure::Step::run);
  if (!spec.cwd.empty() && ::chdir(spec.cwd.c_str()) != 0) fail(report, StartFailure::Step::directory);
  const std::vector<std::string> words{"sh", "-c", spec.command};
  ::execve("/bin/sh", exec_array(words).data(), exec_array(env).data());
  fail(report, StartFailure::Step::run);
}

// Waits until the child has become the command.
Result<void> await_start(const Descriptor& report, const JobSpec& spec) {
  StartFailure failure{};
  std::array<char, sizeof failure> bytes{};
  const ssize_t count = read_some(report.get(), bytes.data(), bytes.size());
  if (count != static_cast<ssize_t>(bytes.size())) return {};
  std::memcpy(&failure, bytes.data(), sizeof failure);
  if (failure.step == StartFailure::Step::directory)
    return errno_error(fmt::format("cannot change to directory '{}'", spec.cwd), failure.error);
  return errno_error("cannot run '/bin/sh'", failure.error);
}

}  // namespace

Result<JobCommand> JobCommand::start(const JobSpec& spec, const JobPaths& paths) {
  PAR_ASSIGN(Pipe output, make_pipe());
  PAR_ASSIGN(Pipe report, make_pipe());
  const Environment env = job_environment(spec, paths);
  const pid_t keeper = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return errno_error("cannot start a process", errno);
  if (pid == 0) become_command(spec, env, output, report.write.get(), keeper);
  report.write.reset();
  output.write.reset();
  if (auto started = await_start(report.read, spec); !started) {
    ::waitpid(pid, nullptr, 0);
    return std::move(started).error();
  }
  set_nonblocking(output.read.get());
  return JobCommand(pid, std::move(output.read));
}

std::optional<CommandEnd> JobCommand::ended() const {
  for (;;) {
    siginfo_t info{};
    if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0) return std::nullopt;
    if (info.si_pid == pid_) return CommandEnd{info.si_code != CLD_EXITED, info.si_status};
    ::waitpid(info.si_pid, nullptr, 0);
  }
}

void JobCommand::ask_to_end() const {
  ::kill(-pid_, SIGTERM);
  ::kill(-pid_, SIGCONT);
}

void JobCommand::kill_everything() const {
  ::kill(-pid_, SIGKILL);
  for (const pid_t pid : platform::descendants()) ::kill(pid, SIGKILL);
}

bool JobCommand::clear_away(Millis limit) const {
  kill_everything();
  ::waitpid(pid_, nullptr, 0);
  const SystemClock clock;
  const Millis give_up = clock.monotonic() + limit;
  for (;;) {
    pid_t reaped = 0;
    do reaped = ::waitpid(-1, nullptr, WNOHANG);
    while (reaped > 0);
    if (reaped < 0) return true;  // no child is left, and orphans would be ours
    if (clock.monotonic() >= give_up) return false;
    for (const pid_t pid : platform::descendants()) ::kill(pid, SIGKILL);
    nap(1);
  }
}

}  // namespace par::os
