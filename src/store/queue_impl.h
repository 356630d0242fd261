// What the parts of Queue share. Internal to store/.
#pragma once

#include <functional>
#include <string>

#include "store/database_impl.h"
#include "store/queue.h"
#include "store/queue_rows.h"

namespace par::store {

struct Queue::Parts {
  Parts(const Database::Impl& d, ReadMoment m) : impl(d), rows(d.connection), moment(std::move(m)) {}

  Result<void> write(const std::function<Result<void>()>& work) const { return impl.write(work); }
  // Whether the session goes on: its lease holds, and the lock it named is held.
  [[nodiscard]] Result<bool> is_alive(const Holder& holder, const core::Moment& at) const;
  // Frees what dead sessions but `own` hold; how many there were. Unless `now`, only when the last time is
  // long ago.
  Result<int> free_dead(const core::Moment& at, std::int64_t own, bool now);
  // The session's row as it is to be written back: its own, if it goes on, or a new one. Error (refused): the
  // agent has a newer attempt.
  Result<Holder> admit(const QueueSession& session, const core::Moment& at);
  // Extends its lease, if it would end earlier, and writes it.
  Result<void> extend(Holder& holder, const QueueSession& session, const core::Moment& at);

  // The same, where the session holds anything, and adds that to `held`.
  Result<void> extend_what_is_held(const QueueSession& session, const core::Moment& at, Held& held);

  const Database::Impl& impl;
  QueueRows rows;
  ReadMoment moment;
};

}  // namespace par::store
