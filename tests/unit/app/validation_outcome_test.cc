// What the end of a validation command, and the report it left, mean.
#include "app/validation_outcome.h"

#include "support/catch.h"

using namespace par;
using core::Outcome;
using core::ReportKind;
using core::ValidationResult;
using Names = std::vector<std::string>;

namespace {

core::ValidationSpec reporting(ReportKind report, int reruns = 1) {
  core::ValidationSpec spec;
  spec.name = "unit";
  spec.report = report;
  spec.reruns = reruns;
  spec.timeout = 90;
  return spec;
}

ValidationResult outcome_of(int code, ReportKind report = ReportKind::exit,
                            const std::optional<std::string>& text = std::nullopt) {
  return app::read_outcome(reporting(report), {"v", ExitKind::exited, code, 2.5}, text);
}

ValidationResult end_of(ExitKind how, int code = 0) {
  return app::read_outcome(reporting(ReportKind::exit), {"v", how, code, 1}, std::nullopt);
}

ValidationResult run_with(Outcome result, const Names& failures = {}) {
  ValidationResult run;
  run.name = "unit";
  run.result = result;
  run.failures = failures;
  run.seconds = 1;
  return run;
}

}  // namespace

TEST_CASE("outcome: an exit code alone") {
  CHECK(outcome_of(0).result == Outcome::pass);
  CHECK(outcome_of(0).seconds == 2.5);
  CHECK(outcome_of(1).result == Outcome::fail);
  CHECK(outcome_of(1).failures == Names{"unit"});
  CHECK(outcome_of(125).result == Outcome::skip);
  for (const int code : {126, 127}) {
    CHECK(outcome_of(code).result == Outcome::error);
    CHECK(outcome_of(code).failures.empty());
    CHECK(outcome_of(code).detail == "the command is missing (exit " + std::to_string(code) + ")");
  }
}

TEST_CASE(
    "outcome: a report in output of which a part is missing is an error, one in a file is not concerned") {
  os::JobExit exit{"v", ExitKind::exited, 0, 1};
  exit.whole_log = false;
  auto spec = reporting(ReportKind::tap);
  const std::string text = "1..1\nok 1 - says 7 bytes of output are left out here\n";
  CHECK(app::read_outcome(spec, exit, text).result == Outcome::error);
  spec.run = "prove > {report}";
  CHECK(app::read_outcome(spec, exit, text).result == Outcome::pass);
  exit.whole_log = true;
  spec.run = "prove";
  CHECK(app::read_outcome(spec, exit, text).result == Outcome::pass);
}

TEST_CASE("outcome: an end that is no exit") {
  CHECK(end_of(ExitKind::timed_out).result == Outcome::fail);
  CHECK(end_of(ExitKind::timed_out).failures == Names{"unit (timed out after 1m 30s)"});
  CHECK(end_of(ExitKind::hung).result == Outcome::fail);
  CHECK(end_of(ExitKind::signalled, 11).result == Outcome::fail);
  CHECK(end_of(ExitKind::signalled, 11).detail == "signal 11");
  // Ended by us, or by nobody knows whom: that says nothing of the tree.
  CHECK(end_of(ExitKind::stopped).result == Outcome::error);
  CHECK(end_of(ExitKind::lost).result == Outcome::error);
}

TEST_CASE("outcome: a report names what failed, whatever the exit code") {
  const std::string junit =
      "<testsuite><testcase name='a'/><testcase name='b'><failure/></testcase></testsuite>";
  CHECK(outcome_of(0, ReportKind::junit, junit).result == Outcome::fail);
  CHECK(outcome_of(8, ReportKind::junit, junit).failures == Names{"b"});
  CHECK(outcome_of(1, ReportKind::tap, "1..2\nok 1 - a\nnot ok 2 - b\n").failures == Names{"b"});
  CHECK(outcome_of(0, ReportKind::tap, "1..1\nok 1 - a\n").result == Outcome::pass);
  // The tests passed, but something else did not.
  CHECK(outcome_of(1, ReportKind::tap, "1..1\nok 1 - a\n").failures == Names{"unit"});
}

TEST_CASE("outcome: no report, one that cannot be read, and no tests are errors, never a pass") {
  CHECK(outcome_of(0, ReportKind::junit).detail == "it left no report (exit 0)");
  CHECK(outcome_of(0, ReportKind::junit).result == Outcome::error);
  CHECK(outcome_of(0, ReportKind::junit, "<testsuite><testcase name='a'").result == Outcome::error);
  CHECK(outcome_of(0, ReportKind::junit, "<testsuite/>").detail == "no test was executed");
  CHECK(outcome_of(0, ReportKind::junit, "<testsuite/>").result == Outcome::error);
  CHECK(outcome_of(0, ReportKind::tap, "").result == Outcome::error);
  CHECK(outcome_of(1, ReportKind::tap, "").result == Outcome::error);
  CHECK(outcome_of(127, ReportKind::junit).result == Outcome::error);
  CHECK(outcome_of(125, ReportKind::junit).result == Outcome::skip);
}

TEST_CASE("outcome: a red is run again as often as the reruns say, and counts only when all are red") {
  const auto red = run_with(Outcome::fail, {"t"});
  const auto green = run_with(Outcome::pass);
  CHECK_FALSE(app::wants_rerun(reporting(ReportKind::exit, 0), {red}));
  CHECK(app::wants_rerun(reporting(ReportKind::exit, 1), {red}));
  CHECK_FALSE(app::wants_rerun(reporting(ReportKind::exit, 1), {red, red}));
  CHECK_FALSE(app::wants_rerun(reporting(ReportKind::exit, 1), {red, green}));
  CHECK(app::wants_rerun(reporting(ReportKind::exit, 2), {red, red}));
  CHECK_FALSE(app::wants_rerun(reporting(ReportKind::exit, 2), {run_with(Outcome::error)}));

  const auto flaky = app::combine_runs({red, green});
  CHECK(flaky.result == Outcome::pass);
  CHECK(flaky.flaky == Names{"t"});
  CHECK(flaky.failures.empty());
  CHECK(flaky.seconds == 2);
}

TEST_CASE("outcome: of several reds, what failed in each is a failure, what failed in some is flaky") {
  const auto both =
      app::combine_runs({run_with(Outcome::fail, {"b", "a"}), run_with(Outcome::fail, {"a", "c"})});
  CHECK(both.result == Outcome::fail);
  CHECK(both.failures == Names{"a"});
  CHECK(both.flaky == Names{"b", "c"});
  const auto apart = app::combine_runs({run_with(Outcome::fail, {"a"}), run_with(Outcome::fail, {"b"})});
  CHECK(apart.result == Outcome::fail);
  CHECK(apart.failures == Names{"b"});
  CHECK(apart.flaky == Names{"a"});
}
