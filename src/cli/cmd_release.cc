// git par release: claimed items and paths are given back.
#include <memory>
#include <utility>

#include "cli/claim_support.h"

namespace par::cli {
namespace {

Result<int> release(const EndOptions& options, const Invocation& invocation) {
  PAR_ASSIGN(const auto caller, read_caller(options.caller));
  PAR_ASSIGN(const auto project, app::find_project(invocation.cwd));
  PAR_ASSIGN(const auto released, app::sort_released(project, caller, options.items));
  if (!released.paths.empty()) {
    PAR_ASSIGN(const auto paths, app::paths_from_root(project, released.paths));
    PAR_ASSIGN(auto claims, app::open_path_claims(project, caller));
    PAR_TRY(claims.queue.release_paths(claims.session, paths, project.repository.folding()));
    show_paths(claims, "ready", paths, invocation);
  }
  if (released.items.empty()) return 0;
  EndOptions end = options;
  end.items = released.items;
  store::EndRequest request;
  request.to = core::ItemState::ready;
  return end_items(end, std::move(request), invocation);
}

Handler configure(OptionList& line) {
  const auto options = std::make_shared<EndOptions>();
  line.value("held", options->items, "ids of items, or paths").required();
  add_end(line, *options);
  return [options](const Invocation& invocation) { return release(*options, invocation); };
}

}  // namespace

Command release_command() {
  return {"release",
          Group::run,
          "[<options>] <item>|<path>...",
          "give claimed items or paths back",
          "Gives items that 'git par next' claimed back to the queue, and paths that 'git par claim' claimed "
          "free. What is the id of an item of the run counts as that; './' in front makes it a path. Only "
          "who claimed can release; what was claimed without a name, who is in the same working tree. Of one "
          "that is gone, '--agent <its root>' releases. Items can be given back also when the run is over.",
          {{"git par release SEC-1", "somebody else may do it"},
           {"git par release src/api", "a path that 'git par claim' claimed"}},
          "0: released. 1: it is not claimed, or by somebody else.",
          configure};
}

}  // namespace par::cli
