// What Objects holds, shared by its two halves (objects.cc, merge.cc). Internal to git/.
#pragma once

#include <optional>
#include <string>

#include "git/handle.h"
#include "git/objects.h"
#include "os/files.h"

namespace par::git {

struct Objects::Impl {
  std::string common_dir;
  OdbHandle odb;
  RepositoryHandle repository;
  // The private git directory of `git merge-tree`; made when it is first needed.
  std::optional<os::TemporaryDirectory> scratch;
};

[[nodiscard]] Result<git_oid> to_git(const ObjectId& id);
[[nodiscard]] ObjectId from_git(const git_oid& oid);

}  // namespace par::git
