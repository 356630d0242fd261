// The process that watches one job from its start to its recorded end (see jobs.h). Runs in a forked child.
// Internal to os/.
#pragma once

#include "os/descriptor.h"
#include "os/executor.h"
#include "os/job_record.h"

namespace par::os {

// What a keeper tells whoever forked it: one of these letters through the pipe; after `failed` the message.
enum class Standing : char {
  running = 'r',  // it holds the lock and the command runs
  held = 'h',     // another keeper holds the lock
  settled = 's',  // another keeper was there before and is gone
  failed = 'f',   // nothing was run
};

// To be called right after fork, all signals blocked; never returns. Paths in `spec` are absolute.
[[noreturn]] void keep_job(const JobSpec& spec, const JobPaths& paths, Descriptor report) noexcept;

}  // namespace par::os
