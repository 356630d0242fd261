// What the benchmarks share: a stopwatch, the line of JSON that each measurement is, the paths of a large
// repository, and the end of the program where a step fails.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace par::bench {

struct Measurement {
  std::string name;
  std::size_t n = 0;  // of what the name says
  double seconds = 0;
  double limit = 0;   // seconds it should stay below; 0: none
  double p50_ms = 0;  // of single steps; 0: not asked
  double p99_ms = 0;
  double p99_limit_ms = 0;  // milliseconds it should stay below; 0: none
  double rss_mib = 0;       // the most memory it used; 0: what the program has used so far
  double rss_limit = 0;     // MiB it should stay below; 0: none
  std::string compared;     // what else was measured in the same run; empty: nothing
  double compared_seconds = 0;
};

// {"name":...,"n":...,"seconds":...,"limit":...,"p50_ms":...,"p99_ms":...,"p99_limit_ms":...,"rss_mib":...,"rss_limit_mib":...,"within":...,"compared":...,
// "compared_seconds":...}; what is not known or not asked is left out. within: below every limit there is.
void print(const Measurement& measurement);

// The paths of every file of Linux 6.1, from ../shared/data or the directory in PAR_BENCH_DATA. Empty, with a
// notice on stderr, where they are not at hand.
[[nodiscard]] std::vector<std::string> linux_paths();

// Every directory of these paths, the most files first, then by name.
[[nodiscard]] std::vector<std::string> directories_by_size(const std::vector<std::string>& paths);

// The seconds of the fastest of three runs.
template <class Function>
double seconds_of(Function function) {
  double best = 0;
  for (int run = 0; run < 3; ++run) {
    const auto start = std::chrono::steady_clock::now();
    function();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    if (run == 0 || took.count() < best) best = took.count();
  }
  return best;
}

// The upper one of two in the middle. Not for none.
[[nodiscard]] double median(std::vector<double> values);

// Ends the program with the reason on stderr.
[[noreturn]] void give_up(const std::string& reason);

// Steps that a benchmark cannot do without: what they give, or give_up.
template <class T>
T value_of(Result<T> result) {
  if (!result) give_up(result.error().message);
  return *std::move(result);
}
void must(const Result<void>& result);
// A command, which is to exit with `code`; its stdout. `cwd` may be empty: ours.
std::string must(const std::string& cwd, std::vector<std::string> argv, std::string input = "", int code = 0);

}  // namespace par::bench
