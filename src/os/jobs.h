// Long-running commands (agents, validations) that outlive us: each is watched by a keeper, a forked process
// of ours in its own session, which holds the job's lock, copies output to the log, enforces the time limit,
// ends every descendant, and records the end durably before it releases the lock. So kill -9 of the
// orchestrator loses neither the job nor its result: the next orchestrator finds it by its id.
//
// A job's directory <root>/<id>/ holds: `lock` (flock of the keeper, its pid inside), `started`, `result`.
//
// The job has ended when its command has: what the command left behind is killed, and nobody waits for a pipe
// that such a process holds open. On Linux that is every descendant (also with setsid, forked twice, deaf to
// TERM, stopped), and when the keeper itself is killed its command dies with it; the rest is found by
// PAR_JOB_DIR in its environment and killed when the job is found `lost` or forgotten. Elsewhere
// (PAR_PORTABLE) it is the command's process group alone, and nothing when the keeper is killed.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/exit_kind.h"
#include "base/result.h"
#include "os/process.h"

namespace par::os {

struct JobSpec {
  std::string id;       // a file name: [a-z0-9._-]+, no leading '.'
  std::string command;  // run by `/bin/sh -c`
  std::string cwd;
  Environment env;  // all of it, but for PAR_JOB=<id> and PAR_JOB_DIR=<its directory>, which are added
  std::string log;  // appended to: stdout and stderr, "[HH:MM:SS] " before each line; mode 0600
  std::int64_t log_limit =
      64 << 20;  // bytes of this job; more is drained, dropped and said so once in the log
  bool log_timestamps = true;
  std::int64_t timeout_ms = 0;  // 0: none
  std::int64_t idle_ms = 0;  // it is ended (`hung`) after so long without output, CPU time of its processes
                             // (Linux only), or a change of `life_signs`; 0: never
  std::vector<std::string> life_signs;  // files, absolute
  std::int64_t grace_ms = 5000;         // between TERM and KILL
};

struct JobExit {
  std::string id;
  ExitKind how = ExitKind::exited;
  int code = 0;  // exit code, or the signal's number
  double seconds = 0;
};

// The port; fakes stand in for it in tests of the engine.
class Jobs {
 public:
  virtual ~Jobs() = default;
  // Makes sure that the job is under way or has ended: starts it when no keeper ever did, adopts it when one
  // lives, takes its recorded result, or `lost` when its keeper died without one. Its exit comes from `wait`,
  // once. Errors: the command cannot be started (no such directory, no log, no process); nothing was run
  // then, and it can be asked for again. We must be single-threaded: the keeper is a plain fork.
  virtual Result<void> ensure(const JobSpec& spec) = 0;
  // The jobs that ended since the last call. Waits for the first up to `timeout` ms (0: does not wait, -1: no
  // limit, but not when there is no job to wait for); comes back early, perhaps with none, when a signal of
  // os/signals arrived.
  virtual Result<std::vector<JobExit>> wait(Millis timeout) = 0;
  // Asks the keeper to end the job (TERM, grace, KILL); its exit comes as `stopped`. Fine when it has ended.
  virtual Result<void> stop(const std::string& id) = 0;
  // Removes the record of a job that is not running, so that the id can be started anew.
  virtual Result<void> forget(const std::string& id) = 0;
};

// Jobs of this machine under `root` (made when missing, 0700).
[[nodiscard]] Result<std::unique_ptr<Jobs>> local_jobs(const std::string& root);

struct JobView {
  std::string id;
  bool alive = false;
  int keeper = 0;  // process id, when alive
};
// Every job recorded under `root`, sorted by id; for `stop`, `status` and `clean` of other processes' jobs.
[[nodiscard]] Result<std::vector<JobView>> list_jobs(const std::string& root);
// Ends jobs of any process at the same time, as Jobs::stop; waits until their keepers are gone, at most
// `timeout` ms for all of them. Error: some did not end, with their names.
[[nodiscard]] Result<void> stop_jobs(const std::string& root, const std::vector<std::string>& ids,
                                     Millis timeout);
// The same for one.
[[nodiscard]] Result<void> stop_job(const std::string& root, const std::string& id, Millis timeout);

}  // namespace par::os
