// Replays the merges of a repository: merges the parents of each merge commit as Objects::merge_commits does,
// and compares with what `git merge-tree` makes of them. Nothing is written to the repository: what merges
// write goes to a temporary one beside it. Of the merges that are not left out, those for which a process of
// git was started are counted, by the trace; all others were spliced in process.
//
//   replay <repository> [<max>]     the newest <max> merges of two parents; all without
//
// Exit code: 0 nothing differs, 1 something does, 128 it could not be tried.
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <exception>
#include <stdexcept>

#include "base/strings.h"
#include "git/objects.h"
#include "git/repository.h"
#include "os/files.h"
#include "support/merge_reference.h"

namespace par::test {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

template <class T>
T value_of(Result<T> result) {
  if (result) return *std::move(result);
  std::string text = result.error().message;
  for (const auto& cause : result.error().causes) text += "\n  " + cause;
  throw std::runtime_error(text);
}

void must(const Result<void>& result) {
  if (!result) throw std::runtime_error(result.error().message);
}

std::string git(std::vector<std::string> args) {
  os::Command command;
  command.argv = std::move(args);
  command.argv.insert(command.argv.begin(), "git");
  const auto done = value_of(os::run(command));
  if (done.exit_code != 0) throw std::runtime_error(done.err);
  return done.out;
}

std::vector<CommitPair> merges_of(const std::string& git_dir, const std::string& max) {
  std::vector<std::string> args{"--git-dir=" + git_dir, "log",        "--all", "--min-parents=2",
                                "--max-parents=2",      "--format=%P"};
  if (!max.empty()) args.push_back("--max-count=" + max);
  std::vector<CommitPair> pairs;
  for (const auto& line : split_terminated(git(args), '\n')) {
    const auto parents = split(line, ' ');
    if (parents.size() == 2) pairs.emplace_back(parents[0], parents[1]);
  }
  return pairs;
}

// A bare repository that reads the objects of another and writes its own.
void make_beside(const std::string& path, const std::string& git_dir) {
  git({"init", "-q", "--bare", path});
  must(os::write_file_durably(path + "/objects/info/alternates", git_dir + "/objects\n"));
  if (os::exists(git_dir + "/shallow"))
    must(os::write_file_durably(path + "/shallow", value_of(os::read_file(git_dir + "/shallow"))));
}

// What git makes of a pair under the attributes of its merge base, which count for us but are in no bare
// repository: their files are checked out, nothing else is.
std::string reference_under_attributes(const std::string& git_dir, const std::string& work_tree,
                                       const CommitPair& pair, const std::string& base) {
  must(os::remove_tree(work_tree));
  must(os::make_directories(work_tree));
  auto environment = os::current_environment();
  environment.push_back("GIT_WORK_TREE=" + work_tree);
  os::Command checkout;
  checkout.argv = {"git", "--git-dir=" + git_dir, "checkout", "-q", base, "--", ":(glob)**/.gitattributes"};
  checkout.cwd = work_tree;
  checkout.env = environment;
  value_of(os::run(checkout));  // fails where there are none
  return reference_trees(git_dir, environment, {pair}, work_tree).front();
}

struct Count {
  int same = 0;
  int both_refuse = 0;
  int different = 0;
};

Count compare(const std::vector<CommitPair>& pairs, const std::vector<std::string>& ours,
              const std::vector<std::string>& reference) {
  Count count;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (ours[i] == reference[i]) {
      ++(ours[i].empty() ? count.both_refuse : count.same);
      continue;
    }
    ++count.different;
    const auto told = [](const std::string& tree) { return tree.empty() ? "conflict" : tree; };
    fmt::print("different: {} {}: ours {}, git's {}\n", pairs[i].first, pairs[i].second, told(ours[i]),
               told(reference[i]));
  }
  return count;
}

// How many merges the trace tells of that git made for us. Each that we ask it for is a process.
int merges_by_git(const std::string& trace) {
  int merges = 0;
  for (const auto& line : split_terminated(value_of(os::read_file(trace)), '\n'))
    if (line.find(R"("child_start")") != std::string::npos &&
        line.find(" merge-tree --write-tree -z ") != std::string::npos)
      ++merges;
  return merges;
}

int replay(const std::string& repository, const std::string& max) {
  const auto directory = value_of(os::TemporaryDirectory::create("git-par-replay"));
  const std::string trace = directory.path() + "/trace";
  ::setenv("PAR_TRACE_EVENT", trace.c_str(), 1);
  const auto git_dir = value_of(git::discover(os::absolute_path(repository))).common_dir;
  const std::string beside = directory.path() + "/beside.git";
  make_beside(beside, git_dir);
  auto objects = value_of(git::Objects::open(beside));
  std::vector<CommitPair> pairs;
  std::vector<std::string> ours;
  int unrelated = 0;
  double our_seconds = 0;
  std::vector<std::string> bases;
  for (const auto& pair : merges_of(git_dir, max)) {
    const ObjectId one(pair.first);
    const ObjectId other(pair.second);
    const auto common = value_of(objects.merge_bases(one, other));
    if (common.empty()) {
      ++unrelated;
      continue;
    }
    bases.push_back(common.front().str());
    const auto start = Clock::now();
    ours.push_back(value_of(objects.merge_commits(one, other)).tree.str());
    our_seconds += seconds_since(start);
    pairs.push_back(pair);
  }
  const auto start = Clock::now();
  auto reference = reference_trees(beside, os::current_environment(), pairs);
  const double git_seconds = seconds_since(start);
  for (std::size_t i = 0; i < pairs.size(); ++i)
    if (ours[i] != reference[i])
      reference[i] = reference_under_attributes(beside, directory.path() + "/attributes", pairs[i], bases[i]);
  const Count count = compare(pairs, ours, reference);
  const int by_git = merges_by_git(trace);
  fmt::print("{} merges: {} same, {} refused by both, {} different, {} of unrelated histories left out\n",
             pairs.size(), count.same, count.both_refuse, count.different, unrelated);
  fmt::print("{} in process, {} by git\n", static_cast<int>(pairs.size()) - by_git, by_git);
  fmt::print("ours {:.3f} s, git merge-tree --stdin {:.3f} s\n", our_seconds, git_seconds);
  return count.different == 0 ? 0 : 1;
}

}  // namespace
}  // namespace par::test

int main(int argc, char** argv) {
  try {
    if (argc >= 2 && argc <= 3) return par::test::replay(argv[1], argc == 3 ? argv[2] : "");
    fmt::print(stderr, "usage: replay <repository> [<max>]\n");
    return 129;
  } catch (const std::exception& error) {
    fmt::print(stderr, "replay: {}\n", error.what());
    return 128;
  }
}
