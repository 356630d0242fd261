// git par claim: exclusive paths for sessions that no run started.
#include <memory>

#include "cli/claim_support.h"

namespace par::cli {
namespace {

struct Options {
  CallerOptions caller;
  std::vector<std::string> paths;
};

Result<int> claim(const Options& options, const Invocation& invocation) {
  PAR_ASSIGN(const auto caller, read_caller(options.caller));
  PAR_ASSIGN(const auto project, app::find_project(invocation.cwd));
  PAR_ASSIGN(const auto paths, app::paths_from_root(project, options.paths));
  PAR_ASSIGN(auto claims, app::open_path_claims(project, caller));
  PAR_TRY(claims.queue.claim_paths(claims.session, paths, project.repository.folding()));
  show_paths(claims, "claimed", paths, invocation);
  return 0;
}

Handler configure(OptionList& line) {
  const auto options = std::make_shared<Options>();
  line.value("path", options->paths, "files, or directories with all below them").required();
  add_caller(line, options->caller);
  add_ttl(line, options->caller);
  return [options](const Invocation& invocation) { return claim(*options, invocation); };
}

}  // namespace

Command claim_command() {
  return {
      "claim",
      Group::run,
      "[<options>] <path>...",
      "claim paths, so nobody else works on them",
      "Claims files or whole directories for a session that no run started, all of them or none. Nobody "
      "else can claim them, what is below or what is above, and 'git par next' gives nobody an item that "
      "touches them, until they are released or the lease runs out. Paths of items that others have "
      "claimed cannot be claimed. Nothing keeps a program from writing to a claimed file: those who "
      "share a repository have to ask. The pre-commit hook of git-par-hook(1) refuses commits of what others "
      "have claimed; PAR_AGENT names who commits.\n\n"
      "--agent may be any name here. Whoever gives the same name is the same: it holds what was claimed "
      "under that name, and may claim it again, to extend the lease. So does the agent of that name in a "
      "run, whom those claims do not keep from its items. Without a name, and without PAR_AGENT, it is the "
      "working tree that claims: every session in it may commit, claim again and release, and "
      "nobody in another working tree of the repository.",
      {{"git par claim src/api --ttl 30m", "half an hour for all below src/api"},
       {"git par claim --agent me Makefile",
        "under a name, which 'git par release' and commits then need too"}},
      "0: claimed. 1: somebody else holds one of them; nothing is claimed.",
      configure};
}

}  // namespace par::cli
