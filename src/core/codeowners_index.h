// Who owns a path by a CODEOWNERS file, for many paths at the cost of core/pattern_index.h, and what the file
// leaves to each owner, as ownerships.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "core/codeowners.h"
#include "core/config.h"
#include "core/pattern_index.h"

namespace par::core {

// The owners that a file names, each once and as written first: names that differ only in case are one owner.
class OwnerNames {
 public:
  explicit OwnerNames(const Codeowners& file);

  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  // Of each rule of the file, as numbers of `names`.
  [[nodiscard]] const std::vector<std::vector<std::size_t>>& by_rule() const { return by_rule_; }

 private:
  std::vector<std::string> names_;
  std::vector<std::vector<std::size_t>> by_rule_;
};

// As the host answers: metadata of the repository is matched as any other path. A lookup remembers what it
// met, so an index serves one thread. Spans are valid as long as the index.
class CodeownersIndex {
 public:
  explicit CodeownersIndex(const Codeowners& file);

  // The rules that decide, as numbers of the file's rules, ascending: at most one of each section, none of a
  // section that excludes the path. None: nothing matches. A rule without owners: the path has none on
  // purpose.
  [[nodiscard]] std::span<const std::size_t> rules_of(std::string_view path) { return answer(path).rules; }
  // The owners of these rules, as numbers of `owners`, ascending.
  [[nodiscard]] std::span<const std::size_t> owners_of(std::string_view path) { return answer(path).owners; }
  [[nodiscard]] const std::vector<std::string>& owners() const { return names_.names(); }

 private:
  struct Answer {
    std::vector<std::size_t> rules;
    std::vector<std::size_t> owners;
  };
  struct RuleFacts {
    std::size_t section = 0;
    bool exclusion = false;
  };

  [[nodiscard]] const Answer& answer(std::string_view path);
  [[nodiscard]] Answer decide(std::span<const PatternIndex::PatternId> patterns) const;

  OwnerNames names_;
  std::vector<RuleFacts> rules_;
  std::size_t sections_;
  PatternIndex patterns_{Folding()};
  std::vector<std::size_t> rule_of_pattern_;
  std::vector<Answer> answers_;  // by match
};

// What an agent that stands for one owner owns. Within the algebra metadata still has to be named literally
// (core/ownership.h), so "* @everyone" does not hand out ".github".
struct CodeownersAgent {
  AgentName name;  // of the owner: "@org/My-Team" is "org-my-team"; a name that is taken gets "-2", "-3", ...
  std::string owner;  // as the file has it
  std::vector<OwnershipRule> rules;
};

// In the order in which the file names them. `folding`: what the ownerships will be parsed with; rules that
// take nothing from an owner under it are left out. Precondition: the file's patterns, which parsing checked.
[[nodiscard]] std::vector<CodeownersAgent> agents_from_codeowners(const Codeowners& file, Folding folding);

}  // namespace par::core
