#include "os/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "base/check.h"
#include "base/strings.h"
#include "base/trace.h"
#include "os/files.h"
#include "os/platform.h"
#include "os/posix.h"
#include "os/signals.h"

extern char** environ;

namespace par::os {
namespace {

constexpr int kLongestPauseMs = 20;             // where nothing tells us that a child has ended
constexpr std::size_t kPipeCapacity = 1 << 20;  // the most that can be left in a pipe

struct Child {
  pid_t pid = -1;
  Descriptor in;  // our ends of its pipes
  Descriptor out;
  Descriptor err;
  Descriptor watch;
  bool own_group = false;
  int interrupts = 0;         // that we saw so far
  std::optional<int> status;  // once it is reaped
};

// What posix_spawn is told; the first failed step is kept.
class SpawnSetup {
 public:
  SpawnSetup() {
    note(::posix_spawn_file_actions_init(&actions_));
    note(::posix_spawnattr_init(&attributes_));
  }
  ~SpawnSetup() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }
  SpawnSetup(const SpawnSetup&) = delete;
  SpawnSetup& operator=(const SpawnSetup&) = delete;

  void connect(int target, const Descriptor& fd) {
    note(::posix_spawn_file_actions_adddup2(&actions_, fd.get(), target));
  }
  void connect_to_nothing(int target) {
    note(::posix_spawn_file_actions_addopen(&actions_, target, "/dev/null", O_RDONLY, 0));
  }
  void change_directory(const std::string& path) {
    note(::posix_spawn_file_actions_addchdir_np(&actions_, path.c_str()));
  }
  // Default SIGPIPE, nothing blocked; its own process group unless it shares our terminal.
  void set_signals_and_group(bool own_group) {
    sigset_t set;
    ::sigemptyset(&set);
    note(::posix_spawnattr_setsigmask(&attributes_, &set));
    ::sigaddset(&set, SIGPIPE);
    note(::posix_spawnattr_setsigdefault(&attributes_, &set));
    const int group = own_group ? POSIX_SPAWN_SETPGROUP : 0;
    const int flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | group;
    note(::posix_spawnattr_setflags(&attributes_, static_cast<short>(flags)));
  }
  // An errno, 0 when the program runs.
  int spawn(pid_t& pid, const Command& command) {
    if (error_ != 0) return error_;
    const auto argv = exec_array(command.argv);
    std::vector<char*> env;
    if (command.env) env = exec_array(*command.env);
    return ::posix_spawnp(&pid, argv[0], &actions_, &attributes_, argv.data(),
                          command.env ? env.data() : environ);
  }

