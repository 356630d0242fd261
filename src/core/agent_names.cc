#include "core/agent_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/check.h"
#include "base/folding.h"
#include "base/strings.h"

namespace par::core {
namespace {

constexpr std::size_t kLongestName = 64;

std::string plain_name(std::string_view text) {
  std::string name;
  for (const char c : fold_name(text, {true, false})) {
    const bool fits = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    if (fits || (c == '.' && !name.ends_with('.')))
      name += c;
    else if (c == '/' || c == '@' || c == '+')
      name += '-';
  }
  name.erase(0, std::min(name.find_first_not_of(".-"), name.size()));
  name.resize(std::min(name.size(), kLongestName));
  while (name.ends_with('.') || name.ends_with(".lock")) name.resize(name.rfind('.'));
  return name;
}

}  // namespace

bool is_among(std::span<const AgentName> names, const AgentName& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string joined(std::span<const AgentName> names, std::string_view separator) {
  std::vector<std::string> texts;
  for (const auto& name : names) texts.push_back(name.str());
  return par::join(texts, separator);
}

AgentName AgentNames::add(std::string_view text) {
  std::string plain = plain_name(text);
  if (plain.empty()) plain = otherwise_;
  std::string name = plain;
  for (int number = 2; !taken_.insert(name).second; ++number) {
    const std::string suffix = fmt::format("-{}", number);
    name = plain.substr(0, kLongestName - suffix.size()) + suffix;
  }
  check(is_valid_name(name), "an agent's name made of another");
  return AgentName(std::move(name));
}

}  // namespace par::core
