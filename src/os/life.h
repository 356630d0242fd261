// Whether a command still shows signs of life: what it prints, files that change, CPU time of its processes.
// Owns when it last did; its keeper decides what follows. Internal to os/.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace par::os {

class LifeSigns {
 public:
  // `limit` ms without any sign are too many; 0: never, and nothing is looked at. `files` may be missing:
  // that they come, change or go is a sign.
  LifeSigns(std::vector<std::string> files, Millis limit, Millis now);

  // A sign that somebody else saw.
  void note(Millis now) { last_ = now; }
  // Looks, when that is due; true: the limit is over. CPU time counts beyond 1 % of one processor, so that
  // programs which only wait in small steps are not taken for busy ones. Where it cannot be read
  // (PAR_PORTABLE), only output and files count. A look that comes much too late, as after the machine was
  // suspended, gives the whole limit again. Reads /proc once for each process below this one.
  [[nodiscard]] bool are_missing(Millis now);
  // When to ask again; nullopt: never.
  [[nodiscard]] std::optional<Millis> next_look() const;

 private:
  [[nodiscard]] std::vector<std::int64_t> changes_of_files() const;
  [[nodiscard]] bool has_worked(Millis elapsed);

  std::vector<std::string> files_;
  Millis limit_;
  Millis period_;
  Millis last_;    // sign
  Millis looked_;  // at files and CPU time
  std::vector<std::int64_t> changed_;
  std::optional<Millis> cpu_;
};

}  // namespace par::os
