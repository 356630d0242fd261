// Random ownerships over a small alphabet, and what an oracle that tries every short path says of them: each
// pattern is matched with each path once, by test::naive_match, so a pair of ownerships costs next to
// nothing.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "core/ownership.h"
#include "support/leaks.h"
#include "support/naive_glob.h"

namespace par::test {

// How often a property is tried: a quick share, or as often as PAR_SWEEP says. The sanitizers look at how it
// is tried, not at how often.
inline std::size_t sweep_count(std::size_t quick) {
  const char* asked = std::getenv("PAR_SWEEP");  // NOLINT: no threads
  if (asked != nullptr) return std::strtoul(asked, nullptr, 10);
#ifdef __SANITIZE_ADDRESS__
  return quick / 5;
#else
  return quick;
#endif
}

struct SampledPattern {
  std::string text;
  std::vector<bool> matched;  // by path
};

struct SampledRule {
  const SampledPattern* pattern;
  bool grants;
};

struct SampledOwner {
  std::vector<std::vector<SampledRule>> lists;

  template <class Matches>
  [[nodiscard]] bool owns(Matches matches) const {
    for (const auto& list : lists)
      for (auto rule = list.rbegin(); rule != list.rend(); ++rule)
        if (matches(*rule->pattern)) {
          if (rule->grants) return true;
          break;
        }
    return false;
  }
  [[nodiscard]] bool owns_nth(std::size_t path) const {
    return owns([&](const SampledPattern& pattern) { return pattern.matched[path]; });
  }
  [[nodiscard]] bool owns_path(const std::string& path) const {
    return owns([&](const SampledPattern& pattern) { return naive_match(pattern.text, path); });
  }

  [[nodiscard]] core::Ownership parsed() const {
    core::AgentSpec agent;
    agent.name = AgentName("x");
    int section = 0;
    for (const auto& list : lists) {
      for (const auto& rule : list) agent.rules.push_back({rule.pattern->text, rule.grants, false, section});
      ++section;
    }
    return *core::Ownership::parse(agent, {});
  }
  [[nodiscard]] std::string text() const {
    std::string text;
    for (const auto& list : lists) {
      for (const auto& rule : list) text += (rule.grants ? " +" : " -") + rule.pattern->text;
      text += ';';
    }
    return text;
  }
};

class RandomOwners {
 public:
  RandomOwners(unsigned seed, std::vector<std::string> paths, std::size_t patterns)
      : random_(seed), paths_(std::move(paths)) {
    static const std::vector<std::string> kTokens{"a", "b",  "a",   "b",   "/",   "/",    "*",
                                                  "?", "**", "**/", "/**", "\\a", "[ab]", "[!a]"};
    while (samples_.size() < patterns) {
      SampledPattern sample;
      for (auto left = 1 + random_() % 5; left > 0; --left)
        sample.text += kTokens[random_() % kTokens.size()];
      if (!core::Glob::parse(sample.text)) continue;
      for (const auto& path : paths_) sample.matched.push_back(naive_match(sample.text, path));
      samples_.push_back(std::move(sample));
    }
  }

  [[nodiscard]] const std::vector<std::string>& paths() const { return paths_; }
  [[nodiscard]] const std::vector<SampledPattern>& samples() const { return samples_; }

  SampledOwner draw(std::size_t most_lists, std::size_t most_rules) {
    SampledOwner owner;
    owner.lists.resize(1 + random_() % most_lists);
    for (auto& list : owner.lists) {
      list.push_back({any(), true});
      for (auto left = random_() % most_rules; left > 0; --left) list.push_back({any(), random_() % 3 == 0});
    }
    return owner;
  }

 private:
  const SampledPattern* any() { return &samples_[random_() % samples_.size()]; }

  std::mt19937 random_;
  std::vector<std::string> paths_;
  std::vector<SampledPattern> samples_;
};

}  // namespace par::test
