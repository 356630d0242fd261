#include "os/keeper.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include "os/crash_point.h"
#include "os/file_lock.h"
#include "os/files.h"
#include "os/job_command.h"
#include "os/job_log.h"
#include "os/life.h"
#include "os/platform.h"
#include "os/posix.h"
#include "os/system_clock.h"

namespace par::os {
namespace {

// A poll does not count the time the machine was suspended, so with a limit ahead we look at the clock this
// often.
constexpr Millis kLongestPoll = 10'000;
constexpr Millis kBetweenKills = 50;
constexpr Millis kClearAwayLimit = 10'000;
constexpr std::size_t kOutputPerTurn = 1 << 20;
constexpr int kRecordTries = 10;
constexpr int kRecordPauseMs = 200;

volatile std::sig_atomic_t g_stop = 0;
volatile std::sig_atomic_t g_keeper_wake = -1;

extern "C" void par_wake_keeper(int number) {
  const int saved = errno;
  if (number == SIGTERM) g_stop = 1;
  [[maybe_unused]] const ssize_t ignored = ::write(g_keeper_wake, "", 1);
  errno = saved;
}

// Leaves everything of the process that forked us behind: session, terminal, directory, descriptors.
Result<void> detach(const Descriptor& report) {
  ::setsid();
  const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  if (nothing < 0 || ::chdir("/") != 0) return errno_error("cannot detach", errno);
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(nothing, fd);
  platform::close_descriptors_except(report.get());
  platform::adopt_orphans();
  return {};
}

Result<Pipe> listen_to_signals() {
  PAR_ASSIGN(Pipe wake, make_pipe());
  set_nonblocking(wake.read.get());
  set_nonblocking(wake.write.get());
  g_keeper_wake = wake.write.get();
  for (const int number : {SIGHUP, SIGINT, SIGQUIT, SIGPIPE}) std::signal(number, SIG_IGN);
  struct sigaction action {};
  action.sa_handler = par_wake_keeper;
  action.sa_flags = SA_RESTART;
  ::sigemptyset(&action.sa_mask);
  for (const int number : {SIGTERM, SIGCHLD}) ::sigaction(number, &action, nullptr);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  return wake;
}

class Keeper {
 public:
  Keeper(const JobSpec& spec, const JobPaths& paths) : spec_(spec), paths_(paths) {}

  // Takes the lock and starts the command, or tells why there is nothing to do.
  Result<Standing> stand(const Descriptor& report) {
    PAR_TRY(detach(report));
    PAR_ASSIGN(wake_, listen_to_signals());
    PAR_ASSIGN(lock_, FileLock::try_acquire(paths_.lock));
    if (!lock_) return Standing::held;
    PAR_TRY(crash_point("job.locked"));
    if (exists(paths_.started) || exists(paths_.result)) return Standing::settled;
    PAR_ASSIGN(log_, opened_log());
    PAR_TRY(record_start(paths_, clock_.wall(), file_size(spec_.log)));
    if (auto begun = begin(); !begun) {
      PAR_TRY(remove_file(paths_.started));
      return std::move(begun).error();
    }
    return Standing::running;
  }

  // Until everything of the command has ended and its end is on disk.
  void see_through() {
    JobExit exit = supervise();
    copy_output();
    const bool is_clear = command_->clear_away(kClearAwayLimit);
    copy_output();
    log_->finish();
    if (!is_clear) log_->notice("some processes of this job could not be ended");
    exit.whole_log = log_->is_whole();
    record(exit);
  }

 private:
  Result<std::optional<JobLog>> opened_log() const {
    PAR_ASSIGN(JobLog log, JobLog::open(spec_.log, spec_.log_limit, spec_.log_timestamps));
    return std::optional<JobLog>(std::move(log));
  }

  Result<void> begin() {
    PAR_TRY(crash_point("job.started"));
    PAR_ASSIGN(JobCommand command, JobCommand::start(spec_, paths_));
    command_ = std::move(command);
    began_ = clock_.monotonic();
    if (spec_.timeout_ms > 0) deadline_ = began_ + spec_.timeout_ms;
    life_.emplace(spec_.life_signs, spec_.idle_ms, began_);
    return {};
  }

