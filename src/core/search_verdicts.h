// What follows from the facts without another trial. Internal to the search.
#pragma once

#include <vector>

#include "core/search_view.h"

namespace par::core::search {

// What lands, and who cannot. Empty: nothing new follows.
[[nodiscard]] std::vector<Action> verdicts(const View& view);
// A set that was known to be green before the search began. It lands when nothing else is left to try:
// sooner, it would only be in the way of larger ones. Empty: there is none.
[[nodiscard]] std::vector<Action> last_landing(const View& view);
// Running trials whose result is known, or of no use any more.
[[nodiscard]] std::vector<Action> needless_trials(const View& view);
// Sets to try before a branch is rejected: reds that are not confirmed, and, where reds do not grow, the
// branch on exactly what has landed.
[[nodiscard]] std::vector<BranchSet> repetitions(const View& view);

}  // namespace par::core::search
