// A tree like that of Linux 6.1: 1,000 disjoint branches built into one candidate, beside 50 merges by git in
// a checked-out worktree; and what landing that candidate takes after the last validation was green, where
// the target is not checked out, beside git doing no more than writing a commit and moving a branch.
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <map>
#include <string_view>

#include "bench.h"
#include "git/refs.h"
#include "git/workspace.h"
#include "os/files.h"

namespace par::bench {
namespace {

constexpr std::size_t kBranches = 1000;
constexpr std::size_t kFilesEach = 5;
constexpr std::size_t kMergedByGit = 50;
const RefName kTarget("refs/heads/main");

std::string branch_name(std::size_t branch) { return fmt::format("topic/{}", branch); }

std::string one_file(const std::string& path, std::string_view text) {
  return fmt::format("M 100644 inline {}\ndata {}\n{}\n", path, text.size(), text);
}

std::string one_commit(const std::string& branch, std::string_view from) {
  return fmt::format("commit refs/heads/{}\ncommitter A <a@example.org> 1700000000 +0000\ndata 1\nx\n{}",
                     branch, from);
}

// For `git fast-import`. Each branch changes files of its own part of the tree, evenly spread over it.
std::string history(const std::vector<std::string>& paths) {
  std::string text = one_commit("main", "");
  for (const auto& path : paths) text += one_file(path, "one\ntwo\nthree\n");
  for (std::size_t branch = 0; branch < kBranches; ++branch) {
    text += one_commit(branch_name(branch), "from refs/heads/main\n");
    const std::size_t begin = paths.size() * branch / kBranches;
    const std::size_t size = paths.size() * (branch + 1) / kBranches - begin;
    for (std::size_t i = 0; i < kFilesEach; ++i)
      text += one_file(paths[begin + size * i / kFilesEach], fmt::format("one\n{}\nthree\n", branch));
  }
  return text;
}

double seconds_once(const std::function<void()>& function) {
  const auto start = std::chrono::steady_clock::now();
  function();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// A bare clone with what a run has in it.
struct Place {
  explicit Place(const std::string& path)
      : repository(value_of(git::discover(path))),
        objects(value_of(git::Objects::open(repository.common_dir))),
        workspace(repository, objects, RunId("r1"), "../{repo}.par/{run}/{agent}",
                  {"A", "a@example.org", 1'700'000'000, 0}),
        base(value_of(git::read_ref(repository, kTarget)).value_or(ObjectId())) {
    std::map<RefName, ObjectId> tips;
    for (auto& [ref, tip] : value_of(git::list_refs(repository, "refs/heads/topic/"))) tips[ref] = tip;
    for (std::size_t branch = 0; branch < kBranches; ++branch)
      branches.push_back(
          {AgentName(fmt::format("a{}", branch)), base, tips[RefName("refs/heads/" + branch_name(branch))]});
  }

  git::Repository repository;
  git::Objects objects;
  git::RunWorkspace workspace;
  ObjectId base;
  std::vector<core::BranchRef> branches;
};

void measure_landing(Place& place, const core::TrialBuilt& built) {
  const auto& candidate = built.steps.back();
  core::CommitSpec spec{candidate.tree, {}, "1,000 branches\n", ObjectId()};
  for (const auto& branch : place.branches) spec.merged.push_back(branch.tip);
  must(place.workspace.move_candidate(place.base, candidate.commit));
  Measurement m;
  m.name = "landing after green, a tree like Linux 6.1, target not checked out";
  m.n = 1;
  m.limit = 0.05;
  ObjectId at = place.base;
  m.seconds = seconds_of([&] {
    spec.message += "again\n";  // or it would be the commit that stands there
    const auto to = value_of(place.workspace.write_commits(at, {spec}));
    const auto moved = value_of(place.workspace.move_target(kTarget, at, to));
    if (moved.outcome != core::TargetMove::moved) std::exit(1);
    at = to;
  });
  m.compared = "git commit-tree, git update-ref";
  m.compared_seconds = seconds_of([&] {
    must(place.repository.git_dir, {"/bin/sh", "-c",
                                    "git update-ref refs/heads/plain \"$(git commit-tree -p main -m x " +
                                        candidate.tree.str() + ")\""});
  });
  print(m);
}

int run() {
  const auto paths = linux_paths();
  if (paths.empty()) return 0;
  const auto directory = value_of(os::TemporaryDirectory::create("par-bench"));
  const std::string& at = directory.path();
  must(at, {"git", "init", "-q", "-b", "main", "origin"});
  const std::string origin = at + "/origin";
  must(origin, {"git", "config", "user.name", "A"});
  must(origin, {"git", "config", "user.email", "a@example.org"});
  must(origin, {"git", "fast-import", "--quiet"}, history(paths));
  must(origin, {"git", "pack-refs", "--all"});

  Measurement m;
  m.name = "candidate of 1,000 disjoint branches of a tree like Linux 6.1";
  m.n = kBranches;
  m.limit = 1;
  // Each time in a new clone: what is there already need not be written.
  for (const char* name : {"one", "two", "three"}) {
    const std::string path = at + "/" + name;
    must(at, {"git", "clone", "-q", "--bare", "--local", "origin", path});
    must(path, {"git", "config", "user.name", "A"});
    must(path, {"git", "config", "user.email", "a@example.org"});
    Place place(path);
    must(place.workspace.prepare_run(place.base));
    core::TrialBuilt built;
    const double seconds = seconds_once([&] {
      built = value_of(place.workspace.build_trial(place.base, place.branches, core::Strategy::merge));
    });
    if (built.steps.size() != kBranches) return 1;
    if (m.seconds == 0 || seconds < m.seconds) m.seconds = seconds;
    if (std::string_view(name) == "three") measure_landing(place, built);
  }
  m.compared = "50 git merge, one after the other";
  must(origin, {"git", "reset", "-q", "--hard"});
  m.compared_seconds = seconds_once([&] {
    for (std::size_t branch = 0; branch < kMergedByGit; ++branch)
      must(origin, {"git", "merge", "-q", "--no-edit", branch_name(branch)});
  });
  print(m);
  return 0;
}

}  // namespace
}  // namespace par::bench

int main() { return par::bench::run(); }
