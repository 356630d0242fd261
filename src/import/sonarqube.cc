// What SonarQube's api/issues/search answers.
#include <algorithm>

#include "import/json_document.h"
#include "import/values.h"

namespace par::import {
namespace {

bool is_open(const dom::object& issue) {
  const auto status = text_of(issue, "status");
  const auto later = text_of(issue, "issueStatus");  // since version 10.4
  return text_of(issue, "resolution").empty() && status != "CLOSED" && status != "RESOLVED" &&
         later != "FIXED" && later != "FALSE_POSITIVE" && later != "ACCEPTED";
}

// The issue's own severity, or the worst of its impacts.
core::Severity severity_of(const dom::object& issue) {
  if (const auto own = severity_from(text_of(issue, "severity"))) return *own;
  std::optional<core::Severity> worst;
  if (const auto impacts = array_of(issue, "impacts"))
    for (const auto element : *impacts) {
      dom::object impact;
      if (element.get(impact) != simdjson::SUCCESS) continue;
      const auto severity = severity_from(text_of(impact, "severity"));
      if (severity && (!worst || *severity < *worst)) worst = severity;
    }
  return worst.value_or(core::Severity::major);
}

// "<project>:<path>", where the project may hold colons itself; nullopt: the issue is about no file.
std::optional<std::string_view> path_of(const dom::object& issue) {
  auto component = text_of(issue, "component");
  const auto project = text_of(issue, "project");
  if (!project.empty()) {
    if (!component.starts_with(project) || component.substr(project.size(), 1) != ":") return std::nullopt;
    return component.substr(project.size() + 1);
  }
  const auto colon = component.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  return component.substr(colon + 1);
}

core::Seconds effort_of(const dom::object& issue) {
  const auto effort = effort_from(text_of(issue, "effort"));
  return effort ? *effort : effort_from(text_of(issue, "debt")).value_or(0);
}

void read_issue(const dom::object& issue, std::uint64_t at, Intake& intake) {
  if (!is_open(issue)) return intake.skip();
  Finding finding;
  finding.at = at;
  finding.item.title = one_line(text_of(issue, "message"));
  if (finding.item.title.empty()) return intake.bad(at, "no message");
  const auto path = path_of(issue);
  if (!path) return intake.bad(at, "the finding names no file");
  finding.item.files.emplace_back(*path);
  finding.item.id = ItemId(text_of(issue, "key"));
  finding.item.category = text_of(issue, "rule");
  finding.item.severity = severity_of(issue);
  finding.item.estimate = effort_of(issue);
  finding.fingerprint = text_of(issue, "hash");
  finding.line = count_of(issue, "line");
  if (const auto range = object_of(issue, "textRange")) finding.column = count_of(*range, "startOffset") + 1;
  intake.add(std::move(finding));
}

}  // namespace

void read_sonarqube(Input& input, Intake& intake) {
  JsonDocument document(input, intake);
  bool found = false;
  const bool whole = document.cutter().each_member([&](std::string_view name) {
    if (name != "issues") return document.cutter().skip();
    found = true;
    return document.cutter().each_element([&] {
      return document.record(
          [&](const dom::object& issue, std::uint64_t at) { read_issue(issue, at, intake); });
    });
  });
  if (whole && !found) intake.bad(0, "no 'issues' in the document");
  document.finish();
}

}  // namespace par::import
