// Runs the validations of one tree, one after the other, in the run's validation worktree; answers from the
// cache where the same content was validated before. Driven by the engine: begin, then a job's exit at a
// time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "core/machine.h"
#include "core/ports.h"
#include "os/jobs.h"

namespace par::app {

struct ValidatorSettings {
  os::Environment environment;  // what a validation sees; part of the cache key
  std::string log_dir;
  std::string report_dir;
  std::int64_t log_limit = 64 << 20;
};

// Where the result of a validation of a tree is kept. Whatever can change the result changes the key.
[[nodiscard]] std::string validation_key(const core::ValidationSpec& spec, const ObjectId& tree,
                                         const os::Environment& environment);

class Validator {
 public:
  Validator(const std::vector<core::ValidationSpec>& specs, core::Workspace& workspace,
            core::Journal& journal, os::Jobs& jobs, ValidatorSettings settings);

  // Precondition: not busy.
  [[nodiscard]] Result<void> begin(const core::AwaitValidation& what);
  // A job ended; ignored unless it is the one under way.
  [[nodiscard]] Result<void> on_exit(const os::JobExit& exit);
  [[nodiscard]] bool busy() const { return current_.has_value(); }
  // The job under way, if any.
  [[nodiscard]] std::string job() const { return current_ ? current_->job : std::string(); }
  // The job under way was ended on purpose: no result comes of it.
  [[nodiscard]] Result<void> abandon();
  // The results, once, when all validations of the tree are done.
  [[nodiscard]] std::optional<core::TrialValidated> take();
  // Validations that were really run, and those answered from the cache, since the start.
  [[nodiscard]] int runs() const { return runs_; }
  [[nodiscard]] int hits() const { return hits_; }

 private:
  struct Current {
    core::AwaitValidation what;
    std::size_t next = 0;                          // into what.names
    std::string key;                               // of the validation under way
    std::vector<core::ValidationResult> outcomes;  // its runs so far
    std::string job;                               // empty: none under way
    std::size_t log_start = 0;                     // bytes of the log that earlier runs wrote
    std::vector<core::ValidationResult> results;   // of the validations done
  };

  [[nodiscard]] Result<void> advance();
  [[nodiscard]] Result<void> start_run(const core::ValidationSpec& spec);
  [[nodiscard]] Result<void> finish(const core::ValidationSpec& spec);
  [[nodiscard]] const core::ValidationSpec& spec_named(const std::string& name) const;
  [[nodiscard]] std::string log_path(const core::ValidationSpec& spec) const;
  [[nodiscard]] std::string report_path() const { return settings_.report_dir + "/" + current_->job; }

  const std::vector<core::ValidationSpec>& specs_;
  core::Workspace& workspace_;
  core::Journal& journal_;
  os::Jobs& jobs_;
  ValidatorSettings settings_;
  std::optional<Current> current_;
  int runs_ = 0;
  int hits_ = 0;
};

}  // namespace par::app
