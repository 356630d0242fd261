// Where the kernel does better than POSIX: linux_platform.cc has the accelerations, posix_platform.cc
// (PAR_PORTABLE) the plain stand-ins with the same contracts. Internal to os/.
#pragma once

#include <sys/types.h>

#include <array>
#include <ctime>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "os/descriptor.h"

namespace par::os::platform {

// pipe(2) with both ends close-on-exec; false with errno.
[[nodiscard]] bool open_pipe(std::array<int, 2>& ends);
// Closes every descriptor above 2 but `kept`.
void close_descriptors_except(int kept);

// A descriptor that polls readable once that process has ended; not open where there is none: then ask again
// and again.
[[nodiscard]] Descriptor watch_process(pid_t pid);
// Signals the process that `watch` stands for, or `pid` when it is not open; false with errno.
[[nodiscard]] bool send_signal(const Descriptor& watch, pid_t pid, int number);

// From now on orphaned descendants become children of this process. Stand-in: nothing.
void adopt_orphans();
// The calling process is killed when its parent dies. Stand-in: nothing.
void die_with_parent();
// Every living descendant of this process, zombies included. Stand-in: none is known.
[[nodiscard]] std::vector<pid_t> descendants();
// The CPU time, in ms, of the living descendants of this process and of all that they, or it, have waited
// for. Stand-in: nullopt.
[[nodiscard]] std::optional<Millis> cpu_of_descendants();
// The entries that begin with `prefix` in the environments of living processes. Stand-in: none.
[[nodiscard]] std::set<std::string> markers(std::string_view prefix);
// Kills every process whose environment holds exactly the entry `marker`, again until none is left, for two
// seconds at most. Stand-in: nothing.
void kill_marked(std::string_view marker);

// Flushes the whole file system; false with errno.
[[nodiscard]] bool sync_file_system_of(int fd);
[[nodiscard]] bool is_network_file_system(const char* existing_path);

// The clock that runs through suspend.
[[nodiscard]] clockid_t suspend_clock();
// As os::boot_name. Stand-in: empty.
[[nodiscard]] std::string boot_name();

}  // namespace par::os::platform
