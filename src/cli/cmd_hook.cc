// git par hook: the hooks that keep untested commits from leaving, and claimed paths from being committed.
#include <fmt/format.h>

#include <iostream>
#include <iterator>
#include <memory>

#include "app/hook_files.h"
#include "app/pre_commit.h"
#include "app/pre_push.h"
#include "cli/command.h"
#include "cli/report.h"
#include "os/process.h"

namespace par::cli {
namespace {

struct Options {
  std::string action;
  std::vector<std::string> arguments;  // of `run`: the hook's name, then what git gives to it
  bool force = false;
};

std::string report_text(const app::HookReport& report) {
  switch (report.change) {
    case app::HookChange::installed:
      return report.before.empty()
                 ? fmt::format("installed '{}'\n", report.path)
                 : fmt::format("installed '{}'; the hook that was there is '{}' and runs first\n",
                               report.path, report.before);
    case app::HookChange::updated:
      return fmt::format("updated '{}'\n", report.path);
    case app::HookChange::unchanged:
      return fmt::format("'{}' is installed already\n", report.path);
    case app::HookChange::removed:
      return report.before.empty() ? fmt::format("removed '{}'\n", report.path)
                                   : fmt::format("removed ours; '{}' is again what it was\n", report.path);
    case app::HookChange::absent:
      return fmt::format("no hook of git par in '{}'\n", report.path);
  }
  return "";
}

Result<int> show(const Invocation& invocation, const Result<std::vector<app::HookReport>>& reports) {
  if (!reports) return reports.error();
  for (const auto& report : *reports)
    if (!invocation.quiet) print_out(report_text(report));
  return 0;
}

Result<int> run_pre_commit(const Invocation& invocation) {
  const auto check = [&]() -> Result<void> {
    PAR_ASSIGN(const auto project, app::find_project(invocation.cwd));
    return app::check_claims(project, invocation.cwd, os::environment_variable("PAR_AGENT").value_or(""));
  };
  const auto checked = check();
  if (checked) return 0;
  if (checked.error().kind == ErrorKind::refused) return checked.error();
  // Claims are a courtesy: trouble of ours keeps nobody from committing.
  print_warning("claims of paths are not checked: " + checked.error().message);
  return 0;
}

Result<int> run_pre_push(const Options& options, const Invocation& invocation) {
  const std::string input{std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
  PAR_ASSIGN(const auto refs, app::parse_pushed_refs(input));
  if (refs.empty()) return 0;
  PAR_ASSIGN(const auto project, app::open_project(invocation.cwd));
  const std::string remote = options.arguments.size() > 1 ? options.arguments[1] : "";
  PAR_ASSIGN(const auto notices, app::check_push(project, remote, refs));
  if (!invocation.quiet)
    for (const auto& notice : notices) print_hint(notice);
  return 0;
}

Result<int> run_hook(const Options& options, const Invocation& invocation) {
  const std::string name = options.arguments.empty() ? "" : options.arguments.front();
  if (name == "pre-push") return run_pre_push(options, invocation);
  if (name == "pre-commit") return run_pre_commit(invocation);
  return usage_error("'run' wants the name of a hook that git par has")
      .hint("those are 'pre-push' and 'pre-commit'");
}

Result<int> hook(const Options& options, const Invocation& invocation) {
  if (options.action == "run") return run_hook(options, invocation);
  if (!options.arguments.empty()) return usage_error(fmt::format("'{}' takes no argument", options.action));
  PAR_ASSIGN(const auto repository, git::discover(invocation.cwd));
  if (options.action == "install") return show(invocation, app::install_hooks(repository, options.force));
  return show(invocation, app::uninstall_hooks(repository));
}

Handler configure(OptionList& line) {
  const auto options = std::make_shared<Options>();
  line.value("action", options->action, "what to do").required().one_of({"install", "uninstall", "run"});
  line.value("arguments", options->arguments, "of 'run': the hook's name and git's arguments");
  line.flag("--force", options->force, "install even where core.hooksPath leads to another tool's directory");
  return [options](const Invocation& invocation) { return hook(*options, invocation); };
}

}  // namespace

Command hook_command() {
  return {
      "hook",
      Group::care,
      "(install [--force] | uninstall | run pre-push <remote> <url> | run pre-commit)",
      "refuse to push untested trees, and to commit what others claimed",
      "'install' puts a pre-push and a pre-commit hook into the repository. A hook that is there already "
      "is kept as 'pre-push.before-par' or 'pre-commit.before-par' and runs first, with the same arguments "
      "and input; if it fails, nothing is pushed or committed. "
      "'uninstall' puts it back. Where core.hooksPath leads to the directory of another tool, 'install' "
      "refuses and "
      "names the lines to add there.\n\n"
      "'run' is what the hooks call. Before a commit: a path that somebody else has claimed with 'git par "
      "claim', itself or a directory above it, is refused. Who commits is named by PAR_AGENT; without it, "
      "what was claimed without a name in the same working tree is one's own.\n\n"
      "Before a push it looks only at the target branch, which is the one that the "
      "'.gitpar.toml' "
      "committed on it names, or the default branch of the remote. A commit passes when 'git par "
      "validate' or a run "
      "found its tree green, or when the remote's target had it before. Deleting the target is refused. "
      "Where there "
      "is no '.gitpar.toml', nothing is checked, and a notice says so.\n\n"
      "'git push --no-verify' and 'git commit --no-verify' go without any hook.",
      {{"git par hook install", "from now on, check what is pushed to the target, and what is committed"},
       {"git push --no-verify", "push unchecked, once"}},
      "0: done; of 'run': the push or commit may go on. 1: refused.",
      configure};
}

}  // namespace par::cli
