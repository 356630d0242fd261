// What landed goes on to the remote that the target follows.
#pragma once

#include <functional>

#include "app/project.h"
#include "core/state.h"
#include "git/history.h"
#include "git/push.h"

namespace par::app {

// What the target follows, as it was fetched last. Errors: it follows no branch of a remote, or one that was
// never fetched.
[[nodiscard]] Result<git::Upstream> find_upstream(const Project& project, const RefName& target);
// The same, where the target is to be pushed, looked at before it moves. Error (refused): it has commits that
// the target does not have, or `git push` goes to another remote.
[[nodiscard]] Result<git::Upstream> find_push_upstream(const Project& project, const RefName& target);

// git::push_with_lease; a remote that does not answer is asked four times, with `wait` for so many
// milliseconds in between, which says whether to ask again.
[[nodiscard]] Result<git::PushResult> push_patiently(const Project& project, const git::Upstream& upstream,
                                                     const ObjectId& commit,
                                                     const std::function<bool(Millis)>& wait);

// Pushes what landed, which stays on the target whatever becomes of this. The remote's branch moves only from
// the commit that was known there. `wait` as above. Error (refused): not pushed.
[[nodiscard]] Result<void> push_landed(const Project& project, const git::Upstream& upstream,
                                       const ObjectId& landed, const std::function<bool(Millis)>& wait);

// It landed and was to be pushed, and what the target follows, as it was fetched last, does not have it.
[[nodiscard]] Result<bool> waits_for_push(const Project& project, const core::LandingState& landing);

}  // namespace par::app
