#include "core/codeowners_index.h"

#include <algorithm>
#include <unordered_map>

#include "base/check.h"

namespace par::core {
namespace {

Glob glob_of(const CodeownersPattern& pattern) {
  auto glob =
      Glob::parse(pattern.text, {}, pattern.it_alone ? LastLiteral::it_alone : LastLiteral::it_or_below);
  check(glob.has_value(), "a rule of a CODEOWNERS file with a pattern that cannot be read");
  return *std::move(glob);
}

}  // namespace

OwnerNames::OwnerNames(const Codeowners& file) {
  std::unordered_map<std::string, std::size_t> numbers;  // by folded name
  for (const auto& rule : file.rules) {
    auto& owners = by_rule_.emplace_back();
    for (const auto& owner : rule.owners) {
      const auto [entry, is_new] = numbers.try_emplace(fold_name(owner, {true, false}), names_.size());
      if (is_new) names_.push_back(owner);
      owners.push_back(entry->second);
    }
  }
}

CodeownersIndex::CodeownersIndex(const Codeowners& file) : names_(file), sections_(file.sections.size()) {
  for (const auto& rule : file.rules) {
    for (const auto& pattern : rule.globs) {
      (void)patterns_.add(glob_of(pattern), false);
      rule_of_pattern_.push_back(rules_.size());
    }
    rules_.push_back({rule.section, rule.exclusion});
  }
}

const CodeownersIndex::Answer& CodeownersIndex::answer(std::string_view path) {
  const auto match = patterns_.match(path);
  // Matches are numbered as they are met first, so a new one is the next.
  while (answers_.size() <= match)
    answers_.push_back(decide(patterns_.patterns(static_cast<PatternIndex::MatchId>(answers_.size()))));
  return answers_[match];
}

CodeownersIndex::Answer CodeownersIndex::decide(std::span<const PatternIndex::PatternId> patterns) const {
  constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::vector<std::size_t> last(sections_, kNone);
  std::vector<bool> excluded(sections_);
  for (const auto pattern : patterns) {
    const std::size_t rule = rule_of_pattern_[pattern];
    if (rules_[rule].exclusion)
      excluded[rules_[rule].section] = true;
    else
      last[rules_[rule].section] = rule;
  }
  Answer answer;
  for (std::size_t section = 0; section < sections_; ++section)
    if (last[section] != kNone && !excluded[section]) answer.rules.push_back(last[section]);
  std::sort(answer.rules.begin(), answer.rules.end());
  for (const auto rule : answer.rules)
    answer.owners.insert(answer.owners.end(), names_.by_rule()[rule].begin(), names_.by_rule()[rule].end());
  std::sort(answer.owners.begin(), answer.owners.end());
  answer.owners.erase(std::unique(answer.owners.begin(), answer.owners.end()), answer.owners.end());
  return answer;
}

}  // namespace par::core
