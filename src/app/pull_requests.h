// Pull requests for what a run has accepted: which it should have, and making what is at the forge the same.
// Nothing is recorded of them but the commits that may have been pushed, below refs/par/<run>/pr/: what
// exists decides, so that all of it may be done again at any time. The target does not move: the forge lands
// them.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/project.h"
#include "app/session.h"
#include "core/pull_request.h"
#include "git/forge.h"
#include "git/history.h"

namespace par::app {

// One for everything, or one for each agent's branch.
enum class PullKind { run, agent };

// Where they are opened: onto what the target follows.
struct PullPlace {
  git::Upstream upstream;
  git::Forge forge;
};
// Looked at before anything happens. Errors: as find_upstream; no gh, or it cannot read the repository there.
[[nodiscard]] Result<PullPlace> find_pull_place(const Project& project, const RefName& target);

enum class PullChange { opened, updated, kept };
enum class PullChecks {
  unknown,  // they were not waited for
  none,     // none came up in a while
  pending,
  passed,
  failed,
  outdated,  // those that there are, are of a commit that somebody else pushed to it
};

struct Pull {
  std::vector<AgentName> agents;  // whose work it is
  RefName head;                   // its branch, at the forge
  ObjectId commit;
  std::string message;  // of a commit that brings all of it
  core::PullText text;
  git::PullRequest request = {};  // from publish_pulls on
  PullChange change = PullChange::kept;
  PullChecks checks = PullChecks::unknown;
  std::vector<std::string> failed = {};  // checks
  bool merges_later = false;             // the forge was told to merge it when it may
};

// Those that the run should have. For the run: the commits that it would land as, on the base on which they
// were validated, written once; for an agent: its branch as it was validated. Each commit stands at a ref
// refs/par/<run>/pr/<name> from now on. What changes nothing any more is not asked for. Error (refused): the
// target has all of it. Preconditions: it has accepted something, and core::fits_strategy.
[[nodiscard]] Result<std::vector<Pull>> wanted_pulls(const Project& project, Session& session, PullKind kind);

// Waits at most so long, and returns early when somebody interrupts; false: somebody has, give up.
using Pause = std::function<bool(Millis)>;

// Pushes each branch, opens its pull request or takes the one that is open, and writes its text again where
// the run's part of it has changed. One that is merged with this very commit is left alone. Before anything
// changes, all of it is looked at. False: interrupted; those that are done have a number. Errors (refused): a
// branch of that name holds, at the remote, what is neither below the commit nor pushed for a pull request
// of this repository's; a push was refused, or nobody answered.
[[nodiscard]] Result<bool> publish_pulls(const Project& project, const PullPlace& place,
                                         std::vector<Pull>& pulls, const Pause& pause);

struct Waiting {
  Pause pause;
  // Its checks have all ended, it is open no more, or the forge was told to merge it.
  std::function<void(const Pull&)> on_settled = {};
};
// Looks at the checks until those of each have ended, at first after a second, in the end every 8 or so.
// False: interrupted. Error: gh failed four times in a row.
[[nodiscard]] Result<bool> await_checks(const PullPlace& place, std::vector<Pull>& pulls,
                                        const Waiting& waiting);

// Has the forge merge, when what it requires is met, each that is open and whose checks have not failed, as
// far as they were waited for. False: interrupted.
[[nodiscard]] Result<bool> merge_pulls(const PullPlace& place, std::vector<Pull>& pulls,
                                       core::PullMerge method, const Waiting& waiting);

}  // namespace par::app

namespace par {
template <>
inline constexpr std::array<std::string_view, 3> enum_names<app::PullChange>{"opened", "updated", "kept"};
template <>
inline constexpr std::array<std::string_view, 6> enum_names<app::PullChecks>{"unknown", "none",   "pending",
                                                                             "passed",  "failed", "outdated"};
}  // namespace par
