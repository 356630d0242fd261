// The pre-push hook as a file: put in place beside a hook that is there already, and taken away without a
// trace.
#pragma once

#include <string>

#include "base/result.h"
#include "git/repository.h"

namespace par::app {

enum class HookChange { installed, updated, unchanged, removed, absent };

struct HookReport {
  HookChange change = HookChange::unchanged;
  std::string path;    // of the hook
  std::string before;  // of the hook that runs (or, after removal, ran) before ours; empty: none
};

// An existing hook becomes pre-push.before-par, which ours runs first. Refused, with nothing changed:
// core.hooksPath leads to another tool's directory (unless `force`), or a pre-push.before-par is in the way.
[[nodiscard]] Result<HookReport> install_pre_push(const git::Repository& repository, bool force);
// Leaves the hook that was there before, the same file as it was. `absent`: there is none of ours.
[[nodiscard]] Result<HookReport> uninstall_pre_push(const git::Repository& repository);

}  // namespace par::app
