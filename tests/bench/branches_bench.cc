// `git par plan --branches` over 200 branches of a tree like that of Linux 6.1, beside git merging pairs of
// them one by one. Real git, the real program.
#include <fmt/format.h>

#include <filesystem>
#include <random>

#include "bench.h"
#include "os/files.h"

namespace par::bench {
namespace {

constexpr int kBranches = 200;
constexpr std::size_t kPairs = kBranches * (kBranches - 1) / 2;
constexpr std::size_t kFilesEach = 10;
// A branch changes files of a part of the tree; neighbours' parts meet, so that some pairs overlap.
constexpr std::size_t kPart = 2'000;

std::string one_file(const std::string& path, std::string_view text) {
  return fmt::format("M 100644 inline {}\ndata {}\n{}\n", path, text.size(), text);
}

std::string one_commit(const std::string& branch, std::string_view from) {
  return fmt::format("commit refs/heads/{}\ncommitter A <a@example.org> 1700000000 +0000\ndata 1\nx\n{}",
                     branch, from);
}

// For `git fast-import`.
std::string history(const std::vector<std::string>& paths) {
  std::string text = one_commit("main", "");
  for (const auto& path : paths) text += one_file(path, "one\ntwo\nthree\n");
  std::mt19937 random(1);
  for (int branch = 0; branch < kBranches; ++branch) {
    text += one_commit(fmt::format("topic/{}", branch), "from refs/heads/main\n");
    const std::size_t begin = (paths.size() - kPart) * static_cast<std::size_t>(branch) / kBranches;
    for (std::size_t i = 0; i < kFilesEach; ++i)
      text += one_file(paths[begin + random() % kPart], fmt::format("one\n{}\nthree\n", branch));
  }
  return text;
}

int run() {
  const auto paths = linux_paths();
  if (paths.empty()) return 0;
  const auto directory = os::TemporaryDirectory::create("par-bench");
  if (!directory) return 1;
  const std::string& at = directory->path();
  must(at, {"git", "init", "-q", "-b", "main"});
  must(at, {"git", "fast-import", "--quiet"}, history(paths));
  Measurement m;
  m.name = fmt::format("plan --branches, {} branches ({} pairs) of a tree like Linux 6.1", kBranches, kPairs);
  m.n = kBranches;
  m.limit = 1;
  // Some pairs do conflict: the answer is 1.
  m.seconds = seconds_of([&] { must(at, {PAR_PROGRAM, "plan", "-q", "--branches", "topic/*"}, "", 1); });
  m.compared = "git merge-tree of every pair (50 of them, scaled)";
  constexpr int kTried = 50;
  const auto seconds = seconds_of([&] {
    for (int i = 0; i < kTried; ++i)
      must(at, {"git", "merge-tree", "--write-tree", fmt::format("topic/{}", i),
                fmt::format("topic/{}", i + 100)});
  });
  m.compared_seconds = seconds * static_cast<double>(kPairs) / kTried;
  print(m);
  return 0;
}

}  // namespace
}  // namespace par::bench

int main() { return par::bench::run(); }