  JobExit supervise() {
    for (;;) {
      const auto end = command_->ended();
      const Millis now = clock_.monotonic();
      if (end) return exit_of(*end, now);
      enforce(now);
      wait_for_something(now);
      copy_output();
    }
  }

  JobExit exit_of(const CommandEnd& end, Millis now) const {
    const ExitKind by_itself = end.signalled ? ExitKind::signalled : ExitKind::exited;
    return JobExit{spec_.id, ending_.value_or(by_itself), end.code, static_cast<double>(now - began_) / 1000};
  }

  // Ends the command when that is due; a first asks, from the end of the grace on it kills.
  void enforce(Millis now) {
    if (!ending_) {
      ending_ = reason_to_end(now);
      if (!ending_) return;
      command_->ask_to_end();
      deadline_ = now + spec_.grace_ms;
    }
    if (now < *deadline_) return;
    command_->kill_everything();
    deadline_ = now + kBetweenKills;
  }

  std::optional<ExitKind> reason_to_end(Millis now) {
    if (g_stop != 0) return ExitKind::stopped;
    if (deadline_ && now >= *deadline_) return ExitKind::timed_out;
    if (life_->are_missing(now)) return ExitKind::hung;
    return std::nullopt;
  }

  // When the clock must be looked at again.
  std::optional<Millis> next_due() const {
    const auto look = ending_ ? std::nullopt : life_->next_look();
    if (!deadline_ || !look) return deadline_ ? deadline_ : look;
    return std::min(*deadline_, *look);
  }

  void wait_for_something(Millis now) {
    const auto due = next_due();
    const Millis ahead = due ? std::clamp<Millis>(*due - now, 0, kLongestPoll) : -1;
    std::array<pollfd, 2> fds{{{command_->output().get(), POLLIN, 0}, {wake_.read.get(), POLLIN, 0}}};
    if (::poll(fds.data(), fds.size(), static_cast<int>(ahead)) <= 0) return;
    std::array<char, 64> bytes{};
    while (read_some(wake_.read.get(), bytes.data(), bytes.size()) > 0) {
    }
  }

  // What is there now, but no more than a turn's share: limits must be kept however fast it prints.
  void copy_output() {
    Descriptor& output = command_->output();
    std::array<char, 64 << 10> chunk{};
    for (std::size_t taken = 0; output.is_open() && taken < kOutputPerTurn;) {
      const ssize_t count = read_some(output.get(), chunk.data(), chunk.size());
      if (count < 0 && errno == EAGAIN) return;
      if (count <= 0) return output.reset();
      life_->note(clock_.monotonic());
      log_->append(std::string_view(chunk.data(), static_cast<std::size_t>(count)));
      taken += static_cast<std::size_t>(count);
    }
  }

  Result<void> try_to_record(const JobExit& exit) const {
    PAR_TRY(crash_point("job.exited"));
    return record_exit(paths_, exit);
  }

  // A full disk may have room again in a moment. Without a record the job will count as lost.
  void record(const JobExit& exit) const {
    for (int i = 0; i < kRecordTries && !try_to_record(exit); ++i) nap(kRecordPauseMs);
    static_cast<void>(crash_point("job.recorded"));
  }

  const JobSpec& spec_;
  const JobPaths& paths_;
  SystemClock clock_;
  Pipe wake_;
  std::optional<FileLock> lock_;
  std::optional<JobLog> log_;
  std::optional<JobCommand> command_;
  std::optional<LifeSigns> life_;
  Millis began_ = 0;
  std::optional<Millis> deadline_;  // of the command; once it is being ended, of the next kill
  std::optional<ExitKind> ending_;  // why we end it
};

// Nobody may be listening any more; that is fine.
void tell(Descriptor report, const Result<Standing>& standing) {
  std::string message(1, static_cast<char>(standing ? *standing : Standing::failed));
  if (!standing) message += standing.error().message;
  static_cast<void>(write_all(report.get(), message));
}

}  // namespace

void keep_job(const JobSpec& spec, const JobPaths& paths, Descriptor report) noexcept {
  try {
    Keeper keeper(spec, paths);
    const auto standing = keeper.stand(report);
    tell(std::move(report), standing);
    if (standing && *standing == Standing::running) keeper.see_through();
  } catch (...) {
    ::_exit(1);
  }
  ::_exit(0);
}

}  // namespace par::os
