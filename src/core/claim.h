// The claim of a queued item: what it is, who may change it, and what it becomes. Pure; the rows are
// store/queue's.
//
// `attempt` is a fencing token: each claim of an item has the next number, and whoever comes with an older
// one is refused. A lease belongs to the session that claims, and covers all that it holds; it is counted on
// the clock that runs since boot, so no change of the wall clock takes or keeps anything, and a reboot ends
// it.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/enum_names.h"
#include "base/ids.h"
#include "base/result.h"

namespace par::core {

enum class ItemState {
  blocked,  // an item that it comes `after` is not done
  ready,
  claimed,
  done,
  failed,
};

// A point in time that leases are compared with.
struct Moment {
  std::string boot;  // names the time since the machine started; empty where the system has no such name
  Millis now = 0;    // since boot

  bool operator==(const Moment&) const = default;
};

struct Lease {
  std::string boot;
  Millis granted = 0;
  Millis until = 0;  // the first moment at which it holds no more

  bool operator==(const Lease&) const = default;
};

[[nodiscard]] Lease make_lease(const Moment& at, Millis length);
// False also for a lease of an earlier boot, or of one that began in the future (the clock started anew; ten
// seconds are let pass).
[[nodiscard]] bool is_live(const Lease& lease, const Moment& at);
// Milliseconds until it ends; 0 when it is over.
[[nodiscard]] Millis time_left(const Lease& lease, const Moment& at);

// Who claims: an agent, in its so-manieth attempt at all of its work (not at one item).
struct Claimant {
  AgentName agent;
  int attempt = 1;

  bool operator==(const Claimant&) const = default;
};

// As messages name a claimant: "agent 'a'", or "the working tree '/src/x'" for one without a name, which goes
// by its root (app/claiming.h).
[[nodiscard]] std::string claimant_text(const AgentName& name);

struct ItemClaim {
  ItemId id;
  ItemState state = ItemState::ready;
  int attempt = 0;  // 0: never claimed
  Claimant taker;   // of that attempt; no agent: never claimed, or nobody's work any more

  bool operator==(const ItemClaim&) const = default;
};

// Precondition: ready.
[[nodiscard]] ItemClaim claimed_by(ItemClaim claim, const Claimant& who);

// What `claim` is once `who` has ended it: `to` is done, failed or ready (given back). `attempt`: which one
// is meant; 0: the one that `who` has. Ending it again the same way changes nothing. Error (refused): it is
// not, or not any more, this claimant's; the message says whose it is now.
[[nodiscard]] Result<ItemClaim> ended_by(ItemClaim claim, const Claimant& who, int attempt, ItemState to);

// What it is when its holder is gone: ready again. The attempt stays, so the next one is newer.
[[nodiscard]] ItemClaim taken_back(ItemClaim claim);

}  // namespace par::core

namespace par {
template <>
inline constexpr std::array<std::string_view, 5> enum_names<core::ItemState>{"blocked", "ready", "claimed",
                                                                             "done", "failed"};
}  // namespace par
