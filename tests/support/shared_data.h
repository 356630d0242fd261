// Data that tests and benchmarks share: real shapes that are too large to be committed, from the directory in
// PAR_BENCH_DATA or ../shared/data beside the checkout.
#pragma once

#include <string>
#include <vector>

#include "core/config.h"

namespace par::test {

// The lines of <name>.zst there. Empty where it, or zstd, is not at hand.
[[nodiscard]] std::vector<std::string> shared_lines(const std::string& name);

// The files that each topic merge of git.git changed, as items: one JSON object per line, nothing in it is
// escaped, {"id":"t1","files":["a","b"]}.
[[nodiscard]] std::vector<core::Item> topics_of(const std::vector<std::string>& lines);

// Every path that the items name, once, sorted.
[[nodiscard]] std::vector<RepoPath> paths_of(const std::vector<core::Item>& items);

}  // namespace par::test
