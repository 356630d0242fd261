// Ownership: owned patterns minus forbidden patterns. Metadata of the repository is never owned by a
// wildcard: a path with a segment that starts with ".git", or a file called CODEOWNERS, belongs only to
// patterns that name that segment literally (".github/workflows" owns ".github/workflows/ci.yml", "**" and
// "src" do not own "src/.gitattributes"). Forbidden patterns match metadata as any other path.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "core/config.h"
#include "core/glob.h"

namespace par::core {

class Ownership {
 public:
  // Errors: a pattern that cannot be read.
  [[nodiscard]] static Result<Ownership> parse(const AgentSpec& agent, bool fold_case);

  [[nodiscard]] bool owns(std::string_view path) const;
  // The paths that are not owned, in their order: what the door refuses.
  [[nodiscard]] std::vector<RepoPath> outside(const std::vector<RepoPath>& changed) const;

  [[nodiscard]] const std::vector<Glob>& owned_patterns() const noexcept { return owns_; }
  [[nodiscard]] const std::vector<Glob>& forbidden_patterns() const noexcept { return forbids_; }
  [[nodiscard]] bool folds_case() const noexcept { return fold_case_; }

 private:
  std::vector<Glob> owns_;
  std::vector<Glob> forbids_;
  bool fold_case_ = false;
};

}  // namespace par::core
