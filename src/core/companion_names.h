// Files that belong together by their names: a source and its header beside it, a file and its test.
#pragma once

#include <cstdint>
#include <vector>

#include "base/ids.h"

namespace par::core {

struct NamedCompanion {
  std::uint32_t file = 0;  // numbers of the paths
  std::uint32_t companion = 0;
  bool is_test = false;  // otherwise the header of a source, or the source of a header
};

// For the files that are `wanted` (by path). A header is called as its source and stands in the same
// directory. A test is called test_x, x_test, x.test, x.spec, x_spec, x-test, x_unittest, XTest or XTests and
// belongs to the nearest files that are called x. A name that very many files have says nothing. O(paths).
[[nodiscard]] std::vector<NamedCompanion> companions_by_name(const std::vector<RepoPath>& paths,
                                                             const std::vector<bool>& wanted);

}  // namespace par::core
