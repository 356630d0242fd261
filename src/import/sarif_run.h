// A run of a SARIF log: the tables its results refer to, which may stand before or behind them. A result
// whose references cannot be followed yet waits, and those behind it with it, so that they keep their order.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "import/intake.h"
#include "import/sarif_result.h"

namespace par::import {

class SarifRun {
 public:
  explicit SarifRun(Intake& intake) : intake_(intake) {}

  // Rules, artifacts and bases in the order of the document; nullopt: there is one that cannot be read.
  // `component`: 0 is the driver, 1 the first extension.
  void add_rule(std::size_t component, const std::optional<dom::object>& rule);
  void add_artifact(const std::optional<dom::object>& artifact);
  void add_base(std::string_view name, const dom::object& location);
  void tool_is_known() { tool_known_ = true; }
  void artifacts_are_known() { artifacts_known_ = true; }
  void bases_are_known() { bases_known_ = true; }

  void add(SarifResult result);
  // The run's end: what waited goes to the intake, or counts as bad when the document broke off before.
  void finish(bool whole);

 private:
  struct Rule {
    std::string id;
    std::optional<core::Severity> level;
    std::optional<core::Severity> score;
    std::string summary;
    std::unordered_map<std::string, std::string> messages;
  };
  struct Component {
    std::vector<Rule> rules;
    std::unordered_map<std::string, std::size_t> by_id;
  };

  [[nodiscard]] bool has_to_wait(const SarifResult& result) const;
  void settle(SarifResult result);
  [[nodiscard]] const Rule* rule_of(const SarifResult& result) const;
  [[nodiscard]] const Rule* rule_named(const std::string& id) const;
  // The artifact's own reference or that of the one it names by index; nullptr: there is none.
  [[nodiscard]] const SarifArtifact* place_of(const SarifArtifact& artifact) const;
  // The path for Intake; nullopt for what is no file of this machine.
  [[nodiscard]] std::optional<std::string> path_of(const SarifArtifact& place) const;
  [[nodiscard]] std::string base_uri(const std::string& name) const;

  Intake& intake_;
  std::vector<Component> components_;
  std::vector<SarifArtifact> artifacts_;
  std::unordered_map<std::string, SarifArtifact> bases_;
  bool tool_known_ = false;
  bool artifacts_known_ = false;
  bool bases_known_ = false;
  std::deque<SarifResult> waiting_;
};

}  // namespace par::import
