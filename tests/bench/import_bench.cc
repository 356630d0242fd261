// Imports a SARIF log of 200,000 results (about 150 MB), and beside it, in the same run, reads the same bytes
// in other ways: `cat` (read alone), one parse of the whole file by simdjson, and logs whose references come
// last. Each measurement is a process of its own, so that its peak of memory is its own.
// usage: import_bench [results] [rounds]
#include <fcntl.h>
#include <fmt/format.h>
#include <simdjson.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>

#include "base/json_writer.h"
#include "bench.h"
#include "import/findings.h"

namespace {

using par::JsonWriter;

constexpr int kRules = 150;

std::string rules_text() {
  JsonWriter json;
  json.begin_object().key("driver").begin_object().member("name", "bench").key("rules").begin_array();
  for (int i = 0; i < kRules; ++i) {
    json.begin_object().member("id", fmt::format("cpp/rule-{}", i)).key("shortDescription").begin_object();
    json.member("text", fmt::format("Rule {} of the bench", i)).end_object();
    json.key("properties")
        .begin_object()
        .member("security-severity", fmt::format("{}.5", i % 10))
        .end_object();
    json.end_object();
  }
  json.end_array().end_object().end_object();
  return json.text();
}

std::string result_text(unsigned i) {
  JsonWriter json;
  const auto rule = i * 7919U % kRules;
  const auto file = i * 104729U % 20000U;
  json.begin_object().member("ruleId", fmt::format("cpp/rule-{}", rule)).member("ruleIndex", rule);
  json.member("level", i % 3 == 0 ? "error" : "warning").key("message").begin_object();
  json.member("text",
              fmt::format("This call to [\"function_{}\"](1) may read past the end of buffer {}; check the "
                          "length \"n\" that the caller\\peer sent before it is used as a bound",
                          i, i % 97));
  json.end_object().key("locations").begin_array().begin_object().key("physicalLocation").begin_object();
  json.key("artifactLocation").begin_object();
  json.member("uri", fmt::format("src/module{}/component{}/file{}.cc", file % 40, file % 400, file));
  json.member("uriBaseId", "%SRCROOT%").member("index", file).end_object();
  json.key("region").begin_object().member("startLine", i % 4000 + 1).member("startColumn", i % 80 + 1);
  json.member("endColumn", i % 80 + 20).key("snippet").begin_object();
  json.member("text", fmt::format("    memcpy(target + offset, source, n_{});", i)).end_object();
  json.end_object().end_object().end_object().end_array();
  json.key("partialFingerprints").begin_object();
  json.member("primaryLocationLineHash", fmt::format("{:016x}:1", i * 0x9e3779b97f4a7c15ULL));
  json.member("primaryLocationStartColumnFingerprint", fmt::format("{}", i % 80)).end_object();
  json.key("properties").begin_object().member("note", std::string(150, 'x')).end_object();
  json.end_object();
  return json.text();
}

// What the results refer to stands before them or behind them.
void write_log(const std::string& path, unsigned results, bool tool_first) {
  auto* file = std::fopen(path.c_str(), "w");
  if (file == nullptr) std::exit(1);
  const std::string tool =
      R"("tool":)" + rules_text() + R"(,"originalUriBaseIds":{"%SRCROOT%":{"uri":"file:///build/x/"}})";
  fmt::print(file, R"({{"version":"2.1.0","runs":[{{{}"results":[)", tool_first ? tool + "," : "");
  for (unsigned i = 0; i < results; ++i) fmt::print(file, "{}{}", i == 0 ? "\n" : ",\n", result_text(i));
  fmt::print(file, "]{}}}]}}\n", tool_first ? "" : "," + tool);
  std::fclose(file);
}

par::import::Source source_of(int file) {
  return [file](std::span<char> room) -> par::Result<std::size_t> {
    const auto size = ::read(file, room.data(), room.size());
    if (size < 0) return par::errno_error("cannot read", errno);
    return static_cast<std::size_t>(size);
  };
}

std::uint64_t import(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const par::import::ImportOptions options{std::nullopt, "/build/x", false};
  // Never freed: what the items cost their owner later is not the import's.
  const auto& imported = *new par::Result<par::import::Imported>(
      par::import::read_findings(source_of(file), "bench.sarif", options));
  ::close(file);
  return imported && imported->bad == 0 && imported->complete ? imported->items.size() : 0;
}

std::uint64_t read_alone(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  std::string buffer(256 << 10, '\0');
  std::uint64_t total = 0;
  for (ssize_t size = 1; size > 0; total += static_cast<std::uint64_t>(size))
    size = ::read(file, buffer.data(), buffer.size());
  ::close(file);
  return total;
}

std::uint64_t parse_whole(const std::string& path) {
  simdjson::dom::parser parser;
  simdjson::dom::array results;
  if (parser.load(path)["runs"].at(0)["results"].get(results) != simdjson::SUCCESS) return 0;
  return results.size();
}

struct Measured {
  double seconds = 0;
  long peak_kib = 0;
  std::uint64_t count = 0;
};

Measured measure(const std::function<std::uint64_t()>& work) {
  int ends[2];
  if (::pipe(ends) != 0) std::exit(1);
  const auto child = ::fork();
  if (child == 0) {
    Measured result;
    const auto begin = std::chrono::steady_clock::now();
    result.count = work();
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    result.peak_kib = usage.ru_maxrss;
    ::_exit(::write(ends[1], &result, sizeof result) == sizeof result ? 0 : 1);
  }
  Measured result;
  const auto size = ::read(ends[0], &result, sizeof result);
  int status = 0;
  ::waitpid(child, &status, 0);
  ::close(ends[0]);
  ::close(ends[1]);
  if (size != sizeof result || status != 0) std::exit(1);
  return result;
}

// `limited`: the import itself, 200,000 results of which have limits.
void report(const std::string& name, unsigned results, int rounds, bool limited,
            const std::function<std::uint64_t()>& work) {
  Measured best = measure(work);
  for (int i = 1; i < rounds; ++i) {
    const auto next = measure(work);
    best.seconds = std::min(best.seconds, next.seconds);
    best.peak_kib = std::max(best.peak_kib, next.peak_kib);
  }
  if (best.count == 0) std::exit(1);
  par::bench::Measurement m;
  m.name = "SARIF, " + name;
  m.n = results;
  m.seconds = best.seconds;
  m.rss_mib = static_cast<double>(best.peak_kib) / 1024;
  m.limit = limited ? 2.0 : 0;
  m.rss_limit = limited ? 400 : 0;
  par::bench::print(m);
}

}  // namespace

int main(int argc, char** argv) {
  const auto results = argc > 1 ? static_cast<unsigned>(std::atoi(argv[1])) : 200000U;
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 3;
  const char* temporary = std::getenv("TMPDIR");
  std::string directory = std::string(temporary == nullptr ? "/tmp" : temporary) + "/import_bench.XXXXXX";
  if (::mkdtemp(directory.data()) == nullptr) return 1;
  for (const bool tool_first : {true, false}) {
    const auto path = directory + "/log.sarif";
    write_log(path, results, tool_first);
    if (tool_first) {
      report("the file read alone", results, rounds, false, [&] { return read_alone(path); });
      report("the file parsed whole by simdjson", results, rounds, false, [&] { return parse_whole(path); });
    }
    report(tool_first ? "import, rules first" : "import, rules last", results, rounds, results == 200'000,
           [&] { return import(path); });
    ::unlink(path.c_str());
  }
  ::rmdir(directory.c_str());
  return 0;
}
