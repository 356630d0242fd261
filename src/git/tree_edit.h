// A tree with some entries put in, replaced or taken out. Internal to git/.
#pragma once

#include <git2.h>

#include <map>
#include <optional>
#include <string>

#include "git/handle.h"

namespace par::git {

class TreeEdit {
 public:
  // None (nullptr): a tree without entries.
  explicit TreeEdit(const TreeHandle& tree) : tree_(tree.get()) {}

  // In the place of the entry of that name, if there is one. False: git writes no entry of that name.
  [[nodiscard]] bool put(const char* name, git_filemode_t mode, const git_oid& id);
  void remove(const char* name) { edits_[name] = std::nullopt; }

  // As a tree object holds it; empty: it has no entries. O(entries).
  [[nodiscard]] std::string text() const;

 private:
  struct Entry {
    unsigned mode = 0;
    git_oid id{};
  };

  const git_tree* tree_;
  std::map<std::string, std::optional<Entry>, std::less<>> edits_;  // nullopt: is gone
};

}  // namespace par::git
