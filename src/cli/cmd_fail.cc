// git par fail: claimed items cannot be done.
#include <memory>
#include <utility>

#include "cli/claim_support.h"

namespace par::cli {
namespace {

struct Options {
  EndOptions end;
  std::string reason;
};

Result<int> fail(const Options& options, const Invocation& invocation) {
  store::EndRequest request;
  request.to = core::ItemState::failed;
  request.reason = options.reason;
  return end_items(options.end, std::move(request), invocation);
}

Handler configure(OptionList& line) {
  const auto options = std::make_shared<Options>();
  line.value("item", options->end.items, "the ids of the items").required();
  line.value("--reason", options->reason, "why, for the record").value_name("<text>");
  add_end(line, options->end);
  add_ttl(line, options->end.caller);
  return [options](const Invocation& invocation) { return fail(*options, invocation); };
}

}  // namespace

Command fail_command() {
  return {"fail",
          Group::run,
          "[<options>] <item>...",
          "say that claimed items cannot be done",
          "Records that the items failed: nobody is given them again in this run, and items that come after "
          "them stay blocked. To let somebody else try, use 'git par release'. All of them or none, as in "
          "'git par done'.",
          {{"git par fail SEC-1 --reason 'needs a new interface'", "one item, and why"}},
          "0: recorded. 1: refused, nothing is recorded.",
          configure};
}

}  // namespace par::cli
