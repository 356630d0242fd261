// Ctrl-C and termination as data: handlers count, the main loop asks. SIGPIPE is ignored.
#pragma once

#include <atomic>
#include <csignal>

#include "base/clock.h"
#include "base/result.h"

namespace par::os {

// Finds the echoes among the arrivals of one signal. A Ctrl-C reaches us and `git`, which started us and
// sends it on to us: twice, in either order, though the user asked once. So of two within a second, one from
// our parent and one from elsewhere, the later is an echo; each has one at most. Two from the same side are
// two. For use in a signal handler: takes no lock.
class EchoFilter {
 public:
  // `now`: of a clock that never goes back, in ms.
  [[nodiscard]] bool is_echo(bool from_parent, Millis now);

 private:
  std::atomic<Millis> last_{
      0};  // twice the time of the one that has no echo yet, odd: from the parent; 0: none
  static_assert(std::atomic<Millis>::is_always_lock_free);
};

// Asks to finish what is under way: as the first of INT, TERM and HUP, and no more than that however often it
// comes.
inline constexpr int kDrainSignal = SIGUSR1;

// Sends it to a `git par`, and wakes that where it is stopped; nothing where it is gone. Errors: it is not
// ours.
[[nodiscard]] Result<void> drain_process(int process_id);

// Installs handlers for INT and TERM (and HUP, as TERM), and for kDrainSignal. Safe to call once, from main.
// What was ignored of the former when we were started (nohup) stays ignored.
void install_signal_handlers();
// How many of INT, TERM, HUP arrived so far, echoes not counted, and the last one (0: none). At least 1 and
// TERM when asked to drain.
[[nodiscard]] int interrupt_count();
[[nodiscard]] int last_interrupt();
// A descriptor that becomes readable when a signal arrives (for poll); -1 before install.
[[nodiscard]] int interrupt_descriptor();
// Waits at most so long; returns early when a signal arrives.
void wait_for_interrupt(Millis timeout);
// The same; whether none has arrived so far.
[[nodiscard]] bool wait_undisturbed(Millis timeout);
// Empties that descriptor, so that only the next signal wakes a poll again; the counts stay.
void drain_interrupts();

}  // namespace par::os
