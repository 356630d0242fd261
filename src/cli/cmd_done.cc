// git par done: claimed items are done.
#include <memory>
#include <utility>

#include "cli/claim_support.h"

namespace par::cli {
namespace {

struct Options {
  EndOptions end;
  bool batch = false;
};

Result<int> done(const Options& options, const Invocation& invocation) {
  if (options.end.items.empty() && !options.batch)
    return usage_error("no item is named").hint("name items, or give --batch for all of the newest batch");
  store::EndRequest request;
  request.batch = options.batch;
  return end_items(options.end, std::move(request), invocation);
}

Handler configure(OptionList& line) {
  const auto options = std::make_shared<Options>();
  line.value("item", options->end.items, "the ids of the items");
  line.flag("--batch", options->batch, "also what was claimed together with them; alone: the newest batch");
  add_end(line, options->end);
  add_ttl(line, options->end.caller);
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
