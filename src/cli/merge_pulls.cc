#include "cli/merge_pulls.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/strings.h"
#include "cli/progress.h"
#include "cli/report.h"
#include "os/signals.h"

namespace par::cli {
namespace {

using app::Pull;
using app::PullChecks;
using git::PullState;

// What became of it while it was watched.
std::string outcome_line(const Pull& pull) {
  const std::string url = display_text(pull.request.url);
  if (pull.request.state == PullState::merged) return fmt::format("  merged    {}\n", url);
  if (pull.request.state == PullState::closed) return fmt::format("  closed    {}\n", url);
  if (pull.merges_later) return fmt::format("  to merge  {}: as soon as the forge allows it\n", url);
  switch (pull.checks) {
    case PullChecks::passed:
      return fmt::format("  passed    {}\n", url);
    case PullChecks::failed:
      return fmt::format("  failed    {}: {}\n", url, display_text(join(pull.failed, ", ")));
    case PullChecks::none:
      return fmt::format("  no checks {}\n", url);
    case PullChecks::outdated:
      return fmt::format("  outdated  {}: somebody else has pushed to it\n", url);
    case PullChecks::unknown:
    case PullChecks::pending:
      break;
  }
  return fmt::format("  pending   {}\n", url);
}

bool is_good(const Pull& pull) {
  if (pull.request.state != PullState::open) return pull.request.state == PullState::merged;
  return pull.checks != PullChecks::failed && pull.checks != PullChecks::outdated;
}

class Watch {
 public:
  Watch(const app::Project& project, const PullOrder& order, const Invocation& invocation)
      : project_(project),
        order_(order),
        shows_(!invocation.json && !invocation.quiet),
        progress_(invocation.quiet) {}

  // False: interrupted.
  Result<bool> follow(std::vector<Pull>& pulls) const {
    const auto show = [this](const Pull& pull) {
      if (shows_) print_out(outcome_line(pull));
    };
    const app::Waiting waiting{os::wait_undisturbed, show};
    if (order_.wait) {
      progress_.say(fmt::format("waiting for the checks of {}", counted(std::ssize(pulls), "pull request")));
      PAR_ASSIGN(const bool done, app::await_checks(order_.place, pulls, waiting));
      if (!done) return false;
    }
    const auto method = project_.user.pr_merge;
    if (method == core::PullMerge::none) return true;
    PAR_ASSIGN(const bool done, app::merge_pulls(order_.place, pulls, method, waiting));
    return done;
  }

 private:
  const app::Project& project_;
  const PullOrder& order_;
  bool shows_;
  Progress progress_;
};

Result<void> warn_of_base(const app::Project& project, const core::RunState& state,
                          const git::Upstream& upstream) {
  PAR_ASSIGN(const bool is_there, project.objects->is_ancestor(state.integration.base, upstream.tip));
  if (!is_there)
    print_warning(
        fmt::format("'{}' does not have all of what this was validated on: what it lacks is a part of "
                    "each pull request",
                    display_text(upstream.name)));
  return {};
}

int stopped(const core::RunState& state, const PullOrder& order) {
  print_hint(fmt::format("the pull requests stay as they are; '{}' goes on", pulls_command(state.id, order)));
  return interrupted_code();
}

}  // namespace

std::string pulls_command(const RunId& run, const PullOrder& order) {
  return fmt::format("git par merge --run {} --pr{}{}", run.str(),
                     order.kind == app::PullKind::agent ? "=agent" : "", order.wait ? " --wait" : "");
}

Result<int> request_pulls(const app::Project& project, app::Session& session, const PullOrder& order,
                          LandingReport report, const Invocation& invocation) {
  const auto& state = session.state();
  PAR_TRY(warn_of_base(project, state, order.place.upstream));
  PAR_ASSIGN(auto pulls, app::wanted_pulls(project, session, order.kind));
  const auto published = app::publish_pulls(project, order.place, pulls, os::wait_undisturbed);
  const bool is_done = published && *published;
  if (!is_done) std::erase_if(pulls, [](const Pull& pull) { return pull.request.number == 0; });
  if (!pulls.empty()) report.pulls = &pulls;
  const bool shows = !invocation.json && !invocation.quiet;
  if (shows) print_out(landing_text(report));
  if (!published && os::interrupt_count() == 0) return published.error();
  if (!published) print_error(published.error());
  if (!is_done) return stopped(state, order);
  PAR_ASSIGN(const bool followed, Watch(project, order, invocation).follow(pulls));
  if (invocation.json) print_out(landing_json(report));
  if (!followed) return stopped(state, order);
  const bool merged = std::any_of(pulls.begin(), pulls.end(),
                                  [](const Pull& pull) { return pull.request.state == PullState::merged; });
  if (merged && shows) print_hint("'git pull' brings what was merged");
  return std::all_of(pulls.begin(), pulls.end(), is_good) ? 0 : kExitNo;
}

}  // namespace par::cli
