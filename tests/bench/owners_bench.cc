// The owners of every path of Linux 6.1 by a CODEOWNERS file of 500 rules.
#include <cstdlib>
#include <string>
#include <vector>

#include "bench.h"
#include "core/codeowners_index.h"
#include "core/glob.h"

namespace par::core {
namespace {

constexpr std::size_t kRules = 500;
constexpr std::size_t kShare = 20;  // asking every rule takes long: of that many paths one

std::string five_hundred_rules(const std::vector<std::string>& paths) {
  const std::vector<std::string> kinds{
      "*.rst",           "Kconfig",         "Makefile",   "*.dts*",  "/arch/*/boot/",
      "drivers/**/phy*", "/include/**/*.h", "*_test.c",   "README*", "/tools/*/lib*/",
      "/fs/*/super.c",   "**/firmware/**",  "/samples/*", "*.S",     "/sound/**/codecs"};
  std::string text = "* @torvalds\n";
  std::size_t rules = 1;
  for (const auto& kind : kinds) text += kind + " @kind" + std::to_string(rules++) + "\n";
  for (const auto& directory : bench::directories_by_size(paths)) {
    if (rules == kRules) break;
    const std::string number = std::to_string(rules++);
    text += "/" + directory + (rules % 3 == 0 ? "/*.c" : "/") + " @team" + number + " @all/" + number + "\n";
  }
  return text;
}

// The last rule that matches, asked one by one from the end.
std::size_t naive_rule(const std::vector<std::vector<Glob>>& rules, const std::string& path) {
  for (std::size_t i = rules.size(); i > 0; --i)
    for (const auto& glob : rules[i - 1])
      if (glob.matches(path)) return i - 1;
  return rules.size();
}

int run() {
  const auto paths = bench::linux_paths();
  if (paths.empty()) return 0;
  const auto file = parse_codeowners(five_hundred_rules(paths), CodeownersDialect::github);
  if (file.rules.size() != kRules || !file.problems.empty()) std::abort();

  bench::Measurement m;
  std::size_t owned = 0;
  m.seconds = bench::seconds_of([&] {
    CodeownersIndex index(file);
    owned = 0;
    for (const auto& path : paths) owned += index.owners_of(path).size();
  });

  std::vector<std::vector<Glob>> rules;
  for (const auto& rule : file.rules) {
    auto& globs = rules.emplace_back();
    for (const auto& pattern : rule.globs) globs.push_back(*Glob::parse(pattern.text));
  }
  CodeownersIndex index(file);
  m.compared = "every rule asked from the last, for one path of 20, times 20";
  m.compared_seconds = static_cast<double>(kShare) * bench::seconds_of([&] {
                         for (std::size_t i = 0; i < paths.size(); i += kShare)
                           if (index.rules_of(paths[i])[0] != naive_rule(rules, paths[i])) std::abort();
                       });
  m.name = "owners of the paths of Linux 6.1 by 500 CODEOWNERS rules, " + std::to_string(owned) + " owners";
  m.n = paths.size();
  m.limit = 0.3;
  bench::print(m);
  return 0;
}

}  // namespace
}  // namespace par::core

int main() { return par::core::run(); }
