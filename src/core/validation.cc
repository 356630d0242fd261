#include "core/validation.h"

#include <algorithm>

namespace par::core {
namespace {

const ValidationResult* find(std::span<const ValidationResult> results, const std::string& name) {
  const auto found =
      std::find_if(results.begin(), results.end(), [&](const auto& r) { return r.name == name; });
  return found == results.end() ? nullptr : &*found;
}

// A red result that names nothing has failed as a whole.
std::vector<std::string> failures_of(const ValidationResult& result) {
  if (result.result != Outcome::fail) return {};
  return result.failures.empty() ? std::vector<std::string>{result.name} : result.failures;
}

void sort_unique(std::vector<std::string>& names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
}

}  // namespace

Verdict judge(std::span<const ValidationResult> results, std::span<const ValidationResult> baseline) {
  Verdict verdict;
  for (const auto& result : results) {
    const ValidationResult* before = find(baseline, result.name);
    if (result.result == Outcome::error || (before != nullptr && before->result == Outcome::error)) {
      verdict.errors.push_back(result.name);
      continue;
    }
    auto known = before == nullptr ? std::vector<std::string>() : failures_of(*before);
    sort_unique(known);
    for (const auto& failure : failures_of(result)) {
      const bool is_known = std::binary_search(known.begin(), known.end(), failure);
      (is_known ? verdict.known_failures : verdict.new_failures).push_back(failure);
    }
  }
  sort_unique(verdict.new_failures);
  sort_unique(verdict.known_failures);
  sort_unique(verdict.errors);
  if (!verdict.new_failures.empty())
    verdict.colour = Colour::red;
  else
    verdict.colour = verdict.errors.empty() ? Colour::green : Colour::unknown;
  return verdict;
}

}  // namespace par::core
