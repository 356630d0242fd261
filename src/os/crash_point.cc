#include "os/crash_point.h"

#ifdef PAR_CRASH_POINTS

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <string>

#include "os/descriptor.h"
#include "os/posix.h"

namespace par::os {
namespace {

struct CrashPlan {
  std::string name;
  int passage = 1;
  std::string action;
};

// name[@n]=action
Result<CrashPlan> parse_plan(std::string_view text) {
  const Error bad(fmt::format("cannot understand PAR_CRASH '{}'", text));
  const auto equals = text.rfind('=');
  if (equals == std::string_view::npos) return bad;
  CrashPlan plan;
  plan.action = text.substr(equals + 1);
  if (plan.action != "kill" && plan.action != "eio" && plan.action != "enospc") return bad;
  const std::string_view point = text.substr(0, equals);
  const auto at = point.find('@');
  plan.name = point.substr(0, at);
  if (at != std::string_view::npos) {
    const std::string_view count = point.substr(at + 1);
    const auto [end, error] = std::from_chars(count.data(), count.data() + count.size(), plan.passage);
    if (error != std::errc() || end != count.data() + count.size() || plan.passage < 1) return bad;
  }
  return plan;
}

void list_passage(std::string_view name) {
  const char* path = std::getenv("PAR_CRASH_LIST");
  if (path == nullptr) return;
  const Descriptor file(::open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  // A list that cannot be written shows in the test that reads it.
  static_cast<void>(file.is_open() && write_all(file.get(), std::string(name) + "\n"));
}

// How often the point that `setting` names was passed since the setting was made, this time included.
int count_passage(const std::string& setting) {
  static std::mutex guard;
  static std::string counted_for;
  static int passages = 0;
  const std::lock_guard lock(guard);
  if (counted_for != setting) {
    counted_for = setting;
    passages = 0;
  }
  return ++passages;
}

}  // namespace

Result<void> crash_point(std::string_view name) {
  list_passage(name);
  const char* setting = std::getenv("PAR_CRASH");
  if (setting == nullptr || *setting == '\0') return {};
  PAR_ASSIGN(const CrashPlan plan, parse_plan(setting));
  if (plan.name != name || count_passage(setting) != plan.passage) return {};
  if (plan.action == "kill") ::raise(SIGKILL);
  return errno_error(fmt::format("crash point '{}'", name), plan.action == "eio" ? EIO : ENOSPC);
}

}  // namespace par::os

#endif