 private:
  void note(int error) {
    if (error_ == 0) error_ = error;
  }

  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
  int error_ = 0;
};

// No SIGPIPE from our own writes while it lives, whatever the process does with that signal.
class NoSigpipe {
 public:
  NoSigpipe() {
    ::sigemptyset(&pipe_);
    ::sigaddset(&pipe_, SIGPIPE);
    sigset_t pending;
    ::sigpending(&pending);
    was_pending_ = ::sigismember(&pending, SIGPIPE) == 1;
    ::pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~NoSigpipe() {
    sigset_t pending;
    ::sigpending(&pending);
    int taken = 0;
    if (!was_pending_ && ::sigismember(&pending, SIGPIPE) == 1) ::sigwait(&pipe_, &taken);
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  NoSigpipe(const NoSigpipe&) = delete;
  NoSigpipe& operator=(const NoSigpipe&) = delete;

 private:
  sigset_t pipe_{};
  sigset_t before_{};
  bool was_pending_ = false;
};

// A pipe whose `ours` end stays here; the other end goes to the child as descriptor `target`.
Result<Descriptor> connect_pipe(SpawnSetup& setup, int target, std::vector<Descriptor>& theirs) {
  PAR_ASSIGN(Pipe pipe, make_pipe());
  const bool child_reads = target == STDIN_FILENO;
  Descriptor& ours = child_reads ? pipe.write : pipe.read;
  Descriptor& other = child_reads ? pipe.read : pipe.write;
  set_nonblocking(ours.get());
  setup.connect(target, other);
  theirs.push_back(std::move(other));
  return std::move(ours);
}

Error start_error(const Command& command, int error) {
  if (!command.cwd.empty() && !is_directory(command.cwd))
    return errno_error(fmt::format("cannot change to directory '{}'", command.cwd), ENOENT);
  return errno_error(fmt::format("cannot run '{}'", command.argv.front()), error);
}

Result<Child> start(const Command& command) {
  SpawnSetup setup;
  Child child;
  std::vector<Descriptor> theirs;
  if (command.input.empty()) {
    setup.connect_to_nothing(STDIN_FILENO);
  } else {
    PAR_ASSIGN(child.in, connect_pipe(setup, STDIN_FILENO, theirs));
  }
  if (!command.inherit_output) {
    PAR_ASSIGN(child.out, connect_pipe(setup, STDOUT_FILENO, theirs));
    PAR_ASSIGN(child.err, connect_pipe(setup, STDERR_FILENO, theirs));
  }
  if (!command.cwd.empty()) setup.change_directory(command.cwd);
  child.own_group = !command.inherit_output;
  setup.set_signals_and_group(child.own_group);
  child.interrupts = interrupt_count();
  if (const int error = setup.spawn(child.pid, command); error != 0) return start_error(command, error);
  child.watch = platform::watch_process(child.pid);
  return child;
}

// The terminal's Ctrl-C does not reach a child in its own group. The first lets it finish, the second ends
// it.
void pass_on_interrupts(Child& child) {
  const int count = interrupt_count();
  if (child.own_group && count > child.interrupts && count >= 2) ::kill(-child.pid, SIGTERM);
  child.interrupts = count;
}

// Takes the status of a child that has ended.
void reap_if_ended(Child& child) {
  int status = 0;
  const pid_t pid = ::waitpid(child.pid, &status, WNOHANG);
  if (pid == child.pid) child.status = status;
  // Without a status to read (SIGCHLD ignored by whoever started us) the end is all that is known.
  if (pid < 0 && errno == ECHILD) child.status = 0;
}

void feed(Descriptor& in, std::string_view& input) {
  const NoSigpipe guard;
  const ssize_t count = ::write(in.get(), input.data(), input.size());
  if (count >= 0)
    input.remove_prefix(static_cast<std::size_t>(count));
  else if (errno != EAGAIN && errno != EINTR)
    input = {};  // it does not want the rest
  if (input.empty()) in.reset();
}

// Takes what is there, up to one chunk; false when there was nothing.
bool collect(Descriptor& from, std::string& into) {
  std::array<char, 64 << 10> chunk{};
  const ssize_t count = read_some(from.get(), chunk.data(), chunk.size());
  if (count > 0) {
    into.append(chunk.data(), static_cast<std::size_t>(count));
    return true;
  }
  if (count == 0 || errno != EAGAIN) from.reset();
  return false;
}

// What is still in the pipe of a child that has ended; whoever else holds the pipe is not waited for.
void collect_rest(Descriptor& from, std::string& into) {
  const std::size_t most = into.size() + kPipeCapacity;
  while (from.is_open() && into.size() < most && collect(from, into)) {
  }
}

// How long and for what the loop sleeps.
struct Waiting {
  bool for_interrupts = true;  // until their descriptor is readable: it stays so for the main loop
  int pause_ms = 1;            // where nothing tells of an end or an interrupt
};

// Sleeps until a pipe is ready, the child has ended, or a signal came.
std::array<pollfd, 5> wait_for_something(const Child& child, Waiting& waiting) {
  std::array<pollfd, 5> fds{{{child.in.get(), POLLOUT, 0},
                             {child.out.get(), POLLIN, 0},
                             {child.err.get(), POLLIN, 0},
                             {child.watch.get(), POLLIN, 0},
                             {waiting.for_interrupts ? interrupt_descriptor() : -1, POLLIN, 0}}};
  const bool all_told = child.watch.is_open() && waiting.for_interrupts;
  if (::poll(fds.data(), fds.size(), all_told ? -1 : waiting.pause_ms) == 0)
    waiting.pause_ms = std::min(2 * waiting.pause_ms, kLongestPauseMs);
  if (fds[4].revents != 0) waiting.for_interrupts = false;
  return fds;
}

void exchange(Child& child, std::string_view input, Finished& finished) {
  Waiting waiting;
  while (!child.status) {
    const auto ready = wait_for_something(child, waiting);
    if (ready[0].revents != 0) feed(child.in, input);
    if (ready[1].revents != 0) collect(child.out, finished.out);
    if (ready[2].revents != 0) collect(child.err, finished.err);
    pass_on_interrupts(child);
    reap_if_ended(child);
  }
  collect_rest(child.out, finished.out);
  collect_rest(child.err, finished.err);
}

int exit_code_of(int status) { return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status); }

bool is_program(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) && ::access(path.c_str(), X_OK) == 0;
}

}  // namespace

Result<Finished> run(const Command& command) {
  check(!command.argv.empty(), "a command without a program");
  PAR_ASSIGN(Child child, start(command));
  const std::string number = std::to_string(child.pid);
  if (trace::enabled()) trace::event("child_start", {{"child", number}, {"argv", join(command.argv, " ")}});
  Finished finished;
  exchange(child, command.input, finished);
  finished.exit_code = exit_code_of(*child.status);
  if (trace::enabled())
    trace::event("child_exit", {{"child", number}, {"code", std::to_string(finished.exit_code)}});
  return finished;
}

Result<void> terminate_process(int process_id) {
  if (signal_and_wake(process_id, SIGTERM)) return {};
  return errno_error(fmt::format("cannot end process {}", process_id), errno);
}

Environment current_environment() {
  Environment variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) variables.emplace_back(*entry);
  return variables;
}

std::string_view variable_name(std::string_view entry) { return entry.substr(0, entry.find('=')); }

std::optional<std::string> environment_variable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) return std::nullopt;
  return value;
}

std::string own_program() {
  std::error_code error;
  const auto file = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? "git-par" : file.string();
}

bool find_program(std::string_view program) {
  if (program.empty()) return false;
  const std::string name(program);
  if (program.find('/') != std::string_view::npos) return is_program(name);
  const auto places = split(environment_variable("PATH").value_or("/usr/bin:/bin"), ':');
  return std::any_of(places.begin(), places.end(), [&](const std::string& place) {
    return is_program(place.empty() ? "./" + name : place + "/" + name);
  });
}

}  // namespace par::os
