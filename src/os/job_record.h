// What a job's directory says: who keeps it, whether its command was ever started, how it ended. Internal to
// os/.
//
// The keeper alone writes here, and only while it holds the lock: `started` just before the command is
// spawned, with where its output begins in the log, `result` after everything of it has ended. So without a
// living keeper: a result is final, `started` without one is a lost job, and neither means that nothing was
// run.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "os/executor.h"

namespace par::os {

struct JobPaths {
  JobPaths(const std::string& root, const std::string& id)
      : directory(root + "/" + id),
        lock(directory + "/lock"),
        started(directory + "/started"),
        result(directory + "/result") {}

  std::string directory;  // absolute, as the root is
  std::string lock;
  std::string started;
  std::string result;

  // The entry in the environment of everything the job runs that no other job has.
  static constexpr std::string_view kMarker = "PAR_JOB_DIR=";
  [[nodiscard]] std::string marker() const { return std::string(kMarker) + directory; }
};

// [a-z0-9._-]+, not starting with a '.'.
[[nodiscard]] bool is_job_id(std::string_view id);
// The error of an id that is none.
[[nodiscard]] Result<void> check_job_id(std::string_view id);

enum class JobStage { fresh, running, ended, lost };

struct JobState {
  JobStage stage = JobStage::fresh;
  int keeper = 0;  // running: its process id
  JobExit exit;    // ended, lost
};

[[nodiscard]] JobState lost_state(const std::string& id);
[[nodiscard]] Result<JobState> job_state(const JobPaths& paths, const std::string& id);
// `log_bytes`: as long was the log by then.
[[nodiscard]] Result<void> record_start(const JobPaths& paths, Millis at, std::size_t log_bytes);
[[nodiscard]] Result<void> record_exit(const JobPaths& paths, const JobExit& exit);

}  // namespace par::os
