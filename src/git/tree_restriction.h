// What some patterns leave of trees: the tree that holds what they match and nothing else. Two trees that
// differ only elsewhere have it in common, so it stands for both where nothing else matters.
//
// With what a pattern matches goes what decides how that is checked out: '.gitattributes' and '.gitmodules'
// of the directories in which something may match. A submodule or a symbolic link stays when a pattern may
// match something below it; where a link leads to is not looked at.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/folding.h"
#include "base/ids.h"
#include "base/result.h"
#include "core/pattern_index.h"

namespace par::git {

class TreeRestriction {
 public:
  // Patterns match as core/glob.h says, metadata as any other path. Errors: a pattern that cannot be read.
  // Precondition: there are patterns.
  [[nodiscard]] static Result<TreeRestriction> parse(const std::vector<std::string>& patterns,
                                                     Folding folding);

 private:
  friend class Objects;
  friend class Restricting;
  using Place = std::pair<ObjectId, core::PatternIndex::StateId>;  // a tree, and what may match in it

  explicit TreeRestriction(Folding folding) : patterns_(folding) {}

  core::PatternIndex patterns_;
  std::map<Place, std::optional<ObjectId>> known_;  // nullopt: nothing is left
};

}  // namespace par::git
