// One result of a SARIF run as it stands there, before its references to the rest of the run are followed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "import/intake.h"
#include "import/json_record.h"

namespace par::import {

// An artifactLocation: a reference, relative to a named base perhaps, or the index of an artifact.
struct SarifArtifact {
  std::string uri;
  std::string base;
  std::int64_t index = -1;
};

struct SarifResult {
  Finding finding;  // without files; the category is the rule's id, where the result gives it
  std::vector<SarifArtifact> artifacts;
  std::int64_t rule = -1;       // index into the rules of its component; -1: none
  std::int64_t extension = -1;  // index of the component; -1: the driver
  std::string message_id;       // stands for the title, which is empty then
  std::vector<std::string> arguments;
  bool has_severity = false;  // by a score of its own
  std::optional<core::Severity> level;
};

// Whether it is something to mend: not suppressed, not absent, not passed.
[[nodiscard]] bool is_open_result(const dom::object& result);
[[nodiscard]] SarifResult read_sarif_result(const dom::object& result, std::uint64_t at);

[[nodiscard]] SarifArtifact read_artifact(const dom::object& location);
[[nodiscard]] std::optional<core::Severity> sarif_level(const dom::object& holder);
// Of "security-severity" among the properties.
[[nodiscard]] std::optional<core::Severity> sarif_score(const dom::object& holder);

}  // namespace par::import
