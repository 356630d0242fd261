#include "support/plan_checker.h"

#include <algorithm>
#include <map>
#include <set>

#include "support/naive_glob.h"

namespace par::test {
namespace {

using core::Item;
using core::Plan;
using core::PlannedAgent;

using Names = std::set<std::string>;

bool is_below(const std::string& path, const std::string& directory) {
  return path.size() > directory.size() && path.starts_with(directory) && path[directory.size()] == '/';
}

bool are_one(const std::string& a, const std::string& b) {
  return a == b || is_below(a, b) || is_below(b, a);
}

// Of a list of patterns. One for a single path, as the workers of a pool have by the thousand, is compared,
// not matched.
class Patterns {
 public:
  explicit Patterns(const std::vector<std::string>& patterns) {
    for (const auto& pattern : patterns) {
      const bool is_plain = pattern[0] == '/' && pattern.find_first_of("*?[\\") == std::string::npos;
      if (is_plain)
        plain_.push_back(pattern.substr(1));
      else
        others_.push_back(pattern);
    }
  }

  [[nodiscard]] bool match(const std::string& path) const {
    return std::any_of(plain_.begin(), plain_.end(),
                       [&](const auto& text) { return path == text || is_below(path, text); }) ||
           std::any_of(others_.begin(), others_.end(),
                       [&](const auto& pattern) { return naive_match(pattern, path); });
  }

 private:
  std::vector<std::string> plain_;
  std::vector<std::string> others_;
};

Names owned_by(const PlannedAgent& agent, const Names& paths) {
  const Patterns owns(agent.spec.owns);
  const Patterns forbids(agent.spec.forbids);
  Names owned;
  for (const auto& path : paths)
    if (owns.match(path) && !forbids.match(path)) owned.insert(path);
  return owned;
}

Names files_of(const PlannedAgent& agent) {
  Names files;
  for (const auto& item : agent.items)
    for (const auto& file : item.files) files.insert(file.str());
  return files;
}

class Checker {
 public:
  Checker(const Plan& plan, const std::vector<Item>& items, const std::vector<RepoPath>& paths)
      : plan_(plan), items_(items) {
    Names all;
    for (const auto& path : paths) all.insert(path.str());
    for (const auto& item : items)
      for (const auto& file : item.files) all.insert(file.str());
    for (const auto& agent : plan.agents) {
      owned_.push_back(owned_by(agent, all));
      files_.push_back(files_of(agent));
    }
  }

  std::vector<std::string> check() {
    check_assignment();
    for (std::size_t a = 0; a < plan_.agents.size(); ++a)
      for (std::size_t b = a + 1; b < plan_.agents.size(); ++b)
        if (plan_.agents[a].phase == plan_.agents[b].phase) check_apart(a, b);
    check_order_of_agents();
    check_order_of_items();
    return std::move(faults_);
  }

 private:
  struct Place {
    std::size_t agent = 0;
    std::size_t at = 0;
  };

  void check_assignment() {
    std::map<ItemId, int> times;
    for (const auto& item : items_) times[item.id] = 0;
    for (std::size_t a = 0; a < plan_.agents.size(); ++a)
      for (std::size_t i = 0; i < plan_.agents[a].items.size(); ++i) {
        const Item& item = plan_.agents[a].items[i];
        ++times[item.id];
        places_[item.id] = {a, i};
        if (item.agent.empty()) check_owned(a, item);
      }
    for (const auto& id : plan_.unowned_items) ++times[id];
    if (times.size() != items_.size()) fault("there are items that nobody asked for");
    for (const auto& [id, count] : times)
      if (count != 1) fault("item " + id.str() + " is there " + std::to_string(count) + " times");
  }

  void check_owned(std::size_t agent, const Item& item) {
    for (const auto& file : item.files)
      if (owned_[agent].count(file.str()) == 0) fault(name(agent) + " does not own " + file.str());
  }

  void check_apart(std::size_t a, std::size_t b) {
    for (const auto& file : files_[a])
      for (const auto& other : files_[b])
        if (are_one(file, other)) fault(name(a) + " and " + name(b) + " change " + file);
    for (const auto& path : owned_[a])
      if (owned_[b].count(path) > 0) fault(name(a) + " and " + name(b) + " own " + path);
  }

  void check_order_of_agents() {
    std::map<AgentName, int> phases;
    for (const auto& agent : plan_.agents) phases[agent.spec.name] = agent.phase;
    for (const auto& agent : plan_.agents)
      for (const auto& first : agent.spec.after)
        if (phases.count(first) == 0 || phases[first] >= agent.phase)
          fault(agent.spec.name.str() + " does not come after " + first.str());
  }

  void check_order_of_items() {
    for (const auto& item : items_)
      for (const auto& name : item.after) {
        const auto then = places_.find(item.id);
        const auto first = places_.find(name);
        if (then == places_.end() || first == places_.end()) continue;
        const bool later =
            first->second.agent == then->second.agent
                ? first->second.at < then->second.at
                : plan_.agents[first->second.agent].phase < plan_.agents[then->second.agent].phase;
        if (!later) fault("item " + item.id.str() + " does not come after " + name.str());
      }
  }

  [[nodiscard]] const std::string& name(std::size_t agent) const {
    return plan_.agents[agent].spec.name.str();
  }

  void fault(std::string text) {
    constexpr std::size_t kKept = 20;
    if (faults_.size() < kKept) faults_.push_back(std::move(text));
  }

  const Plan& plan_;
  const std::vector<Item>& items_;
  std::vector<Names> owned_;  // by agent: of all paths that there are
  std::vector<Names> files_;  // by agent: what its items name
  std::map<ItemId, Place> places_;
  std::vector<std::string> faults_;
};

}  // namespace

std::vector<std::string> faults_of(const Plan& plan, const std::vector<Item>& items,
                                   const std::vector<RepoPath>& paths) {
  return Checker(plan, items, paths).check();
}

}  // namespace par::test
