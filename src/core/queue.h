// A plan's items as a queue: in which order they lie, and which of them a claimant gets. Pure: the rows are
// read through the port ReadyItems, chance comes as a function.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "core/plan.h"

namespace par::core {

// Where an item lies among those of its severity. Items that share a file lie side by side: they have the
// lane of the file that most items touch, so those of a file that is held are stepped over at once. Both
// numbers are as good as random and never negative.
struct QueuePlace {
  std::int64_t lane = 0;
  std::int64_t order = 0;

  auto operator<=>(const QueuePlace&) const = default;
};

struct QueuedItem {
  const Item* item = nullptr;
  AgentName agent;  // whose plan entry it is in
  AgentName owner;  // who may take it: the agent, or its pool (queue_owners)
  QueuePlace place;
  std::vector<ItemId> after;  // those of the plan's items that it comes after
};

// By agent of the plan, whose items it takes: all of its pool's where every worker owns the same. Where the
// plan gave each worker files of its own, only its own: no other may change them.
[[nodiscard]] std::vector<AgentName> queue_owners(const Plan& plan);
// In the plan's order. Points into the plan. Linear in items and files.
[[nodiscard]] std::vector<QueuedItem> lay_out_queue(const Plan& plan);
// The lane of items whose file, in its folded spelling, this is.
[[nodiscard]] std::int64_t lane_of(const std::string& folded_file);

struct QueueCandidate {
  std::int64_t number = 0;  // the store's name for it
  QueuePlace place;
  std::vector<std::string> files;  // folded
};

// The ready items that one claimant may have, whatever files are held.
class ReadyItems {
 public:
  virtual ~ReadyItems() = default;
  // The first at or behind that place.
  [[nodiscard]] virtual Result<std::optional<QueueCandidate>> first(Severity severity, QueuePlace from) = 0;
  // Whether somebody else holds this file, a directory above it or something below it.
  [[nodiscard]] virtual Result<bool> is_held(const std::string& file) = 0;
  // Called for each item that is picked, at once: from then on it is not ready.
  [[nodiscard]] virtual Result<void> take(const QueueCandidate& candidate) = 0;
};

struct Picked {
  std::size_t taken = 0;
  std::size_t passed_over = 0;  // times that a file of somebody else was in the way
};

// Takes up to `count` items: those of the best severity that has any first; within it from a random place on,
// so a batch tends to touch few files. O(count + files that others hold) calls, but for items of which not
// the file of their lane but another one is held: these are looked at one by one.
[[nodiscard]] Result<Picked> pick_items(ReadyItems& ready, std::size_t count,
                                        const std::function<std::uint64_t()>& random);

}  // namespace par::core
