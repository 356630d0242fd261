// Results of validations, and the rule that counts only new failures.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/enum_names.h"
#include "base/ids.h"

namespace par::core {

// `error` means the validation could not run: never red, never green. `skip`: it said it does not apply (exit
// 125).
enum class Outcome { pass, fail, error, skip };

struct ValidationResult {
  std::string name;  // of the validation
  Outcome result = Outcome::error;
  std::vector<std::string> failures;  // names of failing tests; the validation's own name when it gives none
  std::vector<std::string> flaky;     // red once, green when run again
  std::string detail;                 // why, for `error`
  std::string log;                    // path of its output
  double seconds = 0;
  bool cached = false;

  bool operator==(const ValidationResult&) const = default;
};

enum class Colour { green, red, unknown };

struct Verdict {
  Colour colour = Colour::unknown;
  std::vector<std::string> new_failures;    // sorted
  std::vector<std::string> known_failures;  // sorted; also red on the baseline
  std::vector<std::string> errors;          // validations that could not run
};

// Judges results against the baseline's. A failure counts when the baseline does not have it under the same
// validation; a validation that is an error on either side makes the verdict unknown, unless something is
// red. A validation the baseline does not list has no known failures.
[[nodiscard]] Verdict judge(std::span<const ValidationResult> results,
                            std::span<const ValidationResult> baseline);

}  // namespace par::core

namespace par {
template <>
inline constexpr std::array<std::string_view, 4> enum_names<core::Outcome>{"pass", "fail", "error", "skip"};
}  // namespace par
