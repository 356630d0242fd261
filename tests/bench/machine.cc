// What the figures below this line were measured on.
#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <string>

#include "base/json_writer.h"
#include "base/strings.h"

namespace {

std::string cpu_model() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name")) return std::string(par::trim(line.substr(line.find(':') + 1)));
  return "unknown";
}

std::string first_line_of(const char* command) {
  std::array<char, 200> line{};
  std::FILE* out = popen(command, "r");
  if (out == nullptr) return "unknown";
  const bool read = std::fgets(line.data(), line.size(), out) != nullptr;
  pclose(out);
  return read ? std::string(par::trim(line.data())) : "unknown";
}

#ifdef __clang__
constexpr const char* kCompiler = "clang " __VERSION__;
#else
constexpr const char* kCompiler = "gcc " __VERSION__;
#endif

}  // namespace

int main() {
  utsname system{};
  uname(&system);
  par::JsonWriter json;
  json.begin_object().key("machine").begin_object().member("cores", sysconf(_SC_NPROCESSORS_ONLN));
  json.member("cpu", cpu_model());
  json.member("memory_mib", (sysconf(_SC_PHYS_PAGES) >> 10) * sysconf(_SC_PAGESIZE) >> 10);
  json.member("kernel", fmt::format("{} {} {}", system.sysname, system.release, system.machine));
  json.member("compiler", kCompiler).member("git", first_line_of("git --version"));
  json.end_object().end_object();
  fmt::print("{}\n", std::move(json).take());
  return 0;
}
