// agents_from_codeowners of core/codeowners_index.h.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "core/agent_names.h"
#include "core/codeowners_index.h"
#include "core/glob_relations.h"

namespace par::core {
namespace {

// One pattern of the file's rules.
struct RuleGlob {
  const CodeownersRule* rule;
  const CodeownersPattern* pattern;
  std::size_t rule_number;
  Glob glob;
};

// In the order in which they decide: what a section excludes comes behind its other rules.
std::vector<RuleGlob> globs_in_order(const Codeowners& file, Folding folding) {
  std::vector<RuleGlob> globs;
  for (const bool exclusions : {false, true})
    for (std::size_t i = 0; i < file.rules.size(); ++i)
      for (const auto& pattern : file.rules[i].globs) {
        if (file.rules[i].exclusion != exclusions) continue;
        const auto last = pattern.it_alone ? LastLiteral::it_alone : LastLiteral::it_or_below;
        auto glob = Glob::parse(pattern.text, folding, last);
        check(glob.has_value(), "a rule of a CODEOWNERS file with a pattern that cannot be read");
        globs.push_back({&file.rules[i], &pattern, i, *std::move(glob)});
      }
  return globs;
}

}  // namespace

std::vector<CodeownersAgent> agents_from_codeowners(const Codeowners& file, Folding folding) {
  const OwnerNames names(file);
  const auto globs = globs_in_order(file, folding);
  std::vector<CodeownersAgent> agents;
  AgentNames free_names("owner");
  for (std::size_t owner = 0; owner < names.names().size(); ++owner) {
    CodeownersAgent agent{free_names.add(names.names()[owner]), names.names()[owner], {}};
    std::vector<const RuleGlob*> granted;
    for (const auto& candidate : globs) {
      const auto& owners = names.by_rule()[candidate.rule_number];
      const bool grants = std::find(owners.begin(), owners.end(), owner) != owners.end();
      const bool matters =
          grants || std::any_of(granted.begin(), granted.end(), [&](const RuleGlob* before) {
            return before->rule->section == candidate.rule->section && may_meet(before->glob, candidate.glob);
          });
      if (!matters) continue;
      if (grants) granted.push_back(&candidate);
      agent.rules.push_back({candidate.pattern->text, grants, candidate.pattern->it_alone,
                             static_cast<int>(candidate.rule->section)});
    }
    agents.push_back(std::move(agent));
  }
  return agents;
}

}  // namespace par::core
