// What the pre-commit hook asks: has somebody else claimed a path of what is about to be committed? Looks at
// claims of paths only (git-par-claim(1)): those of items concern the agents of a run.
#pragma once

#include <string>

#include "app/project.h"

namespace par::app {

// `agent` commits in `cwd`, as PAR_AGENT names it; empty: the working tree (path_claimant). Error (refused):
// somebody else holds one of the paths. The end of a merge is let pass: what the other side changed is there,
// too.
[[nodiscard]] Result<void> check_claims(const Project& project, const std::string& cwd,
                                        const std::string& agent);

}  // namespace par::app
