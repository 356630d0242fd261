// git par done: claimed items are done.
#include <memory>

#include "cli/claim_support.h"

namespace par::cli {
namespace {

struct Options {
  CallerOptions caller;
  std::vector<std::string> items;
  int attempt = 0;
  bool batch = false;
};

Result<int> done(const Options& options, const Invocation& invocation) {
  if (options.items.empty() && !options.batch)
    return usage_error("no item is named").hint("name items, or give --batch for all of the newest batch");
  PAR_ASSIGN(const auto caller, read_caller(options.caller));
  PAR_ASSIGN(const auto project, app::find_project(invocation.cwd));
  store::EndRequest request;
  for (const auto& item : options.items) request.items.emplace_back(item);
  request.batch = options.batch;
  request.attempt = options.attempt;
  return end_items(project, caller, request, invocation);
}

Handler configure(OptionList& line) {
  const auto options = std::make_shared<Options>();
  line.value("item", options->items, "the ids of the items");
  line.flag("--batch", options->batch, "also what was claimed together with them; alone: the newest batch");
  line.value("--attempt", options->attempt, "the attempt that 'next' printed").value_name("<n>");
  add_caller(line, options->caller);
  add_ttl(line, options->caller);
  return [options](const Invocation& invocation) { return done(*options, invocation); };
}

}  // namespace

Command done_command() {
  return {"done",
          Group::run,
          "[<options>] [<item>...]",
          "say that claimed items are done",
          "Records that the items are done, so items that come after them can be claimed. All of them or "
          "none: when one is not claimed by the agent any more, because its lease ran out or somebody else "
          "has it, nothing is recorded and the message says who has it. Saying it again is fine.\n\n"
          "A batch is what one 'git par next -n' claimed, less what was ended or released since.",
          {{"git par done SEC-1", "one item"},
           {"git par done --batch", "all that the last 'git par next -n' gave"},
           {"git par done SEC-1 --attempt 2", "only if the claim is still that one"}},
          "0: recorded. 1: refused, nothing is recorded.",
          configure};
}

}  // namespace par::cli
