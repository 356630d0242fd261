#include "app/validator.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/validation_outcome.h"
#include "base/check.h"
#include "base/strings.h"
#include "os/files.h"

namespace par::app {

using core::Outcome;
using core::ValidationResult;
using core::ValidationSpec;

Validator::Validator(const std::vector<ValidationSpec>& specs, core::Workspace& workspace,
                     core::Journal& journal, os::Executor& executor, ValidatorSettings settings)
    : specs_(specs),
      workspace_(workspace),
      journal_(journal),
      executor_(executor),
      settings_(std::move(settings)) {}

const ValidationSpec& Validator::spec_named(const std::string& name) const {
  for (const auto& spec : specs_)
    if (spec.name == name) return spec;
  bug(fmt::format("the plan has no validation '{}'", name));
}

std::string Validator::log_path(const Tree& tree, const ValidationSpec& spec) const {
  return fmt::format("{}/validate.{}.{}.log", settings_.log_dir, spec.name, short_oid(tree.what.tree));
}

bool Validator::has(const ObjectId& tree) const {
  return std::any_of(trees_.begin(), trees_.end(), [&](const Tree& t) { return t.what.tree == tree; });
}

std::size_t Validator::free_slot() const {
  std::size_t slot = 0;
  while (std::any_of(trees_.begin(), trees_.end(), [&](const Tree& t) { return t.slot == slot; })) ++slot;
  return slot;
}

bool Validator::is_run_elsewhere(const Tree& tree) const {
  return std::any_of(trees_.begin(), trees_.end(), [&](const Tree& other) {
    return &other != &tree && !other.job.empty() && other.key == tree.key;
  });
}

Result<void> Validator::begin(const core::AwaitValidation& what) {
  check(has_room(), "more validations at once than there are slots");
  PAR_TRY(os::make_directories(settings_.log_dir, 0700));
  PAR_TRY(os::make_directories(settings_.report_dir, 0700));
  Tree tree;
  tree.what = what;
  tree.slot = free_slot();
  trees_.push_back(std::move(tree));
  return advance(trees_.back());
}

Result<void> Validator::advance(Tree& tree) {
  while (tree.next < tree.what.names.size()) {
    const auto& spec = spec_named(tree.what.names[tree.next]);
    PAR_ASSIGN(tree.key, validation_key(spec, tree.what.tree, settings_.context));
    std::optional<ValidationResult> cached;
    if (!settings_.fresh) {
      PAR_ASSIGN(cached, journal_.cached_result(tree.key));
    }
    if (!cached && is_run_elsewhere(tree)) return {};
    if (!cached) return start_run(tree, spec);
    ++hits_;
    cached->name = spec.name;
    cached->cached = true;
    tree.results.push_back(std::move(*cached));
    ++tree.next;
  }
  return {};
}

Result<void> Validator::start_run(Tree& tree, const ValidationSpec& spec) {
  const auto number = tree.outcomes.size() + 1;
  tree.job = fmt::format("v.{}.{}", tree.key.substr(0, 16), number);
  PAR_TRY(executor_.forget(tree.job));
  PAR_TRY(os::remove_file(report_path(tree)));
  PAR_ASSIGN(const std::string dir,
             workspace_.checkout_validation(tree.what.commit, {tree.slot, spec.clean}));
  os::JobSpec job;
  job.id = tree.job;
  const Placeholder report[] = {{"{report}", shell_quote(report_path(tree))}};
  job.command = fill_placeholders(spec.run, report);
  job.cwd = dir;
  job.env = settings_.context.environment;
  job.log = log_path(tree, spec);
  job.log_limit = settings_.log_limit;
  job.log_timestamps = false;  // TAP is read from the output
  job.timeout_ms = spec.timeout * 1000;
  if (number == 1) PAR_TRY(os::remove_file(job.log));
  if (number == 1 && settings_.on_run) settings_.on_run(spec, tree.what.tree);
  tree.log_start = os::file_size(job.log);
  ++runs_;
  return executor_.ensure(job);
}

Result<void> Validator::on_exit(const os::JobExit& exit) {
  const auto at = std::find_if(trees_.begin(), trees_.end(), [&](const Tree& t) { return t.job == exit.id; });
  if (exit.id.empty() || at == trees_.end()) return {};
  if (at->stopping && exit.how != ExitKind::exited) {
    PAR_TRY(executor_.forget(exit.id));
    trees_.erase(at);
  } else {
    PAR_TRY(take_run(*at, exit));
    if (at->stopping && !at->is_done()) trees_.erase(at);
  }
  for (auto& tree : trees_)
    if (tree.job.empty() && !tree.is_done()) PAR_TRY(advance(tree));
  return {};
}

Result<void> Validator::take_run(Tree& tree, const os::JobExit& exit) {
  const auto& spec = spec_named(tree.what.names[tree.next]);
  const std::string log = log_path(tree, spec);
  const bool from_output = reports_in_output(spec);
  const std::string source = from_output ? log : report_path(tree);
  std::optional<std::string> report;
  if (os::exists(source)) {
    PAR_ASSIGN(report, os::read_file(source));
    if (from_output) report->erase(0, tree.log_start);  // what earlier runs printed
  }
  auto outcome = read_outcome(spec, exit, report);
  outcome.log = log;
  tree.outcomes.push_back(std::move(outcome));
  PAR_TRY(executor_.forget(exit.id));
  PAR_TRY(os::remove_file(report_path(tree)));
  tree.job.clear();
  if (!wants_rerun(spec, tree.outcomes)) PAR_TRY(finish(tree, spec));
  if (tree.stopping) return {};
  return tree.outcomes.empty() ? advance(tree) : start_run(tree, spec);
}

Result<void> Validator::finish(Tree& tree, const ValidationSpec& spec) {
  ValidationResult result = combine_runs(tree.outcomes);
  result.name = spec.name;
  // An error says nothing about the tree, so it is not remembered.
  if (result.result != Outcome::error && !settings_.fresh) PAR_TRY(journal_.cache_result(tree.key, result));
  tree.results.push_back(std::move(result));
  tree.outcomes.clear();
  ++tree.next;
  return {};
}

bool Validator::is_waited_for(const Tree& tree, const std::set<ObjectId>& wanted) const {
  return std::any_of(trees_.begin(), trees_.end(), [&](const Tree& other) {
    return other.job.empty() && !other.is_done() && other.key == tree.key && wanted.contains(other.what.tree);
  });
}

Result<void> Validator::keep_only(const std::set<ObjectId>& wanted) {
  std::erase_if(trees_, [&](const Tree& tree) {
    return tree.job.empty() && !tree.is_done() && !wanted.contains(tree.what.tree);
  });
  for (auto& tree : trees_) {
    if (tree.stopping || tree.job.empty() || wanted.contains(tree.what.tree)) continue;
    if (is_waited_for(tree, wanted)) continue;
    tree.stopping = true;
    PAR_TRY(executor_.stop(tree.job));
  }
  return {};
}

std::optional<core::TrialValidated> Validator::take() {
  const auto done = std::find_if(trees_.begin(), trees_.end(), [](const Tree& t) { return t.is_done(); });
  if (done == trees_.end()) return std::nullopt;
  core::TrialValidated validated{done->what.tree, std::move(done->results)};
  trees_.erase(done);
  return validated;
}

Result<ResultsByTree> validate_all(Validator& validator, os::Executor& executor,
                                   const std::vector<core::AwaitValidation>& what,
                                   const std::function<int()>& interrupts) {
  ResultsByTree results;
  auto next = what.begin();
  for (;;) {
    for (; next != what.end() && validator.has_room(); ++next) PAR_TRY(validator.begin(*next));
    if (auto done = validator.take()) {
      results[done->tree] = std::move(done->results);
      continue;
    }
    if (!validator.busy()) return results;
    PAR_ASSIGN(const auto exits, executor.wait(-1));
    if (interrupts() > 0) {
      PAR_TRY(validator.keep_only({}));
      PAR_TRY(executor.wait(-1));
      return refused("interrupted");
    }
    for (const auto& exit : exits) PAR_TRY(validator.on_exit(exit));
  }
}

}  // namespace par::app
