// git par heartbeat: extends the lease of all that an agent has claimed.
#include <memory>

#include "base/json_writer.h"
#include "cli/claim_support.h"
#include "cli/report.h"

namespace par::cli {
namespace {

Result<int> heartbeat(const CallerOptions& options, const Invocation& invocation) {
  PAR_ASSIGN(const auto caller, read_caller(options));
  PAR_ASSIGN(const auto project, app::find_project(invocation.cwd));
  PAR_ASSIGN(auto claims, app::open_held_claims(project, caller));
  PAR_ASSIGN(const auto held, claims.queue.heartbeat(claims.session));
  if (!invocation.json) return 0;
  JsonWriter json;
  json.begin_object().member("schema", 1).member("held", held.count).member("lease", held.lease / 1000);
  json.end_object();
  print_out(std::move(json).take() + "\n");
  return 0;
}

Handler configure(OptionList& line) {
  const auto options = std::make_shared<CallerOptions>();
  add_caller(line, *options);
  add_ttl(line, *options);
  return [options](const Invocation& invocation) { return heartbeat(*options, invocation); };
}

}  // namespace

Command heartbeat_command() {
  return {
      "heartbeat",
      Group::run,
      "[<options>]",
      "keep what an agent has claimed",
      "Extends the lease of all items and paths that the agent has claimed, from now on. For work that "
      "takes longer than a lease; the other commands that claim extend it too. A lease that lasts longer "
      "as it is stays so. By hand it also extends that of paths claimed under the same name outside of "
      "runs, and needs no run for these.\n\n"
      "Within an agent of a run it is a sign of life as well, which 'idle_timeout' in gitpar.toml(5) asks "
      "for, also of an agent that has claimed nothing.",
      {{"git par heartbeat", "from within an agent"},
       {"git par heartbeat --ttl 3h", "before something that takes long"}},
      "0: extended; within an agent also when it holds nothing. 1: by hand, the agent holds nothing any "
      "more; "
      "or a newer attempt of it is at work.",
      configure};
}

}  // namespace par::cli
