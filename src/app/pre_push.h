// What the pre-push hook asks: may these refs be pushed? Only the target branch is ours to judge: a branch is
// the target when the configuration committed on it says so or, where it names none, when the remote's HEAD
// does.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/project.h"

namespace par::app {

// One line that git gives to the hook.
struct PushedRef {
  RefName local;        // as the user named it, "(delete)" for a deletion
  ObjectId commit;      // empty: a deletion
  RefName remote;       // on the other side
  ObjectId remote_has;  // empty: nothing yet
};

[[nodiscard]] Result<std::vector<PushedRef>> parse_pushed_refs(std::string_view input);

// Notices about what could not be checked and passes therefore. Error (refused): the target would be deleted,
// or moved to a commit whose tree passed no validation; commits that the target had before on that remote
// always pass.
[[nodiscard]] Result<std::vector<std::string>> check_push(const Project& project, const std::string& remote,
                                                          const std::vector<PushedRef>& refs);

}  // namespace par::app
