// Where the result of a validation is kept: a name made of everything that can change it. Whoever looks for a
// result, or keeps one, asks here.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/folding.h"
#include "base/ids.h"
#include "base/result.h"
#include "core/config.h"
#include "git/objects.h"
#include "os/process.h"

namespace par::app {

// The tree that holds only what the patterns match, as git::TreeRestriction says. Remembers what it met.
using RestrictTree =
    std::function<Result<ObjectId>(const ObjectId& tree, const std::vector<std::string>& patterns)>;
// `objects` outlives it.
[[nodiscard]] RestrictTree restrict_by_patterns(const git::Objects& objects, Folding folding);

// What results depend on besides the validation and the tree: alike for all of a session.
struct ValidationContext {
  os::Environment environment;  // what validations see
  std::string toolchain;        // what the user's par.toolchain printed
  RestrictTree restrict_tree;   // needed where a validation has `inputs`
};

// Errors: a tree or a pattern that cannot be read.
[[nodiscard]] Result<std::string> validation_key(const core::ValidationSpec& spec, const ObjectId& tree,
                                                 const ValidationContext& context);

// What the user's par.toolchain prints, run by the shell at the root of the repository with what validations
// see; "" where it is not set. Error: it does not exit with 0.
[[nodiscard]] Result<std::string> toolchain_fingerprint(const core::UserSettings& user,
                                                        const std::string& root,
                                                        const os::Environment& environment);

}  // namespace par::app
