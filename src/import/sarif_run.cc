#include "import/sarif_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "import/paths.h"
#include "import/values.h"

namespace par::import {
namespace {

constexpr int kDeepestBase = 8;  // bases may stand on bases, and a hostile log's on themselves

std::string_view text_of_message(const dom::object& holder, std::string_view key) {
  const auto message = object_of(holder, key);
  return message ? text_of(*message, "text") : std::string_view();
}

// "{0} is unused" with the arguments in.
std::string filled_in(std::string_view text, const std::vector<std::string>& arguments) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto end = text[i] == '{' ? text.find('}', i) : std::string_view::npos;
    const auto number =
        end == std::string_view::npos ? std::nullopt : number_from(text.substr(i + 1, end - i - 1));
    if (number && *number < arguments.size()) {
      out += arguments[*number];
      i = end;
    } else {
      out += text[i];
    }
  }
  return out;
}

template <class T>
const T* at_index(const std::vector<T>& values, std::int64_t index) {
  if (index < 0 || static_cast<std::uint64_t>(index) >= values.size()) return nullptr;
  return &values[static_cast<std::size_t>(index)];
}

}  // namespace

void SarifRun::add_rule(std::size_t component, const std::optional<dom::object>& rule) {
  if (components_.size() <= component) components_.resize(component + 1);
  auto& [rules, by_id] = components_[component];
  auto& added = rules.emplace_back();
  if (!rule) return;
  added.id = text_of(*rule, "id");
  by_id.emplace(added.id, rules.size() - 1);
  added.score = sarif_score(*rule);
  if (const auto defaults = object_of(*rule, "defaultConfiguration")) added.level = sarif_level(*defaults);
  auto summary = text_of_message(*rule, "shortDescription");
  if (summary.empty()) summary = text_of_message(*rule, "fullDescription");
  added.summary = one_line(summary);
  if (const auto messages = object_of(*rule, "messageStrings"))
    for (const auto field : *messages)
      added.messages.emplace(field.key, text_of_message(*messages, field.key));
}

void SarifRun::add_artifact(const std::optional<dom::object>& artifact) {
  const auto location = artifact ? object_of(*artifact, "location") : std::nullopt;
  artifacts_.push_back(location ? read_artifact(*location) : SarifArtifact());
}

void SarifRun::add_base(std::string_view name, const dom::object& location) {
  bases_.emplace(name, read_artifact(location));
}

bool SarifRun::has_to_wait(const SarifResult& result) const {
  if (!waiting_.empty() || !tool_known_) return true;
  return std::any_of(result.artifacts.begin(), result.artifacts.end(), [&](const SarifArtifact& artifact) {
    const bool by_index = artifact.uri.empty() && artifact.index >= 0;
    return (by_index && !artifacts_known_) ||
           ((by_index || !artifact.base.empty()) && !is_absolute_uri(artifact.uri) && !bases_known_);
  });
}

void SarifRun::add(SarifResult result) {
  if (has_to_wait(result))
    waiting_.push_back(std::move(result));
  else
    settle(std::move(result));
}

void SarifRun::finish(bool whole) {
  for (; !waiting_.empty() && !intake_.stopped(); waiting_.pop_front()) {
    auto& result = waiting_.front();
    if (whole)
      settle(std::move(result));
    else
      intake_.bad(result.finding.at, "the document ends before what the result refers to");
  }
}

const SarifRun::Rule* SarifRun::rule_named(const std::string& id) const {
  for (const auto& [rules, by_id] : components_)
    if (const auto found = by_id.find(id); found != by_id.end()) return &rules[found->second];
  return nullptr;
}

// By its index where the id agrees, else by the id, which may go on behind that of the rule: "CA1000/1".
const SarifRun::Rule* SarifRun::rule_of(const SarifResult& result) const {
  const auto& id = result.finding.item.category;
  if (const auto* component = at_index(components_, result.extension + 1))
    if (const auto* rule = at_index(component->rules, result.rule))
      if (id.empty() || id.starts_with(rule->id)) return rule;
  if (id.empty()) return nullptr;
  const auto* rule = rule_named(id);
  const auto slash = id.rfind('/');
  return rule == nullptr && slash != std::string::npos ? rule_named(id.substr(0, slash)) : rule;
}

// A base that is not known, or known without a place, is the root of the repository.
std::string SarifRun::base_uri(const std::string& name) const {
  std::string uri;
  const std::string* next = &name;
  for (int depth = 0; depth < kDeepestBase && !next->empty() && !is_absolute_uri(uri); ++depth) {
    const auto base = bases_.find(*next);
    if (base == bases_.end()) break;
    const auto& own = base->second.uri;
    uri.insert(0, own.empty() || own.ends_with('/') ? own : own + '/');
    next = &base->second.base;
  }
  return uri;
}

const SarifArtifact* SarifRun::place_of(const SarifArtifact& artifact) const {
  const auto* place = artifact.uri.empty() ? at_index(artifacts_, artifact.index) : &artifact;
  return place == nullptr || place->uri.empty() ? nullptr : place;
}

std::optional<std::string> SarifRun::path_of(const SarifArtifact& place) const {
  if (is_absolute_uri(place.uri) || place.base.empty()) return path_of_uri(place.uri);
  auto joined = path_of_uri(base_uri(place.base) + place.uri);
  if (joined && intake_.inside(*joined)) return joined;
  // The log was written in another checkout, whose root the base names ("%SRCROOT%", "ROOTPATH").
  return place.base.find("ROOT") != std::string::npos ? path_of_uri(place.uri) : joined;
}

void SarifRun::settle(SarifResult result) {
  auto& item = result.finding.item;
  const auto at = result.finding.at;
  const auto* rule = rule_of(result);
  if (item.category.empty() && result.rule >= 0) {
    if (rule == nullptr) return intake_.bad(at, fmt::format("rule {} is not in its run", result.rule));
    item.category = rule->id;
  }
  if (item.title.empty() && rule != nullptr) {
    const auto message = rule->messages.find(result.message_id);
    item.title = message == rule->messages.end() ? rule->summary
                                                 : one_line(filled_in(message->second, result.arguments));
  }
  if (item.title.empty()) return intake_.bad(at, "no message");
  if (!result.has_severity) {
    const auto level = result.level ? result.level : rule != nullptr ? rule->level : std::nullopt;
    item.severity = rule != nullptr && rule->score ? *rule->score : level.value_or(core::Severity::major);
  }
  if (result.artifacts.empty()) return intake_.bad(at, "the finding names no file");
  for (const auto& artifact : result.artifacts) {
    const auto* place = place_of(artifact);
    if (place == nullptr) return intake_.bad(at, "a location that names no file");
    auto path = path_of(*place);
    if (!path) return intake_.refuse_path(at, place->uri);
    item.files.emplace_back(*std::move(path));
  }
  intake_.add(std::move(result.finding));
}

}  // namespace par::import
