#include "app/hook_files.h"

#include <fmt/format.h>

#include <filesystem>
#include <string_view>
#include <system_error>

#include "git/hooks.h"
#include "os/files.h"

namespace par::app {
namespace {

constexpr const char* kName = "/pre-push";
constexpr const char* kBefore = "/pre-push.before-par";
constexpr unsigned kHookMode = 0755;

// By this line a hook is known as ours.
constexpr std::string_view kMarker = "# pre-push hook of git par";

constexpr std::string_view kScript = R"sh(#!/bin/sh
# pre-push hook of git par: refuses a push of the target branch to a commit that no validation passed.
# Made by 'git par hook install', removed by 'git par hook uninstall'; changes here are lost with the next
# version. Own checks belong into pre-push.before-par beside it, which runs first: if that fails, so does the push.
# 'git push --no-verify' pushes without any of it.

before=$(dirname "$0")/pre-push.before-par
pushed=$(cat && echo .) # the dot keeps the newline at the end
pushed=${pushed%.}

if [ -x "$before" ]; then
  printf '%s' "$pushed" | "$before" "$@" || exit
fi
if ! command -v git-par >/dev/null; then
  echo "hint: git-par is not installed: the push is not checked" >&2
  exit 0
fi
printf '%s' "$pushed" | git-par hook run pre-push "$@"
)sh";

bool is_ours(const std::string& path) {
  const auto content = os::read_file(path);
  return content && content->find(kMarker) != std::string::npos;
}

Result<void> move_file(const std::string& from, const std::string& to) {
  std::error_code failed;
  std::filesystem::rename(from, to, failed);
  if (failed) return errno_error(fmt::format("cannot rename '{}' to '{}'", from, to), failed.value());
  return {};
}

Error redirected(const std::string& directory) {
  return refused(
             fmt::format("core.hooksPath leads to '{}', which is looked after by another tool", directory))
      .hint("add this line to the pre-push hook there, by that tool's means:")
      .hint("    git par hook run pre-push \"$@\"")
      .hint("or put our hook there with 'git par hook install --force'");
}

}  // namespace

Result<HookReport> install_pre_push(const git::Repository& repository, bool force) {
  PAR_ASSIGN(const auto place, git::find_hooks(repository));
  if (place.redirected && !force) return redirected(place.directory);
  HookReport report{HookChange::installed, place.directory + kName, ""};
  const auto before = place.directory + kBefore;
  if (os::exists(before)) report.before = before;
  if (is_ours(report.path)) {
    PAR_ASSIGN(const auto content, os::read_file(report.path));
    report.change = content == kScript ? HookChange::unchanged : HookChange::updated;
    if (report.change == HookChange::unchanged) return report;
    PAR_TRY(os::write_file_durably(report.path, kScript, kHookMode));
    return report;
  }
  PAR_TRY(os::make_directories(place.directory));
  const bool foreign = os::exists(report.path);
  if (foreign) {
    if (!report.before.empty())
      return refused(fmt::format("there are both '{}' and '{}'", report.path, before))
          .hint("make one hook of them, or remove one, then install again");
    PAR_TRY(move_file(report.path, before));
    report.before = before;
  }
  auto written = os::write_file_durably(report.path, kScript, kHookMode);
  if (written) return report;
  if (foreign) PAR_TRY(move_file(before, report.path));
  return std::move(written).error();
}

Result<HookReport> uninstall_pre_push(const git::Repository& repository) {
  PAR_ASSIGN(const auto place, git::find_hooks(repository));
  HookReport report{HookChange::absent, place.directory + kName, ""};
  if (!is_ours(report.path)) return report;
  const auto before = place.directory + kBefore;
  report.change = HookChange::removed;
  if (os::exists(before)) {
    report.before = before;
    PAR_TRY(move_file(before, report.path));
  } else {
    PAR_TRY(os::remove_file(report.path));
  }
  return report;
}

}  // namespace par::app
