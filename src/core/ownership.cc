#include "core/ownership.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <utility>

namespace par::core {
namespace {

class OwnershipParser {
 public:
  OwnershipParser(const AgentSpec& agent, Folding folding) : agent_(agent), folding_(folding) {}

  // Appends the patterns of one of the agent's lists.
  Result<void> add(std::string_view key, const std::vector<std::string>& patterns, bool grants,
                   Ownership::Rules& rules) const {
    for (const auto& pattern : patterns) PAR_TRY(add(key, {pattern, grants}, rules));
    return {};
  }

  Result<void> add(std::string_view key, const OwnershipRule& rule, Ownership::Rules& rules) const {
    auto glob =
        Glob::parse(rule.pattern, folding_, rule.it_alone ? LastLiteral::it_alone : LastLiteral::it_or_below);
    if (!glob)
      return std::move(glob).error().within(
          fmt::format("cannot read '{}' of agent '{}'", key, agent_.name.str()));
    rules.push_back({*std::move(glob), rule.grants});
    return {};
  }

 private:
  const AgentSpec& agent_;
  Folding folding_;
};

bool decides_for(const Ownership::Rules& rules, std::string_view path) {
  for (auto rule = rules.rbegin(); rule != rules.rend(); ++rule)
    if (rule->grants ? rule->glob.owns(path) : rule->glob.matches(path)) return rule->grants;
  return false;
}

}  // namespace

Result<Ownership> Ownership::parse(const AgentSpec& agent, Folding folding) {
  const OwnershipParser parser(agent, folding);
  std::map<int, Rules> sections;
  for (const auto& rule : agent.rules) PAR_TRY(parser.add("rules", rule, sections[rule.section]));

  Ownership ownership;
  ownership.folding_ = folding;
  ownership.lists_.resize(1);
  PAR_TRY(parser.add("owns", agent.owns, true, ownership.lists_[0]));
  for (auto& [section, rules] : sections) ownership.lists_.push_back(std::move(rules));
  for (auto& rules : ownership.lists_) PAR_TRY(parser.add("forbids", agent.forbids, false, rules));
  return ownership;
}

bool Ownership::owns(std::string_view path) const {
  std::string buffer;
  path = folded(path, folding_, buffer);
  return std::any_of(lists_.begin(), lists_.end(),
                     [&](const Rules& rules) { return decides_for(rules, path); });
}

std::vector<RepoPath> Ownership::outside(const std::vector<RepoPath>& changed) const {
  std::vector<RepoPath> outside;
  std::copy_if(changed.begin(), changed.end(), std::back_inserter(outside),
               [&](const RepoPath& path) { return !owns(path.str()); });
  return outside;
}

}  // namespace par::core
