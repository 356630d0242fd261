#include "core/mended.h"

#include <algorithm>
#include <optional>

namespace par::core {
namespace {

std::vector<std::string> failing_names(const ValidationResult& result) {
  return judge({&result, 1}, {}).new_failures;
}

// nullopt: it is not known.
std::optional<bool> fails_on(const Integration& integration, const ObjectId& tree,
                             const std::string& validation, const std::string& test) {
  const auto results = integration.results.find(tree);
  if (results == integration.results.end()) return std::nullopt;
  const auto found = results->second.find(validation);
  if (found == results->second.end()) return std::nullopt;
  const auto& result = found->second;
  if (result.result != Outcome::pass && result.result != Outcome::fail) return std::nullopt;
  const auto names = failing_names(result);
  return std::binary_search(names.begin(), names.end(), test);
}

// Precondition: it fails on the base, and something is accepted.
std::optional<Mended> find_mended(const Integration& integration, const std::string& validation,
                                  const std::string& test) {
  const auto& steps = integration.steps;
  if (fails_on(integration, steps.back().tree, validation, test).value_or(true)) return std::nullopt;
  std::size_t red = 0;    // with so many steps it still fails
  std::size_t green = 0;  // and with so many not any more
  for (std::size_t count = 1; count <= steps.size(); ++count) {
    const auto fails = fails_on(integration, steps[count - 1].tree, validation, test);
    if (!fails) continue;
    if (*fails) {
      red = count;
      green = 0;
    } else if (green == 0) {
      green = count;
    }
  }
  return Mended{test, green == red + 1 ? steps[red].agent : AgentName()};
}

}  // namespace

std::vector<Mended> mended_failures(const Integration& integration) {
  std::vector<Mended> mended;
  const auto base = integration.results.find(integration.base_tree);
  if (base == integration.results.end() || integration.steps.empty()) return mended;
  for (const auto& [validation, result] : base->second)
    for (const auto& test : failing_names(result))
      if (auto found = find_mended(integration, validation, test)) mended.push_back(*std::move(found));
  return mended;
}

}  // namespace par::core
