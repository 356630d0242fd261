#include "import/sarif_result.h"

#include <algorithm>
#include <utility>

#include "import/values.h"

namespace par::import {
namespace {

// What Semgrep writes in place of each fingerprint for users without an account.
constexpr std::string_view kNoFingerprint = "requires login";
// GitHub's name for a hash of the text of the line; the others it is written with move with the columns.
constexpr std::string_view kLineHash = "primaryLocationLineHash";

std::string joined_fingerprints(const dom::object& fingerprints) {
  if (const auto line = find_text(fingerprints, kLineHash)) return std::string(*line);
  std::vector<std::string> parts;
  for (const auto field : fingerprints) {
    std::string_view value;
    if (field.value.get(value) == simdjson::SUCCESS && !value.empty() && value != kNoFingerprint)
      parts.push_back(std::string(field.key) + '=' + std::string(value));
  }
  std::sort(parts.begin(), parts.end());
  std::string all;
  for (const auto& part : parts) (all += part) += '\n';
  return all;
}

void read_fingerprints(Finding& finding, const dom::object& result) {
  if (const auto own = object_of(result, "fingerprints")) finding.fingerprint = joined_fingerprints(*own);
  finding.decisive = !finding.fingerprint.empty();
  if (finding.decisive) return;
  if (const auto partial = object_of(result, "partialFingerprints"))
    finding.fingerprint = joined_fingerprints(*partial);
}

void read_region(Finding& finding, const dom::object& physical) {
  const auto region = object_of(physical, "region");
  if (!region) return;
  finding.line = count_of(*region, "startLine");
  finding.column = count_of(*region, "startColumn");
  if (finding.line == 0) finding.column = count_of(*region, "charOffset");
  if (const auto snippet = object_of(*region, "snippet")) finding.context = text_of(*snippet, "text");
}

void read_locations(SarifResult& out, const dom::object& result) {
  const auto locations = array_of(result, "locations");
  if (!locations) return;
  for (const auto element : *locations) {
    dom::object location;
    if (element.get(location) != simdjson::SUCCESS) continue;
    const auto physical = object_of(location, "physicalLocation");
    const auto artifact = physical ? object_of(*physical, "artifactLocation") : std::nullopt;
    if (!artifact) continue;
    if (out.artifacts.empty()) read_region(out.finding, *physical);
    out.artifacts.push_back(read_artifact(*artifact));
  }
}

void read_message(SarifResult& out, const dom::object& result) {
  const auto message = object_of(result, "message");
  if (!message) return;
  auto text = text_of(*message, "text");
  if (text.empty()) text = text_of(*message, "markdown");
  out.finding.item.title = one_line(text);
  if (!text.empty()) return;
  out.message_id = text_of(*message, "id");
  const auto arguments = array_of(*message, "arguments");
  if (!arguments) return;
  for (const auto element : *arguments) {
    std::string_view argument;
    if (element.get(argument) == simdjson::SUCCESS) out.arguments.emplace_back(argument);
  }
}

void read_rule_reference(SarifResult& out, const dom::object& result) {
  out.finding.item.category = text_of(result, "ruleId");
  out.rule = integer_of(result, "ruleIndex").value_or(-1);
  const auto rule = object_of(result, "rule");
  if (!rule) return;
  if (out.finding.item.category.empty()) out.finding.item.category = text_of(*rule, "id");
  if (out.rule < 0) out.rule = integer_of(*rule, "index").value_or(-1);
  if (const auto component = object_of(*rule, "toolComponent"))
    out.extension = integer_of(*component, "index").value_or(-1);
}

// Suppressed unless there is still doubt about one of its suppressions.
bool is_suppressed(const dom::object& result) {
  const auto suppressions = array_of(result, "suppressions");
  if (!suppressions || suppressions->size() == 0) return false;
  return std::all_of(suppressions->begin(), suppressions->end(), [](const dom::element& element) {
    dom::object suppression;
    if (element.get(suppression) != simdjson::SUCCESS) return true;
    const auto status = text_of(suppression, "status");
    return status != "underReview" && status != "rejected";
  });
}

bool failed(const dom::object& result) {
  const auto kind = text_of(result, "kind");
  return kind.empty() || kind == "fail";
}

}  // namespace

bool is_open_result(const dom::object& result) {
  const auto kind = text_of(result, "kind");
  return kind != "pass" && kind != "notApplicable" && text_of(result, "baselineState") != "absent" &&
         !is_suppressed(result);
}

SarifResult read_sarif_result(const dom::object& result, std::uint64_t at) {
  SarifResult out;
  out.finding.at = at;
  read_rule_reference(out, result);
  read_message(out, result);
  read_locations(out, result);
  read_fingerprints(out.finding, result);
  out.level = failed(result) ? sarif_level(result) : core::Severity::info;
  const auto score = sarif_score(result);
  out.has_severity = score.has_value();
  if (score) out.finding.item.severity = *score;
  return out;
}

SarifArtifact read_artifact(const dom::object& location) {
  return {std::string(text_of(location, "uri")), std::string(text_of(location, "uriBaseId")),
          integer_of(location, "index").value_or(-1)};
}

std::optional<core::Severity> sarif_level(const dom::object& holder) {
  const auto level = text_of(holder, "level");
  if (level != "error" && level != "warning" && level != "note" && level != "none") return std::nullopt;
  return severity_from(level);
}

std::optional<core::Severity> sarif_score(const dom::object& holder) {
  const auto properties = object_of(holder, "properties");
  const auto score = properties ? decimal_of(*properties, "security-severity") : std::nullopt;
  return score ? severity_from_score(*score) : std::nullopt;
}

}  // namespace par::import
