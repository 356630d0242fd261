#include "app/hook_files.h"

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "git/hooks.h"
#include "os/files.h"

namespace par::app {
namespace {

constexpr unsigned kHookMode = 0755;

struct Hook {
  std::string_view name;
  std::string_view marker;  // by this line a hook is known as ours
  std::string_view script;
};

constexpr std::string_view kPrePush = R"sh(#!/bin/sh
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

constexpr std::string_view kPreCommit = R"sh(#!/bin/sh
# pre-commit hook of git par: refuses a commit of paths that somebody else has claimed with 'git par claim'.
# Made by 'git par hook install', removed by 'git par hook uninstall'; changes here are lost with the next
# version. Own checks belong into pre-commit.before-par beside it, which runs first: if that fails, so does the
# commit. 'git commit --no-verify' commits without any of it.

before=$(dirname "$0")/pre-commit.before-par

if [ -x "$before" ]; then
  "$before" "$@" || exit
fi
if ! command -v git-par >/dev/null; then
  echo "hint: git-par is not installed: claims of paths are not checked" >&2
  exit 0
fi
git-par hook run pre-commit "$@"
)sh";

constexpr std::array kHooks{Hook{"pre-push", "# pre-push hook of git par", kPrePush},
                            Hook{"pre-commit", "# pre-commit hook of git par", kPreCommit}};

// Where one hook is, and where the one that was there before.
struct Place {
  std::string path;
  std::string before;
};

Place place_of(const git::HooksPlace& hooks, const Hook& hook) {
  const auto path = fmt::format("{}/{}", hooks.directory, hook.name);
  return {path, path + ".before-par"};
}

bool is_ours(const std::string& path, const Hook& hook) {
  const auto content = os::read_file(path);
  return content && content->find(hook.marker) != std::string::npos;
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
      .hint("add these lines to the hooks pre-push and pre-commit there, by that tool's means:")
      .hint("    git par hook run pre-push \"$@\"")
      .hint("    git par hook run pre-commit")
      .hint("or put our hooks there with 'git par hook install --force'");
}

// Two hooks of others cannot both be kept.
Result<void> check_room(const Place& place, const Hook& hook) {
  if (is_ours(place.path, hook) || !os::exists(place.path) || !os::exists(place.before)) return {};
  return refused(fmt::format("there are both '{}' and '{}'", place.path, place.before))
      .hint("make one hook of them, or remove one, then install again");
}

Result<HookReport> install(const Place& place, const Hook& hook) {
  HookReport report{HookChange::installed, place.path, ""};
  if (os::exists(place.before)) report.before = place.before;
  if (is_ours(place.path, hook)) {
    PAR_ASSIGN(const auto content, os::read_file(place.path));
    report.change = content == hook.script ? HookChange::unchanged : HookChange::updated;
    if (report.change == HookChange::unchanged) return report;
    PAR_TRY(os::write_file_durably(place.path, hook.script, kHookMode));
    return report;
  }
  const bool foreign = os::exists(place.path);
  if (foreign) {
    PAR_TRY(move_file(place.path, place.before));
    report.before = place.before;
  }
  auto written = os::write_file_durably(place.path, hook.script, kHookMode);
  if (written) return report;
  if (foreign) PAR_TRY(move_file(place.before, place.path));
  return std::move(written).error();
}

Result<HookReport> uninstall(const Place& place, const Hook& hook) {
  HookReport report{HookChange::absent, place.path, ""};
  if (!is_ours(place.path, hook)) return report;
  report.change = HookChange::removed;
  if (os::exists(place.before)) {
    report.before = place.before;
    PAR_TRY(move_file(place.before, place.path));
  } else {
    PAR_TRY(os::remove_file(place.path));
  }
  return report;
}

}  // namespace

Result<std::vector<HookReport>> install_hooks(const git::Repository& repository, bool force) {
  PAR_ASSIGN(const auto hooks, git::find_hooks(repository));
  if (hooks.redirected && !force) return redirected(hooks.directory);
  for (const auto& hook : kHooks) PAR_TRY(check_room(place_of(hooks, hook), hook));
  PAR_TRY(os::make_directories(hooks.directory));
  std::vector<HookReport> reports;
  for (const auto& hook : kHooks) {
    PAR_ASSIGN(auto report, install(place_of(hooks, hook), hook));
    reports.push_back(std::move(report));
  }
  return reports;
}

Result<std::vector<HookReport>> uninstall_hooks(const git::Repository& repository) {
  PAR_ASSIGN(const auto hooks, git::find_hooks(repository));
  std::vector<HookReport> reports;
  for (const auto& hook : kHooks) {
    PAR_ASSIGN(auto report, uninstall(place_of(hooks, hook), hook));
    reports.push_back(std::move(report));
  }
  return reports;
}

}  // namespace par::app
