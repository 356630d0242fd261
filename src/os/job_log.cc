#include "os/job_log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

#include "os/posix.h"

namespace par::os {
namespace {

std::string stamp() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  ::localtime_r(&now, &local);
  return fmt::format("[{:02}:{:02}:{:02}] ", local.tm_hour, local.tm_min, local.tm_sec);
}

// Whether an earlier job, or its keeper's death, left the last line unfinished.
bool ends_within_line(int fd) {
  const off_t size = ::lseek(fd, 0, SEEK_END);
  char last = '\n';
  return size > 0 && ::pread(fd, &last, 1, size - 1) == 1 && last != '\n';
}

}  // namespace

Result<JobLog> JobLog::open(const std::string& path, std::int64_t limit, bool timestamps) {
  // Not blocking, so that a pipe put in its place is an error and no trap.
  constexpr int kFlags = O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  Descriptor file(::open(path.c_str(), kFlags, 0600));
  struct stat info {};
  if (!file.is_open() || ::fstat(file.get(), &info) != 0)
    return errno_error(fmt::format("cannot open log '{}'", path), errno);
  if (!S_ISREG(info.st_mode)) return Error(fmt::format("cannot open log '{}': not a regular file", path));
  JobLog log(std::move(file), limit, timestamps);
  log.line_open_ = ends_within_line(log.file_.get());
  log.end_line();
  return log;
}

JobLog::JobLog(Descriptor file, std::int64_t limit, bool timestamps)
    : file_(std::move(file)),
      end_room_(static_cast<std::size_t>(std::min(kLogEnd, limit / 2))),
      room_(static_cast<std::size_t>(limit) - end_room_),
      timestamps_(timestamps) {}

void JobLog::append(std::string_view output) {
  if (output.empty()) return;
  const std::string text = stamped(output);
  const std::size_t count = std::min(room_, text.size());
  if (count > 0) put(std::string_view(text).substr(0, count));
  room_ -= count;
  if (count < text.size()) keep(std::string_view(text).substr(count));
}

void JobLog::keep(std::string_view text) {
  end_ += text;
  ::futimens(file_.get(), nullptr);
  if (end_.size() <= end_room_) return;
  // Said at once, to whoever follows the log.
  if (left_out_ == 0) notice("the log has reached its limit; what follows is left out, but for its end");
  whole_ = false;
  left_out_ += end_.size() - end_room_;
  end_.erase(0, end_.size() - end_room_);
}

void JobLog::finish() {
  if (left_out_ > 0) {
    // From the first whole line on, if there is one.
    if (const auto begin = end_.find('\n') + 1; begin < end_.size()) {
      left_out_ += begin;
      end_.erase(0, begin);
    }
    notice(fmt::format("{} bytes of output are left out here", left_out_));
  }
  if (!end_.empty()) put(end_);
  end_.clear();
  left_out_ = 0;
  end_line();
}

void JobLog::notice(std::string_view text) {
  end_line();
  put(fmt::format("{}git-par: {}\n", timestamps_ ? stamp() : "", text));
}

void JobLog::end_line() {
  if (line_open_) put("\n");
}

std::string JobLog::stamped(std::string_view output) const {
  if (!timestamps_) return std::string(output);
  const std::string mark = stamp();
  std::string text;
  bool line_open = end_.empty() ? line_open_ : end_.back() != '\n';
  while (!output.empty()) {
    const std::string_view line = output.substr(0, output.find('\n'));
    const std::size_t length = std::min(line.size() + 1, output.size());
    if (!line_open) text += mark;
    text += output.substr(0, length);
    line_open = length == line.size();
    output.remove_prefix(length);
  }
  return text;
}

void JobLog::put(std::string_view text) {
  if (dropped_ > 0) {
    const std::string lead = fmt::format("\ngit-par: {} bytes of output could not be written\n", dropped_);
    if (write_all(file_.get(), lead)) dropped_ = 0;
  }
  if (dropped_ > 0 || !write_all(file_.get(), text)) dropped_ += text.size();
  if (dropped_ > 0) whole_ = false;
  line_open_ = text.back() != '\n';
}

}  // namespace par::os
