#include "core/validation.h"

#include "support/catch.h"

namespace par::core {
namespace {

using Names = std::vector<std::string>;
using Results = std::vector<ValidationResult>;

ValidationResult result(const std::string& name, Outcome outcome, Names failures = {}) {
  ValidationResult result;
  result.name = name;
  result.result = outcome;
  result.failures = std::move(failures);
  return result;
}

TEST_CASE("validation: all that pass or skip are green") {
  CHECK(judge({}, {}).colour == Colour::green);
  const Results results{result("unit", Outcome::pass), result("docs", Outcome::skip)};
  CHECK(judge(results, {}).colour == Colour::green);
}

TEST_CASE("validation: a failure that the baseline does not have is red") {
  const Results results{result("unit", Outcome::fail, {"t2", "t1", "t3"})};
  const Results baseline{result("unit", Outcome::fail, {"t3"})};
  const auto verdict = judge(results, baseline);
  CHECK(verdict.colour == Colour::red);
  CHECK(verdict.new_failures == Names{"t1", "t2"});
  CHECK(verdict.known_failures == Names{"t3"});
}

TEST_CASE("validation: known failures alone are green") {
  const Results results{result("unit", Outcome::fail, {"t3"})};
  const Results baseline{result("unit", Outcome::fail, {"t3", "t4"})};
  const auto verdict = judge(results, baseline);
  CHECK(verdict.colour == Colour::green);
  CHECK(verdict.known_failures == Names{"t3"});
}

TEST_CASE("validation: a failure is known only under the same validation") {
  const Results results{result("fast", Outcome::fail, {"t1"})};
  const Results baseline{result("slow", Outcome::fail, {"t1"})};
  CHECK(judge(results, baseline).new_failures == Names{"t1"});
}

TEST_CASE("validation: names that a passing or skipped baseline mentions are not known failures") {
  const Results results{result("unit", Outcome::fail, {"t1"})};
  const Results baseline{result("unit", Outcome::pass, {"t1"})};
  CHECK(judge(results, baseline).colour == Colour::red);
}

TEST_CASE("validation: a red result without names fails under its own name") {
  const Results results{result("lint", Outcome::fail)};
  CHECK(judge(results, {}).new_failures == Names{"lint"});
  CHECK(judge(results, results).known_failures == Names{"lint"});
}

TEST_CASE("validation: what could not run on either side leaves the verdict open") {
  const Results error{result("unit", Outcome::error)};
  const Results fail{result("unit", Outcome::fail, {"t1"})};
  CHECK(judge(error, {}).colour == Colour::unknown);
  CHECK(judge(error, fail).errors == Names{"unit"});
  const auto verdict = judge(fail, error);
  CHECK(verdict.colour == Colour::unknown);
  CHECK(verdict.new_failures.empty());
}

TEST_CASE("validation: red wins over what could not run") {
  const Results results{result("unit", Outcome::error), result("lint", Outcome::fail)};
  const auto verdict = judge(results, {});
  CHECK(verdict.colour == Colour::red);
  CHECK(verdict.errors == Names{"unit"});
}

TEST_CASE("validation: flaky tests are no failures") {
  Results results{result("unit", Outcome::pass)};
  results[0].flaky = {"t1"};
  CHECK(judge(results, {}).colour == Colour::green);
}

}  // namespace
}  // namespace par::core
