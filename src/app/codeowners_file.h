// The CODEOWNERS file of a commit.
#pragma once

#include <optional>

#include "app/project.h"
#include "core/codeowners.h"

namespace par::app {

struct CodeownersFile {
  RepoPath path;
  core::Codeowners content;
  std::vector<std::string> warnings;  // "<path>:<line>: ..."
};

// The first of .github/CODEOWNERS, CODEOWNERS, docs/CODEOWNERS, .gitlab/CODEOWNERS, as the hosts look for it.
[[nodiscard]] Result<std::optional<CodeownersFile>> find_codeowners(const Project& project,
                                                                    const ObjectId& commit);
// Errors: there is none.
[[nodiscard]] Result<CodeownersFile> read_codeowners(const Project& project, const ObjectId& commit);

}  // namespace par::app
