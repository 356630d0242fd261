// How many findings there are of each identity, and where the first of them is. A table in one piece, because
// a node per finding costs more than all else that is done for it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/stable_hash.h"

namespace par::import {

struct Twins {
  Hash128 identity;
  std::uint64_t line = 0;  // of the first
  std::uint64_t column = 0;
  std::uint32_t count = 0;  // 0: not seen yet
};

class TwinTable {
 public:
  // The entry of this identity, new ones with the count 0, which the caller has to raise. Valid until the
  // next call.
  [[nodiscard]] Twins& find(const Hash128& identity) {
    if (2 * (used_ + 1) > slots_.size()) grow();
    auto& slot = slot_of(identity);
    if (slot.count == 0) {
      slot.identity = identity;
      ++used_;
    }
    return slot;
  }

 private:
  // Where it is or has to go: the hash is a good one, so the next free slot is near.
  Twins& slot_of(const Hash128& identity) {
    auto at = identity.low & (slots_.size() - 1);
    while (slots_[at].count != 0 && slots_[at].identity != identity) at = (at + 1) & (slots_.size() - 1);
    return slots_[at];
  }
  void grow() {
    std::vector<Twins> old(slots_.empty() ? 64 : 2 * slots_.size());
    old.swap(slots_);
    for (const auto& twins : old)
      if (twins.count != 0) slot_of(twins.identity) = twins;
  }

  std::vector<Twins> slots_;  // a power of two of them, at most half of them used
  std::size_t used_ = 0;
};

}  // namespace par::import
