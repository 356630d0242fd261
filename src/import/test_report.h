// Reads what a test run reported: JUnit XML or TAP. Gives the names that failed and how many tests ran.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace par::import {

struct TestReport {
  int executed = 0;                   // skipped tests do not count
  std::vector<std::string> failures;  // sorted, each once
};

// "classname.name", or the name alone where the class is empty or the same. Errors and failures both fail.
[[nodiscard]] Result<TestReport> parse_junit(std::string_view xml);
// TAP 12 to 14: "not ok 3 - name" fails unless it is TODO; "Bail out!", a missing or unfulfilled plan is a
// failure of its own ("bail out", "tests missing: 3 of 10").
[[nodiscard]] Result<TestReport> parse_tap(std::string_view text);

}  // namespace par::import
