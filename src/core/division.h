// How the items of one agent are divided among the members of its pool.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/enum_names.h"
#include "core/components.h"
#include "core/footprints.h"

namespace par::core {

// What goes to one member together. `automatic`, `directory` and `files` never part items that share a file,
// so their members are disjoint; the others follow the items' own words, and members may overlap.
enum class By { automatic, severity, category, owner, directory, files };
// Whether items that share a file stay together.
[[nodiscard]] constexpr bool keeps_files_together(By by) { return by != By::severity && by != By::category; }

struct DivisionRequest {
  By by = By::automatic;
  std::size_t count = 1;                                       // members at most
  std::function<bool(std::string_view path)> is_shared;        // a hot file; empty: none is
  std::function<std::string(std::string_view path)> owner_of;  // for By::owner
  Folding folding;
  std::vector<std::vector<RepoPath>> companions;  // see Footprints
};

struct Member {
  std::string suffix;            // "1", "2", ..., or the severity, category or owner; "shared"
  std::vector<ItemIndex> items;  // ascending
};

// Items that hang together through the files that they share, so many that no arrangement is balanced.
struct Knot {
  std::size_t items = 0;  // 0: nothing is in the way
  std::size_t of = 0;     // how many there are in all
  std::size_t left = 0;   // that would be done one after the other if `hot` were shared; 0: that is no help
};

struct Division {
  std::vector<Member>
      members;  // none is empty; that of the shared files, if any, is the last, beyond `count`
  // What keeps a member from being within 4/3 of its share, and the files that tie it, those of the most
  // items first: to be offered as `shared`. At most ten, and only where that helps.
  Knot knot;
  std::vector<RepoPath> hot;
};

// Items that touch a shared file, and those of their chain of `after`, go to a member of their own. By:
// automatic - components, longest processing time first (Graham 1969: at most 4/3 of the best makespan);
// category, owner - all of one to one member, in the same way; directory - components in the order of their
// paths, cut into ranges of about the same weight; files - the same order, dealt out in turn; severity - in
// that order, cut into ranges. Deterministic; near-linear in the items' mentions of files.
[[nodiscard]] Division divide(const std::vector<Item>& items, const DivisionRequest& request);

// By file: whether it is shared.
[[nodiscard]] std::vector<bool> shared_files(const Footprints& footprints, const DivisionRequest& request);
// By item: whether it goes to the member of the shared files (`shared` by file), because it touches one, or
// comes after or before an item that does. A member that waits for the shared one, which waits for a member,
// could wait for itself.
[[nodiscard]] std::vector<bool> items_of_shared(const Footprints& footprints, const std::vector<bool>& shared,
                                                const ItemLinks& links);

// By item: its estimate, or the mean of the known ones, or 1 when none is known.
[[nodiscard]] std::vector<Seconds> item_weights(const std::vector<Item>& items);
// What one of `count` members may weigh: 4/3 of its share of all.
[[nodiscard]] Seconds balance_limit(const std::vector<Seconds>& weights, std::size_t count);

}  // namespace par::core

namespace par {
template <>
inline constexpr std::array<std::string_view, 6> enum_names<core::By>{"auto",  "severity",  "category",
                                                                      "owner", "directory", "files"};
}  // namespace par
