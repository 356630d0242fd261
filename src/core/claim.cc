#include "core/claim.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/strings.h"

namespace par::core {
namespace {

// Another process may have read the clock a little later than we did, and written first.
constexpr Millis kReadingsApart = 10'000;

std::string standing(const ItemClaim& claim) {
  switch (claim.state) {
    case ItemState::claimed:
      return fmt::format("agent '{}' has it now (attempt {})", claim.taker.agent.str(), claim.attempt);
    case ItemState::done:
    case ItemState::failed:
      if (claim.taker.agent.empty()) return fmt::format("it is {}", name_of(claim.state));
      return fmt::format("it is {} by agent '{}' (attempt {})", name_of(claim.state), claim.taker.agent.str(),
                         claim.attempt);
    case ItemState::ready:
    case ItemState::blocked:
      break;
  }
  return "nobody has it now";
}

}  // namespace

std::string claimant_text(const AgentName& name) {
  const bool is_root = name.str().starts_with('/');
  return fmt::format("{} '{}'", is_root ? "the working tree" : "agent", display_text(name.str()));
}

Lease make_lease(const Moment& at, Millis length) { return {at.boot, at.now, at.now + length}; }

bool is_live(const Lease& lease, const Moment& at) {
  return lease.boot == at.boot && lease.granted <= at.now + kReadingsApart && at.now < lease.until;
}

Millis time_left(const Lease& lease, const Moment& at) {
  return is_live(lease, at) ? lease.until - at.now : 0;
}

ItemClaim claimed_by(ItemClaim claim, const Claimant& who) {
  check(claim.state == ItemState::ready, "only a ready item can be claimed");
  claim.state = ItemState::claimed;
  ++claim.attempt;
  claim.taker = who;
  return claim;
}

Result<ItemClaim> ended_by(ItemClaim claim, const Claimant& who, int attempt, ItemState to) {
  const bool same = claim.taker == who && (attempt == 0 || attempt == claim.attempt);
  if (same && claim.state == to) return claim;
  if (!same || claim.state != ItemState::claimed) {
    std::string which;
    if (attempt != 0) which = fmt::format(" (attempt {})", attempt);
    return refused(fmt::format("item '{}' is not claimed by agent '{}'{}: {}", claim.id.str(),
                               who.agent.str(), which, standing(claim)))
        .hint("leave it; 'git par next' gives another");
  }
  if (to == ItemState::ready) return taken_back(std::move(claim));
  claim.state = to;
  return claim;
}

ItemClaim taken_back(ItemClaim claim) {
  claim.state = ItemState::ready;
  claim.taker = {};
  return claim;
}

}  // namespace par::core
