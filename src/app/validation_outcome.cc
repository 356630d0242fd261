#include "app/validation_outcome.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/strings.h"
#include "import/test_report.h"

namespace par::app {
namespace {

using core::Outcome;
using core::ValidationResult;

constexpr int kExitSkip = 125;
constexpr int kExitNotExecutable = 126;
constexpr int kExitNotFound = 127;

ValidationResult outcome(const core::ValidationSpec& spec, const os::JobExit& exit, Outcome result,
                         std::string detail = "") {
  ValidationResult out;
  out.name = spec.name;
  out.result = result;
  out.detail = std::move(detail);
  out.seconds = exit.seconds;
  if (result == Outcome::fail) out.failures = {spec.name};
  return out;
}

ValidationResult reported_outcome(const core::ValidationSpec& spec, const os::JobExit& exit,
                                  const std::string& text) {
  const auto report =
      spec.report == core::ReportKind::junit ? import::parse_junit(text) : import::parse_tap(text);
  if (!report) return outcome(spec, exit, Outcome::error, "unreadable report: " + report.error().message);
  if (report->executed == 0) return outcome(spec, exit, Outcome::error, "no test was executed");
  if (report->failures.empty()) return outcome(spec, exit, exit.code == 0 ? Outcome::pass : Outcome::fail);
  auto red = outcome(spec, exit, Outcome::fail);
  red.failures = report->failures;
  return red;
}

}  // namespace

bool reports_in_output(const core::ValidationSpec& spec) {
  return spec.report == core::ReportKind::tap && spec.run.find("{report}") == std::string::npos;
}

ValidationResult read_outcome(const core::ValidationSpec& spec, const os::JobExit& exit,
                              const std::optional<std::string>& report) {
  switch (exit.how) {
    case ExitKind::timed_out: {
      auto red = outcome(spec, exit, Outcome::fail);
      red.failures = {fmt::format("{} (timed out after {})", spec.name,
                                  human_duration(static_cast<double>(spec.timeout)))};
      return red;
    }
    case ExitKind::hung:
      return outcome(spec, exit, Outcome::fail, "no sign of life");
    case ExitKind::stopped:
      return outcome(spec, exit, Outcome::error, "stopped");
    case ExitKind::lost:
      return outcome(spec, exit, Outcome::error, "lost: nobody saw it end");
    case ExitKind::signalled:
      return outcome(spec, exit, Outcome::fail, fmt::format("signal {}", exit.code));
    case ExitKind::exited:
      break;
  }
  if (exit.code == kExitSkip) return outcome(spec, exit, Outcome::skip);
  if (exit.code == kExitNotExecutable || exit.code == kExitNotFound)
    return outcome(spec, exit, Outcome::error, fmt::format("the command is missing (exit {})", exit.code));
  if (spec.report == core::ReportKind::exit)
    return outcome(spec, exit, exit.code == 0 ? Outcome::pass : Outcome::fail);
  if (!report)
    return outcome(spec, exit, Outcome::error, fmt::format("it left no report (exit {})", exit.code));
  // What is left of two programs could pass for what one has printed.
  if (reports_in_output(spec) && !exit.whole_log)
    return outcome(spec, exit, Outcome::error,
                   "its report is not whole: it printed more than par.logLimit, or the disk is full");
  return reported_outcome(spec, exit, *report);
}

ValidationResult combine_runs(const std::vector<ValidationResult>& runs) {
  ValidationResult combined = runs.back();
  combined.seconds = 0;
  std::vector<std::string> always;
  std::vector<std::string> ever;
  bool first_red = true;
  for (const auto& run : runs) {
    combined.seconds += run.seconds;
    if (run.result != Outcome::fail) continue;
    auto names = run.failures;
    std::sort(names.begin(), names.end());
    std::vector<std::string> both;
    std::set_intersection(always.begin(), always.end(), names.begin(), names.end(), std::back_inserter(both));
    always = first_red ? names : both;
    std::vector<std::string> either;
    std::set_union(ever.begin(), ever.end(), names.begin(), names.end(), std::back_inserter(either));
    ever = std::move(either);
    first_red = false;
  }
  if (combined.result == Outcome::fail && !always.empty()) combined.failures = always;
  std::set_difference(ever.begin(), ever.end(), combined.failures.begin(), combined.failures.end(),
                      std::back_inserter(combined.flaky));
  return combined;
}

bool wants_rerun(const core::ValidationSpec& spec, const std::vector<ValidationResult>& runs) {
  return !runs.empty() && runs.back().result == Outcome::fail && static_cast<int>(runs.size()) <= spec.reruns;
}

}  // namespace par::app
