// libgit2's objects as values that free themselves, and its errors as ours.
#pragma once

#include <git2.h>

#include <memory>
#include <string>

#include "base/result.h"

namespace par::git {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* object) const noexcept {
    Free(object);
  }
};

template <class T, auto Free>
using Handle = std::unique_ptr<T, Deleter<Free>>;

using CommitHandle = Handle<git_commit, git_commit_free>;
using TreeHandle = Handle<git_tree, git_tree_free>;
using TreeEntryHandle = Handle<git_tree_entry, git_tree_entry_free>;
using DiffHandle = Handle<git_diff, git_diff_free>;
using BlobHandle = Handle<git_blob, git_blob_free>;
using OdbHandle = Handle<git_odb, git_odb_free>;
using ConfigHandle = Handle<git_config, git_config_free>;
using RepositoryHandle = Handle<git_repository, git_repository_free>;

// What libgit2 says of its last failure, as the cause of ours. To be called at once after the failing call.
[[nodiscard]] inline Error git2_error(std::string message) {
  const git_error* last = git_error_last();
  Error error(std::move(message));
  if (last != nullptr && last->message != nullptr) error.causes.emplace_back(last->message);
  return error;
}

}  // namespace par::git
