// Merges by `git merge-tree` in a private git directory over a repository's objects. That directory has no
// configuration but ours and what the user says of merging, so that no merge driver of the repository runs;
// its work tree holds attributes and nothing else. Internal to git/.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "git/objects.h"
#include "os/files.h"

namespace par::git {

// Path, below the root, and content of each .gitattributes that counts.
using AttributeFiles = std::vector<std::pair<std::string, std::string>>;

class MergeDirectory {
 public:
  // One git process, for what the repository's configuration says of merging.
  [[nodiscard]] static Result<MergeDirectory> create(const std::string& common_dir);

  // The merge of two commits as git makes it, with all their merge bases. One git process: before 2.50, git
  // answers what it is asked by `merge-tree --stdin` only when it has been asked everything, so one that
  // stays could not answer merges of which each builds on the one before.
  [[nodiscard]] Result<TreeMerge> merge(const ObjectId& ours, const ObjectId& theirs,
                                        const AttributeFiles& attributes) const;

 private:
  MergeDirectory(std::string common_dir, os::TemporaryDirectory directory)
      : common_dir_(std::move(common_dir)), directory_(std::move(directory)) {}
  [[nodiscard]] Result<void> configure();

  std::string common_dir_;
  os::TemporaryDirectory directory_;
};

}  // namespace par::git
