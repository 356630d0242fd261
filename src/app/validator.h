// Runs the validations of trees, several trees at once, each in a validation worktree of its own (a slot)
// that keeps what git ignores; those of one tree one after the other. Answers from the cache where the same
// content was validated before, and never runs the same twice at once. Driven by the engine: begin, then a
// job's exit at a time.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/validation_key.h"
#include "base/result.h"
#include "core/machine.h"
#include "core/ports.h"
#include "os/executor.h"

namespace par::app {

struct ValidatorSettings {
  ValidationContext context;
  std::string log_dir;
  std::string report_dir;
  std::int64_t log_limit = 64 << 20;
  std::size_t slots = 1;  // trees at once
  bool fresh = false;     // runs what was run before: nothing is taken from the cache, or kept there
  // A validation of this tree is run now, for the first time. Empty: nobody wants to know.
  std::function<void(const core::ValidationSpec& spec, const ObjectId& tree)> on_run = {};
};

class Validator {
 public:
  Validator(const std::vector<core::ValidationSpec>& specs, core::Workspace& workspace,
            core::Journal& journal, os::Executor& executor, ValidatorSettings settings);

  [[nodiscard]] bool has_room() const { return trees_.size() < settings_.slots; }
  // The tree is under way, or done and not taken yet.
  [[nodiscard]] bool has(const ObjectId& tree) const;
  [[nodiscard]] bool busy() const { return !trees_.empty(); }
  // Precondition: there is room.
  [[nodiscard]] Result<void> begin(const core::AwaitValidation& what);
  // A job ended; ignored unless it is one of ours.
  [[nodiscard]] Result<void> on_exit(const os::JobExit& exit);
  // The jobs of other trees are told to end, but those whose result a wanted tree waits for; nothing comes of
  // those trees, unless they were about to be done.
  [[nodiscard]] Result<void> keep_only(const std::set<ObjectId>& wanted);
  // The results of a tree, once, when all its validations are done.
  [[nodiscard]] std::optional<core::TrialValidated> take();
  // Validations that were really run, and those answered from the cache, since the start.
  [[nodiscard]] int runs() const { return runs_; }
  [[nodiscard]] int hits() const { return hits_; }

 private:
  struct Tree {
    core::AwaitValidation what;
    std::size_t slot = 0;
    std::size_t next = 0;                          // into what.names
    std::string key;                               // of the validation under way
    std::vector<core::ValidationResult> outcomes;  // its runs so far
    std::string job;                               // empty: done, or another slot runs the same key
    std::size_t log_start = 0;                     // bytes of the log that earlier runs wrote
    std::vector<core::ValidationResult> results;   // of the validations done
    bool stopping = false;

    [[nodiscard]] bool is_done() const { return job.empty() && next == what.names.size(); }
  };

  // Takes cached results until a validation must be run, or all are done.
  [[nodiscard]] Result<void> advance(Tree& tree);
  [[nodiscard]] Result<void> start_run(Tree& tree, const core::ValidationSpec& spec);
  // A run of its present validation has ended.
  [[nodiscard]] Result<void> take_run(Tree& tree, const os::JobExit& exit);
  [[nodiscard]] Result<void> finish(Tree& tree, const core::ValidationSpec& spec);
  [[nodiscard]] bool is_run_elsewhere(const Tree& tree) const;
  // What it runs is what a wanted tree waits for.
  [[nodiscard]] bool is_waited_for(const Tree& tree, const std::set<ObjectId>& wanted) const;
  [[nodiscard]] std::size_t free_slot() const;
  [[nodiscard]] const core::ValidationSpec& spec_named(const std::string& name) const;
  [[nodiscard]] std::string log_path(const Tree& tree, const core::ValidationSpec& spec) const;
  [[nodiscard]] std::string report_path(const Tree& tree) const {
    return settings_.report_dir + "/" + tree.job;
  }

  const std::vector<core::ValidationSpec>& specs_;
  core::Workspace& workspace_;
  core::Journal& journal_;
  os::Executor& executor_;
  ValidatorSettings settings_;
  std::vector<Tree> trees_;  // in the order they began
  int runs_ = 0;
  int hits_ = 0;
};

using ResultsByTree = std::map<ObjectId, std::vector<core::ValidationResult>>;
// Validates trees outside of an engine, with a validator that is not busy, as many at once as it has slots.
// Error (refused): interrupted.
[[nodiscard]] Result<ResultsByTree> validate_all(Validator& validator, os::Executor& executor,
                                                 const std::vector<core::AwaitValidation>& what,
                                                 const std::function<int()>& interrupts);

}  // namespace par::app
