#include "app/validator.h"

#include <fmt/format.h>

#include "app/validation_outcome.h"
#include "base/check.h"
#include "base/json_writer.h"
#include "base/strings.h"
#include "os/files.h"
#include "os/sha256.h"

namespace par::app {

using core::Outcome;
using core::ValidationResult;
using core::ValidationSpec;

Validator::Validator(const std::vector<ValidationSpec>& specs, core::Workspace& workspace,
                     core::Journal& journal, os::Jobs& jobs, ValidatorSettings settings)
    : specs_(specs), workspace_(workspace), journal_(journal), jobs_(jobs), settings_(std::move(settings)) {}

const ValidationSpec& Validator::spec_named(const std::string& name) const {
  for (const auto& spec : specs_)
    if (spec.name == name) return spec;
  bug(fmt::format("the plan has no validation '{}'", name));
}

std::string validation_key(const ValidationSpec& spec, const ObjectId& tree,
                           const os::Environment& environment) {
  JsonWriter json;
  json.begin_object()
      .member("tree", tree.str())
      .member("run", spec.run)
      .member("report", name_of(spec.report));
  json.member("timeout", spec.timeout).member("reruns", spec.reruns).list("env", environment).end_object();
  return os::sha256_hex(json.text());
}

std::string Validator::log_path(const ValidationSpec& spec) const {
  return fmt::format("{}/validate.{}.{}.log", settings_.log_dir, spec.name, short_oid(current_->what.tree));
}

Result<void> Validator::begin(const core::AwaitValidation& what) {
  check(!busy(), "two validations at once");
  PAR_TRY(os::make_directories(settings_.log_dir, 0700));
  PAR_TRY(os::make_directories(settings_.report_dir, 0700));
  current_ = Current();
  current_->what = what;
  return advance();
}

// Takes cached results until a validation must be run, or all are done.
Result<void> Validator::advance() {
  while (current_->next < current_->what.names.size()) {
    const auto& spec = spec_named(current_->what.names[current_->next]);
    current_->key = validation_key(spec, current_->what.tree, settings_.environment);
    PAR_ASSIGN(auto cached, journal_.cached_result(current_->key));
    if (!cached) return start_run(spec);
    ++hits_;
    cached->name = spec.name;
    cached->cached = true;
    current_->results.push_back(std::move(*cached));
    ++current_->next;
  }
  return {};
}

Result<void> Validator::start_run(const ValidationSpec& spec) {
  const auto number = current_->outcomes.size() + 1;
  current_->job = fmt::format("v.{}.{}", current_->key.substr(0, 16), number);
  PAR_TRY(jobs_.forget(current_->job));
  PAR_TRY(os::remove_file(report_path()));
  PAR_ASSIGN(const std::string dir, workspace_.checkout_validation(current_->what.commit));
  os::JobSpec job;
  job.id = current_->job;
  const Placeholder report[] = {{"{report}", shell_quote(report_path())}};
  job.command = fill_placeholders(spec.run, report);
  job.cwd = dir;
  job.env = settings_.environment;
  job.log = log_path(spec);
  job.log_limit = settings_.log_limit;
  job.log_timestamps = false;  // TAP is read from the output
  job.timeout_ms = spec.timeout * 1000;
  if (number == 1) PAR_TRY(os::remove_file(job.log));
  current_->log_start = os::file_size(job.log);
  ++runs_;
  return jobs_.ensure(job);
}

Result<void> Validator::on_exit(const os::JobExit& exit) {
  if (!current_ || exit.id != current_->job) return {};
  const auto& spec = spec_named(current_->what.names[current_->next]);
  const bool from_output =
      spec.report == core::ReportKind::tap && spec.run.find("{report}") == std::string::npos;
  const std::string source = from_output ? log_path(spec) : report_path();
  std::optional<std::string> report;
  if (os::exists(source)) {
    PAR_ASSIGN(report, os::read_file(source));
    if (from_output) report->erase(0, current_->log_start);  // what earlier runs printed
  }
  auto outcome = read_outcome(spec, exit, report);
  outcome.log = log_path(spec);
  current_->outcomes.push_back(std::move(outcome));
  PAR_TRY(jobs_.forget(exit.id));
  PAR_TRY(os::remove_file(report_path()));
  current_->job.clear();
  if (wants_rerun(spec, current_->outcomes)) return start_run(spec);
  PAR_TRY(finish(spec));
  return advance();
}

Result<void> Validator::finish(const ValidationSpec& spec) {
  ValidationResult result = combine_runs(current_->outcomes);
  result.name = spec.name;
  // An error says nothing about the tree, so it is not remembered.
  if (result.result != Outcome::error) PAR_TRY(journal_.cache_result(current_->key, result));
  current_->results.push_back(std::move(result));
  current_->outcomes.clear();
  ++current_->next;
  return {};
}

Result<void> Validator::abandon() {
  PAR_TRY(jobs_.forget(current_->job));
  current_.reset();
  return {};
}

std::optional<core::TrialValidated> Validator::take() {
  if (!current_ || !current_->job.empty() || current_->next < current_->what.names.size())
    return std::nullopt;
  core::TrialValidated done{current_->what.tree, std::move(current_->results)};
  current_.reset();
  return done;
}

}  // namespace par::app
