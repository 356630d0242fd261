#include "import_support.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace par::test {
namespace {

using import::Format;

constexpr std::string_view kSarif = R"({"version": "2.1.0", "runs": [{
  "results": [
    {"ruleIndex": 1, "message": {"text": "the \"token\" is {not} checked ]"},
     "locations": [{"physicalLocation": {"artifactLocation": {"index": 1}, "region": {"startLine": 7}}}]},
    {"ruleId": "unused", "message": {"text": "x is unused"}, "partialFingerprints": {"primaryLocationLineHash": "1f:1"},
     "locations": [{"physicalLocation": {"artifactLocation": {"uri": "src/a%20b.cc", "uriBaseId": "SRC"}}}]},
    {"ruleId": "unused", "message": {"text": "y is unused"}, "suppressions": [{"kind": "inSource"}]},
    {"ruleId": "unused", "message": {"text": "z is unused"}, "locations": [{"physicalLocation": {"artifactLocation": {"uri": "../z.cc"}}}]}
  ],
  "artifacts": [{"location": {"uri": "README.md"}}, {"location": {"uri": "file:///work/repo/src/login.cc"}}],
  "originalUriBaseIds": {"SRC": {"uri": "file:///work/repo/"}},
  "tool": {"driver": {"name": "t", "rules": [
    {"id": "unused", "defaultConfiguration": {"level": "note"}},
    {"id": "auth", "properties": {"security-severity": "9.1"}}]}}
}]}
)";

constexpr std::string_view kJsonl =
    R"({"id":"SEC-1","title":"check the token","files":["src/login.cc"],"severity":"critical","category":"auth","estimate":"20m","after":["SEC-0"],"agent":"security"}
{"title":"no id","file":"src/a.cc"}

{"id":"SEC-1","title":"again"}
{"id":"SEC-2","title":"out","path":"../x"}
)";

constexpr std::string_view kCsv =
    "id,title,files,severity,estimate\r\n"
    "SEC-1,\"check, \"\"then\"\"\r\nuse\",src/login.cc;src/token.cc,critical,20m\r\n"
    ",no id,src/a.cc,,\r\n"
    "SEC-2,out,/etc/passwd,minor,\r\n"
    "SEC-3,done,src/b.cc,minor,1h\r\n";

constexpr std::string_view kCompiler =
    "[1/2] Building CXX object a.o\n"
    "In file included from src/b.cc:1:\n"
    "src/a.h:3:7: warning: unused variable 'x' [-Wunused-variable]\n"
    "    3 |   int x;\n"
    "src/a.h:3:7: note: declared here\n"
    "./src/b.cc:12: error: 'y' was not declared in this scope\n"
    "/usr/include/stdio.h:1:1: warning: elsewhere\n"
    "src/a.h:3:7: warning: unused variable 'x' [-Wunused-variable]\n"
    "make: *** [Makefile:3: a.o] Error 1\n";

constexpr std::string_view kEslint = R"([{"filePath": "/work/repo/src/a.js", "messages": [
   {"ruleId": "no-undef", "severity": 2, "message": "'x' is not defined.", "line": 3, "column": 1},
   {"ruleId": null, "fatal": true, "severity": 2, "message": "Parsing error: Unexpected token }", "line": 9}],
  "suppressedMessages": [{"ruleId": "no-undef", "severity": 2, "message": "m"}]},
 {"filePath": "/elsewhere/b.js", "messages": [{"ruleId": "semi", "severity": 1, "message": "Missing semicolon."}]}]
)";

constexpr std::string_view kSonarqube = R"({"total": 3, "issues": [
  {"key": "AX-1", "rule": "java:S1192", "severity": "CRITICAL", "component": "g:app:src/A.java", "project": "g:app",
   "line": 3, "hash": "h1", "message": "Define a constant", "effort": "1h30min", "status": "OPEN", "tags": ["design"]},
  {"key": "AX-2", "rule": "java:S1", "severity": "MINOR", "component": "g:app:src/B.java", "message": "m", "status": "CLOSED"},
  {"key": "AX-3", "rule": "java:S2", "component": "app:src/C.java", "message": "m", "debt": "5min",
   "impacts": [{"softwareQuality": "SECURITY", "severity": "LOW"}, {"severity": "HIGH"}]}], "paging": {"total": 3}}
)";

}  // namespace

import::Source in_chunks(std::string_view text, std::size_t chunk){
    return [ text, chunk ](std::span<char> room) mutable->Result<std::size_t>{
        const auto size = std::min({chunk, room.size(), text.size()});
if (size != 0) std::memcpy(room.data(), text.data(), size);
text.remove_prefix(size);
return size;
};  // namespace par::test
}

import::Imported read(Format format, std::string_view text, std::size_t chunk){
    auto imported = import::read_findings(in_chunks(text, chunk), "input", {format, "/work/repo", false});
if (!imported) throw std::runtime_error(imported.error().message);
return *std::move(imported);
}

core::Item read_one(Format format, std::string_view text) {
  auto imported = read(format, text);
  if (imported.items.size() == 1) return imported.items.front();
  throw std::runtime_error(imported.first_bad.empty() ? "not one item" : imported.first_bad.front().reason);
}

std::vector<std::string> ids_of(const import::Imported& imported) {
  std::vector<std::string> ids;
  for (const auto& item : imported.items) ids.push_back(item.id.str());
  return ids;
}

std::vector<std::string> bad_of(const import::Imported& imported) {
  std::vector<std::string> all;
  for (const auto& bad : imported.first_bad)
    all.push_back(place_of(imported.format, bad) + ": " + bad.reason);
  return all;
}

std::string_view example(Format format) {
  switch (format) {
    case Format::sarif:
      return kSarif;
    case Format::jsonl:
      return kJsonl;
    case Format::csv:
      return kCsv;
    case Format::compiler:
      return kCompiler;
    case Format::eslint:
      return kEslint;
    default:
      return kSonarqube;
  }
}

std::vector<Format> all_formats() {
  return {Format::sarif, Format::jsonl, Format::csv, Format::compiler, Format::eslint, Format::sonarqube};
}

}  // namespace par::test
