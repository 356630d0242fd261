// Thirty agents that are started at once: until the last one runs, beside the best that git does with the
// same worktrees from a shell. Real git, the real program. 2,000 files; with PAR_BENCH_LARGE 20,000, of which
// thirty worktrees take half a minute and 2.4 GB: then git's are made by 2 or 4 processes only. Medians of
// three rounds, of git's the best one.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <map>
#include <vector>

#include "bench.h"
#include "os/files.h"

namespace par::bench {
namespace {

constexpr int kAgents = 30;
constexpr int kRounds = 3;
constexpr int kFilesEach = 50;  // in one directory
constexpr double kMostTimesGit = 1.1;
constexpr double kRssLimitMib = 100;

bool large() { return std::getenv("PAR_BENCH_LARGE") != nullptr; }

int files() { return large() ? 20'000 : 2'000; }

// For `git fast-import`.
std::string history() {
  std::string text = "commit refs/heads/main\ncommitter A <a@example.org> 1700000000 +0000\ndata 1\nx\n";
  for (int i = 0; i < files(); ++i) {
    std::string content;
    while (content.size() < 4000) content += fmt::format("line {} of file {}\n", content.size(), i);
    text += fmt::format("M 100644 inline dir{}/file{}.c\ndata {}\n{}\n", i / kFilesEach, i, content.size(),
                        content);
  }
  return text;
}

std::string config() {
  std::string text = "target = \"main\"\n";
  for (int i = 0; i < kAgents; ++i)
    text += fmt::format(
        "[agent.a{0}]\nowns = [\"/dir{0}\"]\nrun = \"date +%s.%N > ../a{0}.started; read x < ../../../gate; "
        "echo x > dir{0}/new\"\n",
        i);
  return text;
}

double now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

struct Start {
  double seconds = 0;  // until the last of the agents runs
  double rss_mib = 0;  // of the program, at most, while it runs
};

// The largest of the "VmHWM:  <n> kB" lines.
double largest_mib(const std::string& file) {
  double most = 0;
  const auto text = os::read_file(file).value_or("");
  for (std::size_t at = 0; (at = text.find(':', at)) != std::string::npos; ++at)
    most = std::max(most, std::atof(text.c_str() + at + 1) / 1024);
  return most;
}

// Agents that are at work until the last one runs: what they do then would be in the way of the others'
// start. A line for each of them lets them go, whether it reads already or not. They tell themselves when
// they began; to look for them takes processors, so it is done once a second.
Start start_ours(const std::string& seed) {
  const auto place = *os::TemporaryDirectory::create("par-bench");
  const auto repo = place.path() + "/repo";
  must(place.path(), {"cp", "-a", seed, repo});
  must(place.path(), {"sync"});
  const double begin = now();
  must(repo,
       {"sh", "-c",
        fmt::format("mkfifo ../gate; {} run -q -j {} --force-parallel & p=$!; "
                    "while grep VmHWM /proc/$p/status >>../rss && "
                    "test \"$(ls ../repo.par/r1 2>/dev/null | grep -c started)\" != {}; do sleep 1; done; "
                    "kill -0 $p && exec 3<>../gate && seq {} >&3; wait $p",
                    PAR_PROGRAM, kAgents, kAgents, kAgents)});
  double last = 0;
  for (int i = 0; i < kAgents; ++i)
    last = std::max(last, std::atof(os::read_file(fmt::format("{}/repo.par/r1/a{}.started", place.path(), i))
                                        .value_or("1e99")
                                        .c_str()));
  return {last - begin, largest_mib(place.path() + "/rss")};
}

// Entries one after the other, then files by so many processes at once.
double start_raw(const std::string& seed, int processes) {
  const auto place = *os::TemporaryDirectory::create("par-bench");
  const auto repo = place.path() + "/repo";
  must(place.path(), {"cp", "-a", seed, repo});
  must(place.path(), {"sync"});
  const double begin = now();
  must(repo,
       {"sh", "-c",
        fmt::format("for i in $(seq {0}); do git worktree add -q --no-checkout -b b$i ../w$i || exit; done; "
                    "seq {0} | xargs -P {1} -I @ git -C ../w@ read-tree --reset -u HEAD",
                    kAgents, processes)});
  return now() - begin;
}

int run() {
  const auto place = os::TemporaryDirectory::create("par-bench");
  if (!place) return 1;
  const auto seed = place->path() + "/seed";
  must(place->path(), {"git", "init", "-q", "-b", "main", seed});
  must(seed, {"git", "config", "user.name", "A"});
  must(seed, {"git", "config", "user.email", "a@example.org"});
  must(seed, {"git", "fast-import", "--quiet"}, history());
  must(seed, {"git", "reset", "-q", "--hard"});
  if (!os::write_file_durably(seed + "/.gitpar.toml", config())) return 1;
  must(seed, {"git", "add", "."});
  must(seed, {"git", "commit", "-q", "-m", "config"});

  // By turns, so that none has the machine at a better time.
  std::vector<double> ours;
  std::map<int, std::vector<double>> raw;  // by how many at once
  Measurement m;
  for (int round = 0; round < kRounds; ++round) {
    for (const int processes : large() ? std::vector{2, 4} : std::vector{2, 4, 8, kAgents})
      raw[processes].push_back(start_raw(seed, processes));
    const auto start = start_ours(seed);
    ours.push_back(start.seconds);
    m.rss_mib = std::max(m.rss_mib, start.rss_mib);
  }
  m.name = fmt::format("until {} agents run on {} files", kAgents, files());
  m.n = kAgents;
  m.seconds = median(ours);
  m.compared_seconds = 1e99;
  for (const auto& [processes, seconds] : raw)
    m.compared_seconds = std::min(m.compared_seconds, median(seconds));
  m.rss_limit = kRssLimitMib;
  m.compared = large() ? "git worktree add in a row, git read-tree by 2 or 4 at once (the best)"
                       : "git worktree add in a row, git read-tree by 2, 4, 8 or 30 at once (the best)";
  m.limit = m.compared_seconds * kMostTimesGit;
  print(m);
  return 0;
}

}  // namespace
}  // namespace par::bench

int main() { return par::bench::run(); }
