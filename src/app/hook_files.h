// The hooks pre-push and pre-commit as files: put in place beside hooks that are there already, and taken
// away without a trace.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "git/repository.h"

namespace par::app {

enum class HookChange { installed, updated, unchanged, removed, absent };

struct HookReport {
  HookChange change = HookChange::unchanged;
  std::string path;    // of the hook
  std::string before;  // of the hook that runs (or, after removal, ran) before ours; empty: none
};

// An existing hook becomes <name>.before-par, which ours runs first. Refused, with nothing changed:
// core.hooksPath leads to another tool's directory (unless `force`), or a <name>.before-par is in the way. A
// report for each.
[[nodiscard]] Result<std::vector<HookReport>> install_hooks(const git::Repository& repository, bool force);
// Leaves the hooks that were there before, the same files as they were. `absent`: there is none of ours.
[[nodiscard]] Result<std::vector<HookReport>> uninstall_hooks(const git::Repository& repository);

}  // namespace par::app
