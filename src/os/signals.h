// Ctrl-C and termination as data: handlers count, the main loop asks. SIGPIPE is ignored.
#pragma once

#include "base/clock.h"

namespace par::os {

// Installs handlers for INT and TERM (and HUP, as TERM). Safe to call once, from main. What was ignored when
// we were started (nohup) stays ignored.
void install_signal_handlers();
// How many of INT, TERM, HUP arrived so far, and the last one (0: none).
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
