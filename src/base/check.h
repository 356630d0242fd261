// Invariants of our own. A broken one is a bug: main catches BugFound, says so and exits 255.
#pragma once

#include <stdexcept>
#include <string>

namespace par {

class BugFound : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

[[noreturn]] inline void bug(const std::string& what) { throw BugFound(what); }

inline void check(bool holds, const char* what) {
  if (!holds) bug(what);
}

}  // namespace par
