// Ownership: the paths an agent may change, as rules of which the last that matches decides. Owned patterns
// minus forbidden ones are such a list, and so is what a CODEOWNERS file leaves to one owner.
//
// Metadata of the repository is never owned by a wildcard: a path with a segment that starts with ".git", or
// a file called CODEOWNERS, belongs only to patterns that name that segment literally (".github/workflows"
// owns ".github/workflows/ci.yml", "**" and "src" do not own "src/.gitattributes"). Patterns that take away
// match metadata as any other path.
#pragma once

#include <string_view>
#include <vector>

#include "base/folding.h"
#include "base/result.h"
#include "core/config.h"
#include "core/glob.h"

namespace par::core {

class Ownership {
 public:
  struct Rule {
    Glob glob;
    bool grants = true;
  };
  using Rules = std::vector<Rule>;

  // Errors: a pattern that cannot be read.
  [[nodiscard]] static Result<Ownership> parse(const AgentSpec& agent, Folding folding);

  [[nodiscard]] bool owns(std::string_view path) const;
  // The paths that are not owned, in their order: what the door refuses.
  [[nodiscard]] std::vector<RepoPath> outside(const std::vector<RepoPath>& changed) const;

  // A path is owned when one of these lists says so; within a list the last rule that matches decides.
  [[nodiscard]] const std::vector<Rules>& lists() const noexcept { return lists_; }
  [[nodiscard]] Folding folding() const noexcept { return folding_; }

 private:
  std::vector<Rules> lists_;
  Folding folding_;
};

}  // namespace par::core
