#include "os/file_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>

#include "os/posix.h"

namespace par::os {
namespace {

Error lock_error(const std::string& path) {
  return errno_error(fmt::format("cannot lock '{}'", path), errno);
}

int flock_retry(int fd, int operation) {
  int result = 0;
  do result = ::flock(fd, operation);
  while (result != 0 && errno == EINTR);
  return result;
}

Result<Descriptor> open_lock(const std::string& path) {
  Descriptor fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd.is_open()) return lock_error(path);
  return fd;
}

// Whether `path` still names the file we locked: it may have been removed, and made anew, before we got it.
bool is_current(int fd, const std::string& path) {
  struct stat ours {};
  struct stat named {};
  return ::fstat(fd, &ours) == 0 && ::stat(path.c_str(), &named) == 0 && ours.st_dev == named.st_dev &&
         ours.st_ino == named.st_ino;
}

// `holder` takes the lock shared for a moment. Only a holder excludes a shared lock, so whoever is refused
// asks for one to tell the two apart, and tries again when it was but a question.
Result<bool> lock_unless_held(int fd, const std::string& path) {
  constexpr int kTries = 2000;
  for (int i = 0; i < kTries; ++i) {
    if (flock_retry(fd, LOCK_EX | LOCK_NB) == 0) return true;
    if (errno != EWOULDBLOCK) return lock_error(path);
    if (flock_retry(fd, LOCK_SH | LOCK_NB) != 0) return false;
    flock_retry(fd, LOCK_UN);
    nap(i < 100 ? 0 : 1);
  }
  return Error(fmt::format("cannot lock '{}': it is asked for too often", path));
}

Result<void> write_holder(int fd, const std::string& path) {
  if (::ftruncate(fd, 0) != 0 || !write_all(fd, fmt::format("{}\n", ::getpid()))) return lock_error(path);
  return {};
}

// 0: no number (yet).
int read_holder(int fd) {
  char text[32];
  const ssize_t count = ::pread(fd, text, sizeof text, 0);
  if (count <= 0 || text[count - 1] != '\n') return 0;
  int pid = 0;
  std::from_chars(text, text + count, pid);
  return pid;
}

// Ends blocking calls with EINTR, again and again.
class Alarms {
 public:
  explicit Alarms(int every_ms) {
    struct sigaction nothing {};
    nothing.sa_handler = [](int) {};
    ::sigaction(SIGALRM, &nothing, &before_);
    set_timer(every_ms);
  }
  Alarms(const Alarms&) = delete;
  Alarms& operator=(const Alarms&) = delete;
  ~Alarms() {
    set_timer(0);
    ::sigaction(SIGALRM, &before_, nullptr);
  }

 private:
  static void set_timer(int every_ms) {
    const timeval every{every_ms / 1000, suseconds_t{every_ms} % 1000 * 1000};
    const itimerval timer{every, every};
    ::setitimer(ITIMER_REAL, &timer, nullptr);
  }
  struct sigaction before_ {};
};

// More than writers wait for each other, less than anybody notices: one in turn waits for one that writes,
// the others for all before them.
constexpr int kPatienceInTurnMs = 20;
constexpr int kPatienceMs = 100;

// False: cannot be locked, as errno says.
template <int patience_ms>
bool lock_from_stopped(int fd) {
  if (flock_retry(fd, LOCK_EX | LOCK_NB) == 0) return true;
  if (errno != EWOULDBLOCK) return false;
  const Alarms alarms(patience_ms);
  while (::flock(fd, LOCK_EX) != 0) {
    if (errno != EINTR) return false;
    // Whoever runs takes no notice.
    if (const int pid = read_holder(fd); pid > 0) ::kill(pid, SIGCONT);
  }
  return true;
}

}  // namespace

Result<FileLock> FileLock::acquire_with(const std::string& path, bool (*lock)(int fd)) {
  for (;;) {
    PAR_ASSIGN(Descriptor fd, open_lock(path));
    if (!lock(fd.get())) return lock_error(path);
    if (!is_current(fd.get(), path)) continue;
    PAR_TRY(write_holder(fd.get(), path));
    return FileLock(std::move(fd));
  }
}

Result<FileLock> FileLock::acquire(const std::string& path) {
  return acquire_with(path, [](int fd) { return flock_retry(fd, LOCK_EX) == 0; });
}

Result<FileLock> FileLock::acquire_in_turn(const std::string& path) {
  PAR_ASSIGN(const auto turn, acquire_with(path + ".turn", lock_from_stopped<kPatienceMs>));
  return acquire_with(path, lock_from_stopped<kPatienceInTurnMs>);
}

Result<std::optional<FileLock>> FileLock::try_acquire(const std::string& path) {
  for (;;) {
    PAR_ASSIGN(Descriptor fd, open_lock(path));
    PAR_ASSIGN(const bool locked, lock_unless_held(fd.get(), path));
    if (!locked) return std::optional<FileLock>();
    if (!is_current(fd.get(), path)) continue;
    PAR_TRY(write_holder(fd.get(), path));
    return std::optional<FileLock>(FileLock(std::move(fd)));
  }
}

Result<std::optional<int>> FileLock::holder(const std::string& path) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd.is_open()) {
    if (errno == ENOENT || errno == ENOTDIR) return std::optional<int>();
    return lock_error(path);
  }
  // The number follows the lock at once; it is asked for again in case we came in between.
  constexpr int kTries = 1000;
  for (int i = 0; i < kTries; ++i) {
    if (flock_retry(fd.get(), LOCK_SH | LOCK_NB) == 0) return std::optional<int>();
    if (errno != EWOULDBLOCK) return lock_error(path);
    if (const int pid = read_holder(fd.get()); pid > 0) return std::optional<int>(pid);
    nap(1);
  }
  return Error(fmt::format("cannot tell who holds the lock '{}'", path));
}

}  // namespace par::os
