// What landed goes on to the remote that the target follows.
#pragma once

#include <functional>

#include "app/project.h"
#include "git/history.h"

namespace par::app {

// Where the target is to be pushed, looked at before it moves. Errors: it follows no branch of a remote;
// refused: that branch, as it was fetched last, has commits that the target does not have.
[[nodiscard]] Result<git::Upstream> find_push_upstream(const Project& project, const RefName& target);

// Pushes what landed, which stays on the target whatever becomes of this. The remote's branch moves only from
// the commit that was known there. A remote that does not answer is asked four times, with `wait` for so many
// milliseconds in between. Error (refused): not pushed.
[[nodiscard]] Result<void> push_landed(const Project& project, const git::Upstream& upstream,
                                       const ObjectId& landed, const std::function<void(Millis)>& wait);

}  // namespace par::app
