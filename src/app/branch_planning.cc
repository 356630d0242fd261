#include "app/branch_planning.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/strings.h"
#include "core/branch_order.h"
#include "git/history.h"
#include "git/refs.h"

namespace par::app {
namespace {

struct Branch {
  std::string name;
  ObjectId tip;
  ObjectId base;  // where it left the target
  std::vector<std::size_t> contains;
};

Result<std::vector<Branch>> find_branches(const Project& project, const Base& base,
                                          const std::vector<std::string>& patterns) {
  std::vector<Branch> branches;
  for (const auto& pattern : patterns) {
    PAR_ASSIGN(const auto refs, git::list_refs(project.repository, "refs/heads/" + pattern));
    if (refs.empty()) return Error(fmt::format("no branch matches '{}'", pattern)).hint("see 'git branch'");
    for (const auto& [ref, tip] : refs) {
      const auto is_this = [name = short_name(ref)](const Branch& branch) { return branch.name == name; };
      if (ref != base.target && std::none_of(branches.begin(), branches.end(), is_this))
        branches.push_back({short_name(ref), tip, {}, {}});
    }
  }
  std::sort(branches.begin(), branches.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return branches;
}

// Walks what the branch has beyond the target: where it left, and which of the others lie on the way.
class Walk {
 public:
  Walk(const git::History& history, const std::vector<Branch>& branches) : history_(history) {
    for (std::size_t i = 0; i < branches.size(); ++i) branch_at_[branches[i].tip].push_back(i);
  }

  struct Found {
    std::vector<ObjectId> left_at;      // commits of the target
    std::vector<std::size_t> contains;  // branches; one with the same tip counts when its number is smaller
  };

  [[nodiscard]] Found from(std::size_t branch, const ObjectId& tip) const {
    Found found;
    std::unordered_set<ObjectId> seen{tip};
    std::vector<ObjectId> open{tip};
    while (!open.empty()) {
      const ObjectId at = std::move(open.back());
      open.pop_back();
      const auto commit = history_.find(at);
      if (commit == history_.end()) {
        found.left_at.push_back(at);
        continue;
      }
      if (const auto here = branch_at_.find(at); here != branch_at_.end())
        for (const auto other : here->second)
          if (other != branch && (at != tip || other < branch)) found.contains.push_back(other);
      for (const auto& parent : commit->second)
        if (seen.insert(parent).second) open.push_back(parent);
    }
    return found;
  }

 private:
  const git::History& history_;
  std::unordered_map<ObjectId, std::vector<std::size_t>> branch_at_;
};

// Fills in where the branches left the target and whom they contain; those without commits are dropped.
Result<void> trace(const Project& project, const Base& base, std::vector<Branch>& branches) {
  std::vector<ObjectId> tips;
  tips.reserve(branches.size());
  for (const auto& branch : branches) tips.push_back(branch.tip);
  PAR_ASSIGN(const auto history, git::commits_beyond(project.repository, base.commit, tips));
  branches.erase(std::remove_if(branches.begin(), branches.end(),
                                [&](const Branch& branch) { return !history.contains(branch.tip); }),
                 branches.end());
  const Walk walk(history, branches);
  for (std::size_t i = 0; i < branches.size(); ++i) {
    auto found = walk.from(i, branches[i].tip);
    branches[i].contains = std::move(found.contains);
    if (found.left_at.size() == 1) {
      branches[i].base = found.left_at.front();
      continue;
    }
    PAR_ASSIGN(const auto ancestor, git::merge_base(project.repository, base.commit, branches[i].tip));
    if (!ancestor)
      return Error(fmt::format("branch '{}' has no commit in common with '{}'", branches[i].name,
                               short_name(base.target)));
    branches[i].base = *ancestor;
  }
  return {};
}

struct Trees {
  ObjectId base;
  ObjectId tip;
  git::TreeMerge merged;  // the branch merged into the target
};

Result<Trees> merge_into_target(const Project& project, const ObjectId& target_tree, const Branch& branch) {
  PAR_ASSIGN(const auto base, project.objects->commit(branch.base));
  PAR_ASSIGN(const auto tip, project.objects->commit(branch.tip));
  Trees trees{base.tree, tip.tree, {}};
  PAR_ASSIGN(trees.merged, project.objects->merge_trees(base.tree, target_tree, tip.tree));
  return trees;
}

// What a branch changed, and directories that it renamed: what others add there, a merge moves.
struct Footprint {
  std::vector<RepoPath> paths;
  std::int64_t files = 0;
};

Result<Footprint> footprint_of(const Project& project, const Trees& trees) {
  Footprint footprint;
  PAR_ASSIGN(footprint.paths, project.objects->changed_paths(trees.base, trees.tip));
  footprint.files = static_cast<std::int64_t>(footprint.paths.size());
  PAR_ASSIGN(const auto renamed, project.objects->renamed_directories(trees.base, trees.tip));
  footprint.paths.insert(footprint.paths.end(), renamed.begin(), renamed.end());
  return footprint;
}

core::PlannedAgent as_agent(const Branch& branch, const std::vector<RepoPath>& paths,
                            const std::vector<Branch>& branches, int phase) {
  core::PlannedAgent agent;
  agent.spec.name = AgentName(branch.name);
  for (const auto& path : paths) agent.spec.owns.push_back(core::literal_pattern(path));
  for (const auto other : branch.contains) agent.spec.after.emplace_back(branches[other].name);
  agent.phase = phase;
  return agent;
}

class BranchPlanner {
 public:
  BranchPlanner(const Project& project, const Base& base, std::vector<Branch> branches)
      : project_(project), base_(base), branches_(std::move(branches)) {}

  Result<core::Plan> make() {
    PAR_TRY(read_trees());
    const auto overlaps = core::find_branch_overlaps(paths_, project_.repository.folding());
    PAR_TRY(find_conflicts(overlaps));
    std::vector<core::BranchPair> stacks;
    for (std::size_t i = 0; i < branches_.size(); ++i)
      for (const auto other : branches_[i].contains) stacks.emplace_back(other, i);
    const auto phases = core::order_branches(branches_.size(), stacks, conflicting_);

    core::Plan plan;
    plan.base = base_.commit;
    plan.target = base_.target;
    plan.conflicts = std::move(conflicts_);
    for (const auto& overlap : overlaps)
      plan.overlaps.push_back({name(overlap.branches.first), name(overlap.branches.second), overlap.witness,
                               core::OverlapKind::file, core::Resolution::serialised});
    for (std::size_t i = 0; i < branches_.size(); ++i) {
      plan.phases = std::max(plan.phases, phases[i]);
      plan.agents.push_back(as_agent(branches_[i], paths_[i], branches_, phases[i]));
      plan.agents.back().file_count = file_counts_[i];
    }
    std::stable_sort(plan.agents.begin(), plan.agents.end(),
                     [](const auto& a, const auto& b) { return a.phase < b.phase; });
    plan.decision.reasons.push_back(
        fmt::format("{} pairs meet, {} of them conflict", overlaps.size(), conflicting_.size()));
    return plan;
  }

 private:
  [[nodiscard]] AgentName name(std::size_t branch) const { return AgentName(branches_[branch].name); }

  Result<void> read_trees() {
    PAR_ASSIGN(const auto target, project_.objects->commit(base_.commit));
    for (const auto& branch : branches_) {
      PAR_ASSIGN(auto trees, merge_into_target(project_, target.tree, branch));
      PAR_ASSIGN(auto footprint, footprint_of(project_, trees));
      if (!trees.merged.conflicts.empty())
        conflicts_.push_back(
            {AgentName(branch.name), AgentName(short_name(base_.target)), trees.merged.conflicts});
      trees_.push_back(std::move(trees));
      paths_.push_back(std::move(footprint.paths));
      file_counts_.push_back(footprint.files);
    }
    return {};
  }

  // Merges the second onto the first where that landed; a stack cannot conflict with itself.
  Result<void> find_conflicts(const std::vector<core::BranchOverlap>& overlaps) {
    for (const auto& overlap : overlaps) {
      const auto [a, b] = overlap.branches;
      if (is_stack(a, b) || !trees_[a].merged.conflicts.empty() || !trees_[b].merged.conflicts.empty())
        continue;
      PAR_ASSIGN(auto merge,
                 project_.objects->merge_trees(trees_[b].base, trees_[a].merged.tree, trees_[b].tip));
      if (merge.conflicts.empty()) continue;
      conflicting_.push_back(overlap.branches);
      conflicts_.push_back({name(a), name(b), std::move(merge.conflicts)});
    }
    return {};
  }

  [[nodiscard]] bool is_stack(std::size_t a, std::size_t b) const {
    const auto has = [](const std::vector<std::size_t>& list, std::size_t x) {
      return std::find(list.begin(), list.end(), x) != list.end();
    };
    return has(branches_[a].contains, b) || has(branches_[b].contains, a);
  }

  const Project& project_;
  const Base& base_;
  std::vector<Branch> branches_;
  std::vector<Trees> trees_;
  std::vector<std::vector<RepoPath>> paths_;
  std::vector<std::int64_t> file_counts_;
  std::vector<core::BranchPair> conflicting_;
  std::vector<core::BranchConflict> conflicts_;
};

}  // namespace

Result<MadePlan> plan_branches(const Project& project, const PlanOptions& options,
                               const std::vector<std::string>& patterns) {
  PAR_ASSIGN(const auto base, read_target(project, options.target));
  PAR_ASSIGN(auto branches, find_branches(project, base, patterns));
  PAR_TRY(trace(project, base, branches));
  PAR_ASSIGN(auto plan, BranchPlanner(project, base, std::move(branches)).make());
  return MadePlan{std::move(plan), base.warnings};
}

}  // namespace par::app
