// A directory with a root for jobs, and short words for what tests of jobs do all the time. At the end every
// job that still runs is stopped.
#pragma once

#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <memory>
#include <string>

#include "os/files.h"
#include "os/jobs.h"
#include "support/catch.h"

namespace par::test {

// Asks again every 2 ms, for ten seconds at most.
inline bool eventually(const std::function<bool()>& holds) {
  for (int i = 0; i < 5000; ++i) {
    if (holds()) return true;
    ::usleep(2000);
  }
  return false;
}

// A zombie that nobody has reaped yet still counts as a process, but not as alive.
inline bool is_process(int pid) { return ::kill(pid, 0) == 0; }
inline bool is_alive(int pid) {
  const std::string stat = os::read_file("/proc/" + std::to_string(pid) + "/stat").value_or("");
  return is_process(pid) && stat.find(") Z ") == std::string::npos;
}

struct JobRoom {
  os::TemporaryDirectory directory = *os::TemporaryDirectory::create("par-jobs");
  std::string root = directory.path() + "/jobs";

  JobRoom() = default;
  JobRoom(const JobRoom&) = delete;
  JobRoom& operator=(const JobRoom&) = delete;
  ~JobRoom() {
    for (const auto& job : os::list_jobs(root).value_or({}))
      if (job.alive) static_cast<void>(os::stop_job(root, job.id, 10'000));
  }

  [[nodiscard]] std::string path(const std::string& name) const { return directory.path() + "/" + name; }
  [[nodiscard]] std::string text(const std::string& name) const {
    return os::read_file(path(name)).value_or("");
  }
  [[nodiscard]] int number(const std::string& name) const { return std::atoi(text(name).c_str()); }

  // The command runs in `directory` and logs, without stamps, to `<id>.log`.
  [[nodiscard]] os::JobSpec job(const std::string& id, const std::string& command) const {
    os::JobSpec spec;
    spec.id = id;
    spec.command = command;
    spec.cwd = directory.path();
    spec.env = {"PATH=/usr/bin:/bin"};
    spec.log = path(id + ".log");
    spec.log_timestamps = false;
    spec.grace_ms = 30;
    return spec;
  }

  [[nodiscard]] std::unique_ptr<os::Executor> jobs() const {
    auto made = os::local_executor(root);
    REQUIRE(made);
    return *std::move(made);
  }
  [[nodiscard]] bool wait_for_file(const std::string& name) const {
    return eventually([&] { return os::exists(path(name)); });
  }
  // A whole line with a number, as `echo $! > name` writes it.
  [[nodiscard]] int wait_for_number(const std::string& name) const {
    return eventually([&] { return text(name).ends_with('\n'); }) ? number(name) : 0;
  }
  [[nodiscard]] int keeper(const std::string& id) const {
    for (const auto& view : os::list_jobs(root).value_or({}))
      if (view.id == id) return view.keeper;
    return 0;
  }
  void kill_keeper(const std::string& id) const {
    const int pid = keeper(id);
    REQUIRE(pid > 0);
    REQUIRE(::kill(pid, SIGKILL) == 0);
  }
};

// The end of the one job that is under way.
inline os::JobExit await_one(os::Executor& jobs) {
  const auto ended = jobs.wait(-1);
  REQUIRE(ended);
  REQUIRE(ended->size() == 1);
  return ended->front();
}

inline os::JobExit run_job(os::Executor& jobs, const os::JobSpec& spec) {
  REQUIRE(jobs.ensure(spec));
  return await_one(jobs);
}

}  // namespace par::test
