#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <unordered_set>

#include "base/strings.h"
#include "core/common_path.h"
#include "core/division.h"
#include "core/plan_parts.h"

namespace par::core::planning {
namespace {

// The word as a part of a name: "C++ / Core" -> "c---core".
std::string as_name(std::string_view word) {
  std::string name;
  for (const char c : word) {
    const char small = ascii_lower(c);
    const bool fits = (small >= 'a' && small <= 'z') || (small >= '0' && small <= '9') || small == '_';
    name += fits ? small : '-';
  }
  return name.empty() ? "none" : name;
}

// Names of members, each once and none that an agent of the file has.
class MemberNames {
 public:
  explicit MemberNames(const std::vector<AgentSpec>& agents) {
    for (const auto& agent : agents) taken_.insert(agent.name.str());
  }

  AgentName make(const AgentName& pool, const std::string& suffix) {
    return free(fmt::format("{}-{}", pool.str(), as_name(suffix)));
  }

  // The name, or with the first number that makes it one that nobody has.
  AgentName free(std::string name) {
    constexpr std::size_t kLongest = 60;  // leaves room for the number
    name.resize(std::min(name.size(), kLongest));
    std::string free = name;
    for (int number = 2; !is_valid_name(free) || !taken_.insert(free).second; ++number)
      free = fmt::format("{}-{}", name, number);
    return AgentName(free);
  }

 private:
  std::set<std::string> taken_;
};

// `companions`: files that the worker owns besides those of its items.
AgentSpec member_spec(const AgentSpec& pool, AgentName name, const std::vector<Item>& items,
                      const std::vector<RepoPath>& companions) {
  AgentSpec spec = pool;
  spec.name = std::move(name);
  spec.count = 1;
  spec.estimate = 0;
  // Most files are named by many items.
  std::unordered_set<std::string_view> seen;
  spec.owns.clear();
  const auto own = [&](const RepoPath& file) {
    if (seen.insert(file.str()).second) spec.owns.push_back(literal_pattern(file));
  };
  for (const auto& item : items)
    for (const auto& file : item.files) own(file);
  for (const auto& file : companions) own(file);
  std::sort(spec.owns.begin(), spec.owns.end());
  spec.rules.clear();
  spec.forbids.clear();  // its files were chosen so that none of them is forbidden
  return spec;
}

Result<void> refuse_deep_paths(const std::vector<Item>& items) {
  for (const auto& item : items)
    for (const auto& file : item.files) {
      if (may_be_owned_alone(file)) continue;
      return Error(fmt::format("item '{}' names a path below more than {} directories: '{}'", item.id.str(),
                               kMostDirectories, quote_path(file.str())))
          .hint("leave the item out, or give it to an agent without 'count'");
    }
  return {};
}

std::string remark(const AgentSpec& pool, const Knot& knot) {
  std::string text = fmt::format("{} of {} items of '{}' hang together, file by file, and go to one worker",
                                 knot.items, knot.of, pool.name.str());
  if (knot.left > 0)
    text += fmt::format("; with the files offered as shared, {} wait for one another", knot.left);
  return text;
}

class StaffMaker {
 public:
  StaffMaker(const PlanRequest& request, const std::vector<AgentSpec>& agents, PredictedShare& predicted)
      : request_(request), agents_(agents), names_(agents), predicted_(predicted) {}

  Result<Staff> make(std::vector<std::vector<Item>> items) {
    for (AgentIndex i = 0; i < agents_.size(); ++i) {
      if (agents_[i].count == 1)
        take(agents_[i], std::move(items[i]));
      else
        PAR_TRY(divide_pool(i, std::move(items[i])));
    }
    spread_after();
    return std::move(staff_);
  }

 private:
  void take(AgentSpec spec, std::vector<Item> items) {
    members_[spec.pool.empty() ? spec.name : spec.pool].push_back(spec.name);
    staff_.agents.push_back(std::move(spec));
    staff_.items.push_back(std::move(items));
  }

  Result<void> divide_pool(AgentIndex index, std::vector<Item> items) {
    const AgentSpec& pool = agents_[index];
    if (items.empty())
      return Error(fmt::format("agent '{}' has count = {}, but no items to divide", pool.name.str(),
                               pool.count))
          .hint("give it items, or leave 'count' out");
    PAR_TRY(refuse_deep_paths(items));
    PAR_ASSIGN(DivisionRequest how, division_request(pool));
    how.companions = predicted_.companions_of(index, items, how);
    Division division = divide(items, how);
    for (const auto& member : division.members) {
      std::vector<Item> own;
      own.reserve(member.items.size());
      std::vector<RepoPath> companions;
      for (const ItemIndex i : member.items) {
        own.push_back(std::move(items[i]));
        if (!how.companions.empty())
          companions.insert(companions.end(), how.companions[i].begin(), how.companions[i].end());
      }
      AgentSpec spec = member_spec(pool, names_.make(pool.name, member.suffix), own, companions);
      spec.pool = pool.name;
      take(std::move(spec), std::move(own));
    }
    for (auto& path : division.hot) staff_.hot.push_back(std::move(path));
    if (division.knot.items > 0) staff_.remarks.push_back(remark(pool, division.knot));
    return {};
  }

