#include "os/life.h"

#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "os/platform.h"

namespace par::os {
namespace {

constexpr Millis kLooks = 10;  // in one limit
constexpr Millis kShortestPeriod = 10;
constexpr Millis kLongestPeriod = 60'000;
constexpr Millis kMuchTooLate = 30'000;  // later than the next look would be
constexpr Millis kIdleShare = 100;       // one part of so many of a processor's time is no work

// When its content or its attributes changed, in ns; -1: it is not there.
std::int64_t change_time(const std::string& file) {
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0) return -1;
  constexpr std::int64_t kSecond = 1'000'000'000;
#ifdef __APPLE__
  return info.st_ctimespec.tv_sec * kSecond + info.st_ctimespec.tv_nsec;
#else
  return info.st_ctim.tv_sec * kSecond + info.st_ctim.tv_nsec;
#endif
}

}  // namespace

LifeSigns::LifeSigns(std::vector<std::string> files, Millis limit, Millis now)
    : files_(std::move(files)),
      limit_(limit),
      period_(std::clamp(limit / kLooks, kShortestPeriod, kLongestPeriod)),
      last_(now),
      looked_(now) {
  if (limit_ <= 0) return;
  changed_ = changes_of_files();
  cpu_ = platform::cpu_of_descendants();
}

bool LifeSigns::are_missing(Millis now) {
  if (limit_ <= 0) return false;
  if (now >= looked_ + period_) {
    auto changed = changes_of_files();
    const bool worked = has_worked(now - looked_);
    const bool nobody_looked = now - looked_ > 2 * period_ + kMuchTooLate;
    if (worked || nobody_looked || changed != changed_) last_ = now;
    changed_ = std::move(changed);
    looked_ = now;
  }
  // What happened since the last look has not been seen yet.
  return looked_ - last_ >= limit_;
}

std::optional<Millis> LifeSigns::next_look() const {
  if (limit_ <= 0) return std::nullopt;
  return looked_ + period_;
}

std::vector<std::int64_t> LifeSigns::changes_of_files() const {
  std::vector<std::int64_t> times;
  times.reserve(files_.size());
  for (const auto& file : files_) times.push_back(change_time(file));
  return times;
}

// What ended processes have used may go from sight: a sum that falls says nothing.
bool LifeSigns::has_worked(Millis elapsed) {
  const auto before = std::exchange(cpu_, platform::cpu_of_descendants());
  return before && cpu_ && (*cpu_ - *before) * kIdleShare > elapsed;
}

}  // namespace par::os
