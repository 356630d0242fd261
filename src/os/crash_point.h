// Named points at which a test can end or fail the program: PAR_CRASH=name[@n]=kill|eio|enospc, n-th passage
// (from 1). Compiled in only with PAR_CRASH_POINTS; otherwise nothing. A name is "area.step", lower case.
#pragma once

#include <string_view>

#include "base/result.h"

namespace par::os {

#ifdef PAR_CRASH_POINTS
// kill: SIGKILL to ourselves. eio, enospc: the error to return. PAR_CRASH_LIST=/file: appends each name
// passed.
[[nodiscard]] Result<void> crash_point(std::string_view name);
#else
[[nodiscard]] inline Result<void> crash_point(std::string_view) { return {}; }
#endif

}  // namespace par::os
