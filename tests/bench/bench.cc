#include "bench.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <utility>

#include "base/json_writer.h"
#include "os/process.h"
#include "support/shared_data.h"

namespace par::bench {
namespace {

double rss_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

double rounded(double number, double steps) {
  return static_cast<double>(static_cast<long long>(number * steps + 0.5)) / steps;
}

}  // namespace

void print(const Measurement& m) {
  JsonWriter json;
  json.begin_object();
  json.member("name", m.name).member("n", static_cast<std::int64_t>(m.n));
  const double rss = m.rss_mib > 0 ? m.rss_mib : rss_mib();
  json.member("seconds", rounded(m.seconds, 1e6));
  if (m.limit > 0) json.member("limit", rounded(m.limit, 1e6));
  if (m.p99_ms > 0) json.member("p50_ms", rounded(m.p50_ms, 1e3)).member("p99_ms", rounded(m.p99_ms, 1e3));
  if (m.p99_limit_ms > 0) json.member("p99_limit_ms", m.p99_limit_ms);
  json.member("rss_mib", rounded(rss, 10));
  if (m.rss_limit > 0) json.member("rss_limit_mib", m.rss_limit);
  if (m.limit > 0 || m.rss_limit > 0 || m.p99_limit_ms > 0)
    json.member("within", (m.limit <= 0 || m.seconds <= m.limit) &&
                              (m.rss_limit <= 0 || rss <= m.rss_limit) &&
                              (m.p99_limit_ms <= 0 || m.p99_ms <= m.p99_limit_ms));
  if (!m.compared.empty())
    json.member("compared", m.compared).member("compared_seconds", rounded(m.compared_seconds, 1e6));
  json.end_object();
  fmt::print("{}\n", std::move(json).take());
  std::fflush(stdout);
}

std::vector<std::string> linux_paths() {
  std::vector<std::string> paths;
  for (const auto& line : test::shared_lines("linux-6.1-paths.tsv"))
    paths.push_back(line.substr(line.find('\t') + 1));
  if (paths.empty())
    fmt::print(stderr, "skipped: the paths of Linux are not at hand (PAR_BENCH_DATA, zstd)\n");
  return paths;
}

std::vector<std::string> directories_by_size(const std::vector<std::string>& paths) {
  std::map<std::string, std::size_t> files;
  for (const auto& path : paths)
    for (auto slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1))
      ++files[path.substr(0, slash)];
  std::vector<std::pair<std::string, std::size_t>> sorted(files.begin(), files.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  std::vector<std::string> names;
  for (auto& [name, size] : sorted) names.push_back(std::move(name));
  return names;
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

void give_up(const std::string& reason) {
  fmt::print(stderr, "{}\n", reason);
  std::exit(1);
}

void must(const Result<void>& result) {
  if (!result) give_up(result.error().message);
}

std::string must(const std::string& cwd, std::vector<std::string> argv, std::string input, int code) {
  os::Command command;
  command.argv = std::move(argv);
  command.cwd = cwd;
  command.input = std::move(input);
  auto done = value_of(os::run(command));
  if (done.exit_code != code) give_up(fmt::format("{} failed: {}", command.argv.front(), done.err));
  return std::move(done.out);
}

}  // namespace par::bench
