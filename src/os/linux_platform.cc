#ifndef PAR_PORTABLE

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/close_range.h>
#include <linux/magic.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <map>
#include <set>
#include <utility>

#include "base/strings.h"
#include "os/files.h"
#include "os/platform.h"
#include "os/posix.h"

namespace par::os::platform {
namespace {

pid_t parse_pid(std::string_view text) {
  pid_t pid = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pid);
  return error == std::errc() && end == text.data() + text.size() ? pid : 0;
}

std::vector<pid_t> all_processes() {
  std::vector<pid_t> pids;
  for (const auto& name : list_directory("/proc").value_or({}))
    if (const pid_t pid = parse_pid(name); pid > 0) pids.push_back(pid);
  return pids;
}

// The children of every thread of `pid`; false where the kernel does not list them.
bool add_listed_children(pid_t pid, std::vector<pid_t>& out) {
  const std::string tasks = fmt::format("/proc/{}/task", pid);
  for (const auto& task : list_directory(tasks).value_or({})) {
    const auto listed = read_file(fmt::format("{}/{}/children", tasks, task));
    if (!listed) {
      if (pid == ::getpid()) return false;
      continue;
    }
    for (const auto& word : split(*listed, ' '))
      if (const pid_t child = parse_pid(word); child > 0) out.push_back(child);
  }
  return true;
}

// Of "pid (name) state ppid ...", where the name may hold anything, what comes behind the name, from ""
// before the state on.
std::vector<std::string> stat_fields(pid_t pid) {
  const std::string stat = read_file(fmt::format("/proc/{}/stat", pid)).value_or("");
  const auto end_of_name = stat.rfind(')');
  if (end_of_name == std::string::npos) return {};
  return split(std::string_view(stat).substr(end_of_name + 1), ' ');
}

pid_t parent_of(pid_t pid) {
  const auto fields = stat_fields(pid);
  return fields.size() > 2 ? parse_pid(fields[2]) : 0;
}

// Its own CPU time and that of the children it has waited for, in clock ticks.
std::int64_t ticks_of(pid_t pid) {
  constexpr std::size_t kFirst = 12;  // utime, stime, cutime, cstime
  constexpr std::size_t kCount = 4;
  const auto fields = stat_fields(pid);
  std::int64_t sum = 0;
  for (std::size_t i = kFirst; i < kFirst + kCount && i < fields.size(); ++i) {
    std::int64_t ticks = 0;
    std::from_chars(fields[i].data(), fields[i].data() + fields[i].size(), ticks);
    sum += ticks;
  }
  return sum;
}

Millis to_millis(const timeval& time) { return Millis{time.tv_sec} * 1000 + time.tv_usec / 1000; }

std::vector<pid_t> descendants_by_parent() {
  std::multimap<pid_t, pid_t> children;
  for (const pid_t pid : all_processes()) children.emplace(parent_of(pid), pid);
  std::vector<pid_t> found{::getpid()};
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto [first, last] = children.equal_range(found[i]);
    std::for_each(first, last, [&](const auto& entry) { found.push_back(entry.second); });
  }
  found.erase(found.begin());
  return found;
}

std::vector<std::string> environment_of(pid_t pid) {
  const auto environment = read_file(fmt::format("/proc/{}/environ", pid));
  return environment ? split_terminated(*environment, '\0') : std::vector<std::string>();
}

bool has_marker(pid_t pid, std::string_view marker) {
  const auto entries = environment_of(pid);
  return std::find(entries.begin(), entries.end(), marker) != entries.end();
}

// The watch is opened first: a process that took over the number in between does not carry the marker.
bool kill_if_marked(pid_t pid, std::string_view marker) {
  if (!has_marker(pid, marker)) return false;
  const Descriptor watch = watch_process(pid);
  return watch.is_open() && has_marker(pid, marker) && send_signal(watch, pid, SIGKILL);
}

}  // namespace

bool open_pipe(std::array<int, 2>& ends) { return ::pipe2(ends.data(), O_CLOEXEC) == 0; }

void close_descriptors_except(int kept) {
  const auto above = static_cast<unsigned>(kept) + 1;
  const bool below_done = kept <= 3 || ::close_range(3, above - 2, 0) == 0;
  if (below_done && ::close_range(above, ~0U, 0) == 0) return;
  for (const auto& name : list_directory("/proc/self/fd").value_or({}))
    if (const int fd = parse_pid(name); fd > STDERR_FILENO && fd != kept) ::close(fd);
}

Descriptor watch_process(pid_t pid) {
  return Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}

bool send_signal(const Descriptor& watch, pid_t pid, int number) {
  if (!watch.is_open()) return ::kill(pid, number) == 0;
  return ::syscall(SYS_pidfd_send_signal, watch.get(), number, nullptr, 0) == 0;
}

void adopt_orphans() { ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

void die_with_parent() { ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0); }

std::vector<pid_t> descendants() {
  std::vector<pid_t> found;
  if (!add_listed_children(::getpid(), found)) return descendants_by_parent();
  for (std::size_t i = 0; i < found.size(); ++i) add_listed_children(pid_t{found[i]}, found);
  return found;
}

std::optional<Millis> cpu_of_descendants() {
  rusage ended{};
  if (::getrusage(RUSAGE_CHILDREN, &ended) != 0) return std::nullopt;
  std::int64_t ticks = 0;
  for (const pid_t pid : descendants()) ticks += ticks_of(pid);
  static const std::int64_t per_second = ::sysconf(_SC_CLK_TCK);
  return to_millis(ended.ru_utime) + to_millis(ended.ru_stime) + ticks * 1000 / per_second;
}

std::set<std::string> markers(std::string_view prefix) {
  std::set<std::string> found;
  for (const pid_t pid : all_processes())
    for (auto& entry : environment_of(pid))
      if (entry.starts_with(prefix)) found.insert(std::move(entry));
  return found;
}

void kill_marked(std::string_view marker) {
  constexpr int kRounds = 200;
  for (int round = 0; round < kRounds; ++round) {
    int killed = 0;
    for (const pid_t pid : all_processes()) killed += kill_if_marked(pid, marker) ? 1 : 0;
    if (killed == 0) return;
    nap(10);
  }
}

bool sync_file_system_of(int fd) { return ::syncfs(fd) == 0; }

bool is_network_file_system(const char* existing_path) {
  constexpr std::array<std::uint32_t, 14> kinds{NFS_SUPER_MAGIC, SMB_SUPER_MAGIC, CODA_SUPER_MAGIC,
                                                AFS_SUPER_MAGIC, AFS_FS_MAGIC,    NCP_SUPER_MAGIC,
                                                V9FS_MAGIC,
                                                0xFF534D42,   // CIFS
                                                0xFE534D42,   // SMB 2
                                                0x00C36400,   // Ceph
                                                0x0BD00BD0,   // Lustre
                                                0x47504653,   // GPFS
                                                0x19830326,   // BeeGFS
                                                0x786F4256};  // VirtualBox shared folder
  struct statfs info {};
  if (::statfs(existing_path, &info) != 0) return false;
  return std::find(kinds.begin(), kinds.end(), static_cast<std::uint32_t>(info.f_type)) != kinds.end();
}

clockid_t suspend_clock() { return CLOCK_BOOTTIME; }

std::string boot_name() {
  return std::string(trim(read_file("/proc/sys/kernel/random/boot_id").value_or("")));
}

}  // namespace par::os::platform

#endif
