// What the tests of git/ share: a repository, opened as the program opens it.
#pragma once

#include <string>
#include <vector>

#include "git/objects.h"
#include "git/refs.h"
#include "git/repository.h"
#include "git/workspace.h"
#include "git/worktrees.h"
#include "support/catch.h"
#include "support/git_repo.h"

namespace par::test {

// The value; a failed check with the error's text otherwise.
template <class T>
T value_of(Result<T> result) {
  if (!result) {
    std::string text = result.error().message;
    for (const auto& cause : result.error().causes) text += "\n  " + cause;
    FAIL(text);
  }
  return std::move(result).value();
}

inline void succeed(const Result<void>& result) {
  if (result) return;
  std::string text = result.error().message;
  for (const auto& cause : result.error().causes) text += "\n  " + cause;
  FAIL(text);
}

inline std::vector<std::string> strings(const std::vector<RepoPath>& paths) {
  std::vector<std::string> texts;
  for (const auto& path : paths) texts.push_back(path.str());
  return texts;
}

}  // namespace par::test
