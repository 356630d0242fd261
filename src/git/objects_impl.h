// What Objects consists of, shared by its two halves (objects.cc, merge.cc). Internal to git/.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "git/handle.h"
#include "git/held_objects.h"
#include "git/merge_directory.h"
#include "git/objects.h"

namespace par::git {

struct Objects::Impl {
  std::string common_dir;
  OdbHandle odb;
  RepositoryHandle repository;
  HeldObjects* held = nullptr;            // owned by `odb`
  std::optional<MergeDirectory> merging;  // made when it is first needed

  [[nodiscard]] Result<MergeDirectory*> merge_directory();
  [[nodiscard]] Result<TreeMerge> merge_by_git(const ObjectId& ours, const ObjectId& theirs,
                                               const AttributeFiles& attributes);
};

[[nodiscard]] Result<git_oid> to_git(const ObjectId& id);
[[nodiscard]] ObjectId from_git(const git_oid& oid);
// Of a digest of 20 bytes.
[[nodiscard]] git_oid oid_of_digest(std::string_view digest);

}  // namespace par::git
