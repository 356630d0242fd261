#include "app/branch_planning.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/check.h"
#include "base/strings.h"
#include "core/agent_names.h"
#include "core/branch_order.h"
#include "git/history.h"
#include "git/refs.h"
#include "os/files.h"

namespace par::app {
namespace {

struct Branch {
  std::string name;
  ObjectId tip;
  ObjectId base;  // where it left the target
  std::vector<std::size_t> contains;
  bool is_plain = true;  // its base is the only one, and no other branch has any of its commits
};

// What agents of a run make is theirs: it is meant only where it is named.
bool is_meant(const RefName& ref, const std::string& pattern) {
  static constexpr std::string_view kOfRuns = "refs/heads/par/";
  return pattern.starts_with(kOfRuns) || !ref.str().starts_with(kOfRuns);
}

Result<std::vector<Branch>> find_branches(const Project& project, const Base& base,
                                          const std::vector<std::string>& patterns) {
  std::vector<Branch> branches;
  std::unordered_set<RefName> taken{base.target};
  for (const auto& pattern : patterns) {
    if (pattern.empty()) return usage_error("an empty pattern names no branch").hint("'**' names all");
    const std::string whole = branch_named(pattern).str();
    PAR_ASSIGN(auto refs, git::list_refs(project.repository, whole));
    std::erase_if(refs, [&](const auto& ref) { return !is_meant(ref.first, whole); });
    if (refs.empty())
      return Error(fmt::format("no branch matches '{}'", display_text(pattern)))
          .hint("see 'git branch'; branches of runs match only patterns that begin with 'par/'");
    for (const auto& [ref, tip] : refs)
      if (taken.insert(ref).second) branches.push_back({short_name(ref), tip, {}, {}});
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
    std::vector<ObjectId> commits;      // that the target does not have
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
      found.commits.push_back(at);
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

// Takes out those of which that is true; returns their names.
template <class Predicate>
std::vector<std::string> take_out(std::vector<Branch>& branches, const Predicate& is_out) {
  std::vector<std::string> out;
  std::vector<Branch> left;
  for (auto& branch : branches) {
    if (is_out(branch))
      out.push_back(std::move(branch.name));
    else
      left.push_back(std::move(branch));
  }
  branches = std::move(left);
  return out;
}

// The names of branches that were taken out.
struct TakenOut {
  std::vector<std::string> merged;     // the target has all their commits
  std::vector<std::string> unrelated;  // they have no commit in common with the target
};

// Fills in where the branches left the target, whom they contain, and which are plain.
Result<TakenOut> trace(const Project& project, const Base& base, std::vector<Branch>& branches) {
  std::vector<ObjectId> tips;
  tips.reserve(branches.size());
  for (const auto& branch : branches) tips.push_back(branch.tip);
  PAR_ASSIGN(const auto history, git::commits_beyond(project.repository, base.commit, tips));
  TakenOut out;
  out.merged = take_out(branches, [&](const Branch& branch) { return !history.contains(branch.tip); });
  const Walk to_target(history, {});
  out.unrelated =
      take_out(branches, [&](const Branch& branch) { return to_target.from(0, branch.tip).left_at.empty(); });
  const Walk walk(history, branches);
  std::unordered_map<ObjectId, std::size_t> seen_in;  // the first branch that has the commit
  for (std::size_t i = 0; i < branches.size(); ++i) {
    auto found = walk.from(i, branches[i].tip);
    branches[i].contains = std::move(found.contains);
    for (const auto& commit : found.commits) {
      const auto first = seen_in.emplace(commit, i).first->second;
      if (first != i) branches[i].is_plain = branches[first].is_plain = false;
    }
    if (found.left_at.size() == 1) {
      branches[i].base = found.left_at.front();
      continue;
    }
    PAR_ASSIGN(const auto bases, project.objects->merge_bases(base.commit, branches[i].tip));
    check(!bases.empty(), "a branch that left the target has no merge base with it");
    branches[i].base = bases.front();
    if (bases.size() > 1) branches[i].is_plain = false;
  }
  return out;
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
      : project_(project), looked_at_(*project.objects), base_(base), branches_(std::move(branches)) {}

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
      PAR_TRY(looked_at_.store_when_large());
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
      PAR_TRY(looked_at_.store_when_large());
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
  const git::HeldWrites looked_at_;  // what merges make is forgotten, unless it gets too much
  const Base& base_;
  std::vector<Branch> branches_;
  std::vector<Trees> trees_;
  std::vector<std::vector<RepoPath>> paths_;
  std::vector<std::int64_t> file_counts_;
  std::vector<core::BranchPair> conflicting_;
  std::vector<core::BranchConflict> conflicts_;
};

// The order of a landing: behind those it contains, otherwise by name.
std::vector<std::size_t> landing_order(const std::vector<Branch>& branches) {
  std::vector<core::BranchPair> stacks;
  for (std::size_t i = 0; i < branches.size(); ++i)
    for (const auto other : branches[i].contains) stacks.emplace_back(other, i);
  const auto level = core::order_branches(branches.size(), stacks, {});
  std::vector<std::size_t> order(branches.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return level[a] < level[b]; });
  return order;
}

// By branch: merging it would change the target, or what another that it contains would bring there.
Result<std::vector<bool>> bring_something(const Project& project, const Base& base,
                                          const std::vector<Branch>& branches) {
  PAR_ASSIGN(const auto target, project.objects->commit(base.commit));
  std::vector<bool> brings;
  for (const auto& branch : branches) {
    const git::HeldWrites looked_at(*project.objects);  // and forgotten
    git::TreeMerge merge;
    if (branch.is_plain) {
      PAR_ASSIGN(auto trees, merge_into_target(project, target.tree, branch));
      merge = std::move(trees.merged);
    } else {
      PAR_ASSIGN(merge, project.objects->merge_commits(base.commit, branch.tip));
    }
    brings.push_back(!merge.conflicts.empty() || merge.tree != target.tree);
  }
  const std::vector<bool> alone = brings;
  for (std::size_t i = 0; i < branches.size(); ++i)
    for (const auto other : branches[i].contains)
      if (alone[other]) brings[i] = true;
  return brings;
}

std::string no_common_commit(const Project& project, const Base& base) {
  const bool is_shallow = os::exists(project.repository.common_dir + "/shallow");
  return fmt::format("has no commit in common with '{}'{}", short_name(base.target),
                     is_shallow ? " in this shallow clone: 'git fetch --unshallow' gets the rest" : "");
}

}  // namespace

Result<MadePlan> plan_branches(const Project& project, const PlanOptions& options,
                               const std::vector<std::string>& patterns) {
  PAR_ASSIGN(const auto base, read_target(project, options.target));
  PAR_ASSIGN(auto branches, find_branches(project, base, patterns));
  PAR_ASSIGN(const auto out, trace(project, base, branches));
  PAR_ASSIGN(auto plan, BranchPlanner(project, base, std::move(branches)).make());
  MadePlan made{std::move(plan), base.warnings};
  for (const auto& name : out.unrelated)
    made.warnings.push_back(
        fmt::format("branch '{}' is left out: it {}", name, no_common_commit(project, base)));
  return made;
}

Result<LandingPlan> plan_landing(const Project& project, const std::string& target,
                                 const std::vector<std::string>& patterns) {
  PAR_ASSIGN(const auto base, read_target(project, target));
  PAR_ASSIGN(auto branches, find_branches(project, base, patterns));
  PAR_ASSIGN(auto out, trace(project, base, branches));
  LandingPlan landing{{}, std::move(out.merged), {}, base.warnings};
  for (auto& name : out.unrelated)
    landing.left_out.push_back({std::move(name), no_common_commit(project, base)});
  PAR_ASSIGN(const auto brings, bring_something(project, base, branches));

  core::AgentNames names("branch");
  std::vector<AgentName> agents;
  for (const auto& branch : branches) agents.push_back(names.add(branch.name));
  std::vector<std::string> validations;
  for (const auto& spec : base.config.validations) validations.push_back(spec.name);

  core::Plan& plan = landing.plan;
  plan.base = base.commit;
  plan.target = base.target;
  plan.strategy = base.config.strategy;
  plan.worktrees = base.config.worktrees;
  plan.validations = base.config.validations;
  for (const auto i : landing_order(branches)) {
    const Branch& branch = branches[i];
    if (!brings[i]) {
      landing.nothing_new.push_back(branch.name);
      continue;
    }
    core::PlannedAgent& agent = plan.agents.emplace_back();
    agent.spec.name = agents[i];
    for (const auto other : branch.contains)
      if (brings[other]) agent.spec.after.push_back(agents[other]);
    agent.validations = validations;
    agent.branch = {RefName("refs/heads/" + branch.name), branch.is_plain ? branch.base : ObjectId(),
                    branch.tip};
  }
  plan.phases = plan.agents.empty() ? 0 : 1;
  std::sort(landing.nothing_new.begin(), landing.nothing_new.end());
  PAR_ASSIGN(const auto taken_off, find_taken_off(project, base, landing.nothing_new));
  for (const auto& off : taken_off) {
    std::erase(landing.nothing_new, off.branch);
    landing.left_out.push_back(
        {off.branch,
         fmt::format("rolled back, taken off '{}' by {}", short_name(base.target), short_oid(off.revert)),
         off.revert});
  }
  return landing;
}

}  // namespace par::app
