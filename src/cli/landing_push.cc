#include "cli/landing_push.h"

#include <fmt/format.h>

#include <utility>

#include "base/strings.h"
#include "cli/report.h"
#include "os/signals.h"

namespace par::cli {

Result<int> push_landing(const app::Project& project, const git::Upstream& upstream, const ObjectId& landed,
                         const Invocation& invocation) {
  const auto pushed = app::push_landed(project, upstream, landed, os::wait_undisturbed);
  if (!pushed && os::interrupt_count() > 0) {
    print_error(pushed.error());
    return interrupted_code();
  }
  PAR_TRY(pushed);
  if (!invocation.json && !invocation.quiet)
    print_out(fmt::format("pushed to '{}'\n", display_text(upstream.name)));
  return 0;
}

Error with_push_hint(const app::Project& project, const core::RunState& state, Error error) {
  const auto waits = app::waits_for_push(project, state.landing);
  if (!waits || !*waits) return error;
  return std::move(error).hint("it was not pushed: 'git push' does that");
}

}  // namespace par::cli
