// The processes of one job, as its keeper sees them: the command, in a process group of its own, and whatever
// else it starts. Internal to os/; for a single-threaded process that has no other children.
#pragma once

#include <sys/types.h>

#include <optional>

#include "base/clock.h"
#include "base/result.h"
#include "os/descriptor.h"
#include "os/executor.h"
#include "os/job_record.h"

namespace par::os {

struct CommandEnd {
  bool signalled = false;
  int code = 0;  // exit code or signal
};

class JobCommand {
 public:
  // Runs `/bin/sh -c`: stdin is /dev/null, signals are at their defaults, and on Linux it dies with this
  // process. Its environment is the spec's, without PAR_CRASH*, with PAR_JOB and the job's marker. Errors: no
  // such directory, no process.
  [[nodiscard]] static Result<JobCommand> start(const JobSpec& spec, const JobPaths& paths);

  // What it prints, stdout and stderr; does not block.
  [[nodiscard]] Descriptor& output() { return output_; }
  // How it ended, once it has. Reaps orphans on the way, but not the command itself: its number stays ours,
  // so that no other process group can be hit in its place.
  [[nodiscard]] std::optional<CommandEnd> ended() const;
  // TERM to its group, and CONT for what is stopped.
  void ask_to_end() const;
  // KILL to its group and to every descendant of this process.
  void kill_everything() const;
  // After it has ended: kills what it left behind, until nothing is left or `limit` ms are over; false then.
  [[nodiscard]] bool clear_away(Millis limit) const;

 private:
  JobCommand(pid_t pid, Descriptor output) : pid_(pid), output_(std::move(output)) {}
  pid_t pid_;
  Descriptor output_;
};

}  // namespace par::os
