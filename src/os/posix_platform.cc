#ifdef PAR_PORTABLE

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>

#include "os/files.h"
#include "os/platform.h"

namespace par::os::platform {

bool open_pipe(std::array<int, 2>& ends) {
  if (::pipe(ends.data()) != 0) return false;
  for (const int end : ends) ::fcntl(end, F_SETFD, FD_CLOEXEC);
  return true;
}

void close_descriptors_except(int kept) {
  const auto names = list_directory("/dev/fd").value_or({});
  for (const auto& name : names)
    if (const int fd = std::atoi(name.c_str()); fd > STDERR_FILENO && fd != kept) ::close(fd);
  if (!names.empty()) return;
  constexpr long kMost = 65536;
  const long limit = std::min(::sysconf(_SC_OPEN_MAX), kMost);
  for (int fd = STDERR_FILENO + 1; fd < limit; ++fd)
    if (fd != kept) ::close(fd);
}

Descriptor watch_process(pid_t) { return Descriptor(); }

bool send_signal(const Descriptor&, pid_t pid, int number) { return ::kill(pid, number) == 0; }

void adopt_orphans() {}

void die_with_parent() {}

std::vector<pid_t> descendants() { return {}; }

std::optional<Millis> cpu_of_descendants() { return std::nullopt; }

std::set<std::string> markers(std::string_view) { return {}; }

void kill_marked(std::string_view) {}

bool sync_file_system_of(int fd) { return ::fsync(fd) == 0; }

bool is_network_file_system(const char*) { return false; }

clockid_t suspend_clock() { return CLOCK_MONOTONIC; }

std::string boot_name() { return {}; }

}  // namespace par::os::platform

#endif
