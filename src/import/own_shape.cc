#include "import/own_shape.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "import/identity.h"
#include "import/values.h"

namespace par::import {
namespace {

constexpr std::array<std::string_view, 4> kLists{"files", "file", "path", "after"};
constexpr std::array<std::string_view, 8> kTexts{"id",       "title", "message", "severity",
                                                 "category", "agent", "line",    "column"};

template <class Names>
bool holds(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

bool is_own_list(std::string_view member) { return holds(kLists, member); }

bool is_own_member(std::string_view member) {
  return is_own_list(member) || member == "estimate" || holds(kTexts, member);
}

std::string set_own_text(Finding& finding, std::string_view member, std::string_view value) {
  auto& item = finding.item;
  if (is_own_list(member)) return set_own_list(finding, member, {std::string(value)});
  if (member == "id") item.id = ItemId(value);
  if (member == "title" || (member == "message" && item.title.empty())) item.title = value;
  if (member == "category") item.category = value;
  if (member == "agent") item.agent = AgentName(value);
  if (member == "line") finding.line = number_from(value).value_or(0);
  if (member == "column") finding.column = number_from(value).value_or(0);
  if (member == "severity") {
    const auto severity = severity_from(value);
    if (!severity) return fmt::format("'{}' is not a severity", value);
    item.severity = *severity;
  }
  if (member == "estimate") {
    const auto estimate = effort_from(value);
    if (!estimate) return fmt::format("'{}' is not a duration", value);
    item.estimate = *estimate;
  }
  return {};
}

std::string set_own_list(Finding& finding, std::string_view member, const std::vector<std::string>& values) {
  for (const auto& value : values) {
    if (member != "after")
      finding.item.files.emplace_back(value);
    else if (!value.empty())
      finding.item.after.push_back(item_id_from(value));
    else
      return "'after' holds an empty id";
  }
  return {};
}

std::string check_own(const Finding& finding) {
  return finding.item.id.empty() && finding.item.title.empty() ? "neither an id nor a title" : std::string();
}

}  // namespace par::import
