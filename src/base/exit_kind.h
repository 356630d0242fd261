// How a command that we started came to its end.
#pragma once

#include "base/enum_names.h"

namespace par {

enum class ExitKind {
  exited,     // by itself, with its exit code
  signalled,  // by a signal that was not ours
  timed_out,  // we ended it at its time limit
  hung,       // we ended it after too long without a sign of life
  stopped,    // we ended it because the user said so
  lost,       // nobody saw its end: a reboot, or its keeper was killed
};

template <>
inline constexpr std::array<std::string_view, 6> enum_names<ExitKind>{"exited", "signalled", "timed-out",
                                                                      "hung",   "stopped",   "lost"};

}  // namespace par
