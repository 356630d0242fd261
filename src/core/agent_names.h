// Names of agents: lists of them, and those that are made of other names (of owners, of branches). Pure.
#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>

#include "base/ids.h"

namespace par::core {

// Linear in the list.
[[nodiscard]] bool is_among(std::span<const AgentName> names, const AgentName& name);
// "a, b" with ", ".
[[nodiscard]] std::string joined(std::span<const AgentName> names, std::string_view separator);

// Names that are all different.
class AgentNames {
 public:
  // `otherwise`: for a text of which nothing is left.
  explicit AgentNames(std::string_view otherwise) : otherwise_(otherwise) {}

  // What is left of the text in the characters that names may have (base/ids.h), with '-' for '/', '@' and
  // '+': Fix/Login is fix-login, and the second text that comes to this is fix-login-2.
  [[nodiscard]] AgentName add(std::string_view text);

 private:
  std::string otherwise_;
  std::set<std::string> taken_;
};

}  // namespace par::core