  [[nodiscard]] Result<DivisionRequest> division_request(const AgentSpec& pool) const {
    DivisionRequest how;
    how.by = request_.by;
    how.count = static_cast<std::size_t>(pool.count);
    how.owner_of = request_.owner_of;
    how.folding = request_.folding();
    if (request_.config.policy.shared.empty()) return how;
    AgentSpec shared;
    shared.owns = request_.config.policy.shared;
    PAR_ASSIGN(Ownership ownership, Ownership::parse(shared, request_.folding()));
    how.is_shared = [ownership = std::move(ownership)](std::string_view path) {
      return ownership.owns(path);
    };
    return how;
  }

  // Who comes after a pool comes after all its members.
  void spread_after() {
    for (auto& spec : staff_.agents) {
      std::vector<AgentName> after;
      for (const auto& name : spec.after) {
        const auto members = members_.find(name);
        if (members == members_.end())
          after.push_back(name);
        else
          after.insert(after.end(), members->second.begin(), members->second.end());
      }
      spec.after = std::move(after);
    }
  }

  const PlanRequest& request_;
  const std::vector<AgentSpec>& agents_;
  MemberNames names_;
  PredictedShare& predicted_;
  std::map<AgentName, std::vector<AgentName>> members_;
  Staff staff_;
};

AgentSpec spec_of_owner(AgentSpec spec, AgentName name, const CodeownersAgent& owner) {
  spec.name = std::move(name);
  spec.rules = owner.rules;
  return spec;
}

// Each agent without ownership in its place once for each owner; without any, the owners behind the others.
std::vector<AgentSpec> with_owners(const std::vector<AgentSpec>& agents,
                                   const std::vector<CodeownersAgent>& owners) {
  MemberNames names(agents);
  std::vector<AgentSpec> called;
  bool has_template = false;
  for (const auto& agent : agents) {
    if (!agent.owns.empty() || !agent.rules.empty()) {
      called.push_back(agent);
      continue;
    }
    has_template = true;
    for (const auto& owner : owners) {
      called.push_back(spec_of_owner(agent, names.make(agent.name, owner.name.str()), owner));
      called.back().pool = agent.name;
    }
  }
  if (has_template) return called;
  for (const auto& owner : owners) called.push_back(spec_of_owner({}, names.free(owner.name.str()), owner));
  return called;
}

// Whether the agent could change what the pattern means.
Result<bool> meets(const AgentSpec& agent, const std::string& pattern, Folding folding) {
  AgentSpec shared;
  shared.name = AgentName("shared");
  shared.owns = {pattern};
  PAR_ASSIGN(const Ownership left, Ownership::parse(shared, folding));
  PAR_ASSIGN(const Ownership right, Ownership::parse(agent, folding));
  return common_path(left, right).has_value();
}

}  // namespace

Result<std::vector<AgentSpec>> call_agents(const PlanRequest& request) {
  std::vector<AgentSpec> agents =
      request.owners ? with_owners(request.config.agents, *request.owners) : request.config.agents;
  if (agents.empty() && request.owners)
    return Error("CODEOWNERS names no owner").hint("write an [agent.<name>] with 'owns' in '.gitpar.toml'");
  if (agents.empty() && request.members == 0)
    return Error("there are no agents")
        .hint("add an [agent.<name>] section to '.gitpar.toml', or divide the items with --agents <n>");
  if (request.members == 0) return agents;
  if (agents.size() > 1)
    return Error(fmt::format("--agents divides the work of one agent, and there are {}", agents.size()))
        .hint("set 'count' in the section of each that may have several workers");
  if (agents.empty()) {
    AgentSpec everybody;
    everybody.name = AgentName("agent");
    everybody.owns = {"**"};
    agents.push_back(std::move(everybody));
  }
  agents.front().count = request.members;
  return agents;
}

Result<void> give_shared_to_one(std::vector<AgentSpec>& agents, const PlanRequest& request) {
  for (const auto& pattern : request.config.policy.shared) {
    bool is_taken = false;
    for (auto& agent : agents) {
      PAR_ASSIGN(const bool could_change, meets(agent, pattern, request.folding()));
      if (!could_change) continue;
      if (is_taken) agent.forbids.push_back(pattern);
      is_taken = true;
    }
  }
  return {};
}

bool may_be_owned_alone(const RepoPath& path) {
  return std::count(path.str().begin(), path.str().end(), '/') <= kMostDirectories;
}

Result<Staff> form_staff(const PlanRequest& request, const std::vector<AgentSpec>& agents,
                         PredictedShare& predicted, std::vector<std::vector<Item>> items) {
  return StaffMaker(request, agents, predicted).make(std::move(items));
}

}  // namespace par::core::planning
