// The executor `local`: long-running commands (agents, validations) that outlive us. Each is watched by a
// keeper, a forked process of ours in its own session, which holds the job's lock, copies output to the log,
// enforces the time limit, ends every descendant, and records the end durably before it releases the lock. So
// kill -9 of the orchestrator loses neither the job nor its result: the next orchestrator finds it by its id.
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
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "os/executor.h"

namespace par::os {

// Jobs of this machine under `root` (made when missing, 0700).
[[nodiscard]] Result<std::unique_ptr<Executor>> local_executor(const std::string& root);

struct JobView {
  std::string id;
  bool alive = false;  // its keeper lives, or what a lost one has left
  int keeper = 0;      // its process id; 0: it is gone
};
// Every job recorded under `root`, sorted by id; for `stop` and `clean` of other processes' jobs.
[[nodiscard]] Result<std::vector<JobView>> list_jobs(const std::string& root);
// When the job last printed, by the wall clock; nullopt: it has not, or did not start. `log`: its JobSpec's.
[[nodiscard]] std::optional<Millis> last_output(const std::string& root, const std::string& id,
                                                const std::string& log);
// Ends jobs of any process at the same time, as Executor::stop; waits until their keepers are gone, at most
// `timeout` ms for all of them. Error: some did not end, with their names.
[[nodiscard]] Result<void> stop_jobs(const std::string& root, const std::vector<std::string>& ids,
                                     Millis timeout);
// The same for one.
[[nodiscard]] Result<void> stop_job(const std::string& root, const std::string& id, Millis timeout);

}  // namespace par::os
