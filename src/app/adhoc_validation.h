// Validates commits outside of a run: what `git par validate` does. Answers come from, and go into, the same
// cache.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/project.h"
#include "core/preflight.h"
#include "core/validation.h"

namespace par::app {

struct CommitResults {
  std::string revision;  // as the user named it
  ObjectId commit;
  ObjectId tree;
  std::vector<core::ValidationResult> results;
};

struct ValidatedCommits {
  std::vector<CommitResults> commits;
  int runs = 0;        // of validations
  int cache_hits = 0;  // answered without one
};

struct AdhocValidation {
  core::Config config;                 // its [[validate]] sections
  std::vector<CommitResults> commits;  // revision and commit filled in
  std::function<int()> interrupts = [] { return 0; };
  // Of a revision this validation is run now. Empty: nobody wants to know.
  std::function<void(const std::string& revision, const std::string& validation)> on_run = {};
};

// Fills in trees and results, as many commits at once as a run would. Error (refused): interrupted, or
// another one is under way.
[[nodiscard]] Result<ValidatedCommits> validate_commits(Project& project, store::Database& database,
                                                        AdhocValidation what);

// What is known of a commit already, for each validation; `database` may be none, which knows nothing.
[[nodiscard]] Result<std::vector<core::RecordedValidation>> recorded_validations(
    const Project& project, const store::Database* database,
    const std::vector<core::ValidationSpec>& validations, const ObjectId& commit);

}  // namespace par::app
