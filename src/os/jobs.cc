#include "os/jobs.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "base/strings.h"
#include "os/crash_point.h"
#include "os/file_lock.h"
#include "os/files.h"
#include "os/job_record.h"
#include "os/keeper.h"
#include "os/platform.h"
#include "os/posix.h"
#include "os/signals.h"
#include "os/system_clock.h"

namespace par::os {
namespace {

constexpr Millis kAskAgainMs = 20;  // where nothing tells us that a keeper has ended
constexpr int kTries = 10;

// A keeper we wait for: a child of ours, or one that another process left behind.
struct Watched {
  JobSpec spec;
  pid_t keeper = 0;
  bool own = false;
  bool started = false;  // its command is known to have been started
  Descriptor watch;
};

// All signals wait while it lives, so that a forked child can set its own handlers before any of ours runs in
// it.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

void reap(pid_t pid) {
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

// A watch on the process that holds the lock: it is asked for again once the watch is open, because the
// number may have gone to another process in between. nullopt: that keeper is gone.
Result<std::optional<Descriptor>> watch_keeper(const JobPaths& paths, int pid) {
  Descriptor watch = platform::watch_process(pid);
  PAR_ASSIGN(const auto holder, FileLock::holder(paths.lock));
  if (holder != pid) return std::optional<Descriptor>();
  return std::optional<Descriptor>(std::move(watch));
}

// TERM to the living keeper, if there is one.
Result<void> ask_keeper_to_stop(const JobPaths& paths) {
  PAR_ASSIGN(const auto keeper, FileLock::holder(paths.lock));
  if (!keeper) return {};
  PAR_ASSIGN(const auto watch, watch_keeper(paths, *keeper));
  if (!watch || platform::send_signal(*watch, *keeper, SIGTERM) || errno == ESRCH) return {};
  return errno_error(fmt::format("cannot stop process {}", *keeper), errno);
}

// The record of how a job ended whose keeper is gone. A lost one may have left processes behind: they end
// here.
JobExit settle(const JobPaths& paths, JobState state) {
  if (state.stage == JobStage::lost) platform::kill_marked(paths.marker());
  return std::move(state.exit);
}

class LocalExecutor final : public Executor {
 public:
  explicit LocalExecutor(std::string root) : root_(std::move(root)) {}

  Result<void> ensure(const JobSpec& spec) override {
    PAR_TRY(check_job_id(spec.id));
    if (is_known(spec.id)) return {};
    const JobPaths paths(root_, spec.id);
    PAR_TRY(make_directories(paths.directory, 0700));
    for (int i = 0; i < kTries; ++i) {
      PAR_ASSIGN(const bool done, settle_or_start(spec, paths));
      if (done) return {};
    }
    return Error(fmt::format("cannot start job '{}': its keeper does not stay", spec.id));
  }

  Result<std::vector<JobExit>> wait(Millis timeout) override {
    const Millis until = timeout < 0 ? -1 : clock_.monotonic() + timeout;
    for (;;) {
      PAR_TRY(collect_ended());
      const Millis left = until < 0 ? -1 : std::max<Millis>(0, until - clock_.monotonic());
      if (!ended_.empty() || left == 0 || (watched_.empty() && left < 0)) break;
      if (poll_once(left)) {
        PAR_TRY(collect_ended());
        break;
      }
    }
    return std::exchange(ended_, {});
  }

  Result<void> stop(const std::string& id) override {
    PAR_TRY(check_job_id(id));
    return ask_keeper_to_stop(JobPaths(root_, id));
  }

  Result<void> forget(const std::string& id) override {
    PAR_TRY(check_job_id(id));
    const JobPaths paths(root_, id);
    if (!exists(paths.directory)) return {};
    PAR_ASSIGN(const auto lock, FileLock::try_acquire(paths.lock));
    if (!lock) return Error(fmt::format("cannot forget job '{}': it is running", id));
    // Without its record nobody would find what a lost job left behind.
    if (!exists(paths.result)) platform::kill_marked(paths.marker());
    // Away in one step, so that no crash leaves half a record under its name.
    const std::string away = root_ + "/." + id;
    PAR_TRY(remove_tree(away));
    if (::rename(paths.directory.c_str(), away.c_str()) != 0)
      return errno_error(fmt::format("cannot remove '{}'", paths.directory), errno);
    PAR_TRY(sync_directory(root_));
    return remove_tree(away);
  }

 private:
  bool is_known(const std::string& id) const {
    return std::any_of(watched_.begin(), watched_.end(), [&](const Watched& w) { return w.spec.id == id; }) ||
           std::any_of(ended_.begin(), ended_.end(), [&](const JobExit& e) { return e.id == id; });
  }

  // False: the world changed meanwhile, look again.
  Result<bool> settle_or_start(const JobSpec& spec, const JobPaths& paths) {
    PAR_ASSIGN(JobState state, job_state(paths, spec.id));
    if (state.stage == JobStage::fresh) return start(spec, paths);
    if (state.stage == JobStage::running) return adopt(spec, paths, state.keeper);
    ended_.push_back(settle(paths, std::move(state)));
    return true;
  }

  Result<bool> adopt(const JobSpec& spec, const JobPaths& paths, int keeper) {
    PAR_ASSIGN(auto watch, watch_keeper(paths, keeper));
    if (!watch) return false;
    watched_.push_back(Watched{spec, keeper, false, exists(paths.started), *std::move(watch)});
    return true;
  }

  Result<bool> start(const JobSpec& spec, const JobPaths& paths) {
    PAR_TRY(sync_directory(root_));
    PAR_ASSIGN(Pipe report, make_pipe());
    const pid_t pid = fork_keeper(spec, paths, report);
    if (pid < 0) return errno_error("cannot start a process", errno);
    report.write.reset();
    watched_.push_back(Watched{spec, pid, true, false, platform::watch_process(pid)});
    PAR_TRY(crash_point("job.forked"));
    PAR_ASSIGN(const std::string told, read_to_end(report.read.get(), "keeper"));
    if (!told.empty() && told.front() == static_cast<char>(Standing::running)) {
      watched_.back().started = true;
      return true;
    }
    watched_.pop_back();
    reap(pid);
    if (told.empty() || told.front() != static_cast<char>(Standing::failed)) return false;
    return Error(told.substr(1)).within(fmt::format("cannot start job '{}'", spec.id));
  }

  // The pid in the parent.
  static pid_t fork_keeper(const JobSpec& spec, const JobPaths& paths, Pipe& report) {
    JobSpec own = spec;
    own.cwd = absolute_path(spec.cwd.empty() ? "." : spec.cwd);
    // The last step is not resolved: a symlink in the log's place is to be refused, not followed.
    own.log = absolute_path(parent_directory(spec.log)) + "/" + base_name(spec.log);
    const SignalsBlocked blocked;
    const pid_t pid = ::fork();
    if (pid == 0) keep_job(own, paths, std::move(report.write));
    return pid;
  }

  static Result<bool> is_gone(const Watched& job, const std::string& lock) {
    if (job.own) return ::waitpid(job.keeper, nullptr, WNOHANG) != 0;
    if (job.watch.is_open()) {
      pollfd fd{job.watch.get(), POLLIN, 0};
      return ::poll(&fd, 1, 0) > 0;
    }
    PAR_ASSIGN(const auto holder, FileLock::holder(lock));
    return holder != job.keeper;
  }

  Result<void> collect_ended() {
    for (std::size_t i = 0; i < watched_.size();) {
      PAR_ASSIGN(const bool gone, is_gone(watched_[i], JobPaths(root_, watched_[i].spec.id).lock));
      if (!gone) {
        ++i;
        continue;
      }
      const Watched job = std::move(watched_[i]);
      watched_.erase(watched_.begin() + static_cast<std::ptrdiff_t>(i));
      PAR_TRY(take_end(job));
    }
    return {};
  }

  // Ended or lost. A keeper that went before it started anything is followed by another one; a command that
  // was started is never started again, even when its record was removed.
  Result<void> take_end(const Watched& job) {
    const JobPaths paths(root_, job.spec.id);
    PAR_ASSIGN(const JobState state, job_state(paths, job.spec.id));
    if (state.stage != JobStage::fresh || !job.started) return ensure(job.spec);
    ended_.push_back(settle(paths, lost_state(job.spec.id)));
    return {};
  }

  // Waits for an end or a signal, `left` ms at most (-1: no limit). True when a signal came.
  bool poll_once(Millis left) const {
    std::vector<pollfd> fds{{interrupt_descriptor(), POLLIN, 0}};
    bool ask_again = false;
    for (const auto& job : watched_) {
      fds.push_back({job.watch.get(), POLLIN, 0});
      ask_again = ask_again || !job.watch.is_open();
    }
    constexpr Millis kLongest = 60'000;
    const Millis most = ask_again ? kAskAgainMs : kLongest;
    const auto pause = static_cast<int>(left < 0 ? most : std::min(left, most));
    if (::poll(fds.data(), static_cast<nfds_t>(fds.size()), pause) <= 0 || fds[0].revents == 0) return false;
    drain_interrupts();
    return true;
  }

  std::string root_;
  SystemClock clock_;
  std::vector<Watched> watched_;
  std::vector<JobExit> ended_;
};

// Until the lock of the job is free; false when that takes longer than `timeout` ms.
Result<bool> await_keeper(const JobPaths& paths, Millis timeout) {
  const SystemClock clock;
  const Millis until = clock.monotonic() + timeout;
  for (;;) {
    PAR_ASSIGN(const auto holder, FileLock::holder(paths.lock));
    if (!holder) return true;
    const Millis left = until - clock.monotonic();
    if (left <= 0) return false;
    PAR_ASSIGN(const auto watch, watch_keeper(paths, *holder));
    pollfd fd{watch ? watch->get() : -1, POLLIN, 0};
    ::poll(&fd, 1, static_cast<int>(std::min(left, fd.fd < 0 ? kAskAgainMs : left)));
  }
}

}  // namespace

Result<std::unique_ptr<Executor>> local_executor(const std::string& root) {
  PAR_TRY(make_directories(root, 0700));
  return std::unique_ptr<Executor>(std::make_unique<LocalExecutor>(absolute_path(root)));
}

Result<std::vector<JobView>> list_jobs(const std::string& root) {
  PAR_ASSIGN(const auto names, list_directory(root));
  const std::string absolute = absolute_path(root);
  std::optional<std::set<std::string>> markers;  // a walk over all processes, for all lost jobs together
  std::vector<JobView> jobs;
  for (const auto& name : names) {
    if (!is_job_id(name)) continue;
    const JobPaths paths(absolute, name);
    PAR_ASSIGN(const JobState state, job_state(paths, name));
    if (state.stage == JobStage::lost && !markers) markers = platform::markers(JobPaths::kMarker);
    const bool alive = state.stage == JobStage::running ||
                       (state.stage == JobStage::lost && markers->contains(paths.marker()));
    jobs.push_back(JobView{name, alive, state.keeper});
  }
  return jobs;
}

Result<void> stop_jobs(const std::string& root, const std::vector<std::string>& ids, Millis timeout) {
  const std::string absolute = absolute_path(root);
  for (const auto& id : ids) {
    PAR_TRY(check_job_id(id));
    PAR_TRY(ask_keeper_to_stop(JobPaths(absolute, id)));
  }
  const SystemClock clock;
  const Millis until = clock.monotonic() + timeout;
  std::vector<std::string> slow;
  for (const auto& id : ids) {
    const JobPaths paths(absolute, id);
    PAR_ASSIGN(const bool gone, await_keeper(paths, std::max<Millis>(0, until - clock.monotonic())));
    if (!gone) {
      slow.push_back(id);
      continue;
    }
    PAR_ASSIGN(JobState state, job_state(paths, id));
    settle(paths, std::move(state));
  }
  if (slow.empty()) return {};
  return Error(fmt::format("job '{}' did not end within {} ms", join(slow, "', '"), timeout));
}

Result<void> stop_job(const std::string& root, const std::string& id, Millis timeout) {
  return stop_jobs(root, {id}, timeout);
}

}  // namespace par::os
