// The port of executors: where the commands of a run (filling worktrees, agents, validations) run, and the
// only way in which app/engine and app/validator have them run. Fakes stand in for it in their tests.
//
// `local` (os/jobs.h) is the one there is. One that runs commands elsewhere fits behind the same four verbs,
// since nothing asks for a process: a job is a value with a name that is the same after a crash, and what
// comes of it is a value. It wraps the command in its transport (srun, ssh) and has `local` run that, so that
// the job's keeper, log and record stay here, where `stop`, `status` and `clean` find them. Paths in a
// JobSpec are those of this machine; the files of `cwd` travel as git objects, and what an agent did comes
// back as its branch, which is all that core::Workspace looks at. One process, the one that holds the run's
// lock, owns the journal: an executor writes nothing there.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/enum_names.h"
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
  std::int64_t log_limit = 64 << 20;  // bytes of this job; of more the beginning and the end are kept, and
                                      // the log says how much is left out between them
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
  bool whole_log = true;  // the log holds all that it has printed
};

class Executor {
 public:
  virtual ~Executor() = default;
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

// Those that `run --on` can name.
enum class ExecutorKind { local };
// `root`: a directory for what it records of its jobs (made when missing, 0700).
[[nodiscard]] Result<std::unique_ptr<Executor>> make_executor(ExecutorKind kind, const std::string& root);

}  // namespace par::os

namespace par {
template <>
inline constexpr std::array<std::string_view, 1> enum_names<os::ExecutorKind>{"local"};
}  // namespace par
