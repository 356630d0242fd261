// git par merge --pr: pull requests for what a run has accepted, and what is said of them.
#pragma once

#include <string>

#include "app/pull_requests.h"
#include "cli/command.h"
#include "cli/merge_view.h"

namespace par::cli {

// What was asked for, and where.
struct PullOrder {
  app::PullPlace place;
  app::PullKind kind = app::PullKind::run;
  bool wait = false;  // for their checks
};

// What goes on with it once the run is ready: "git par merge --run r1 --pr".
[[nodiscard]] std::string pulls_command(const RunId& run, const PullOrder& order);

// Opens them or brings them up to date, waits for their checks and has the forge merge them, as far as that
// was asked for, and prints what came of it. 1: checks failed, or one is open no more and was not merged.
// Precondition: the run has accepted something.
[[nodiscard]] Result<int> request_pulls(const app::Project& project, app::Session& session,
                                        const PullOrder& order, LandingReport report,
                                        const Invocation& invocation);

}  // namespace par::cli
