#include "git/replay.h"

#include <fmt/format.h>

namespace par::git {
namespace {

// What a commit without a parent began with.
const ObjectId kEmptyTree("4b825dc642cb6eb9a060e54bf8d69288fbee4904");

Result<ObjectId> tree_before(const Objects& objects, const CommitInfo& commit) {
  if (commit.parents.empty()) return kEmptyTree;
  PAR_ASSIGN(const CommitInfo parent, objects.commit(commit.parents.front()));
  return parent.tree;
}

}  // namespace

Result<Replay> replay_branch(Objects& objects, const CommitInfo& onto, const core::BranchRef& branch,
                             const Signature& who) {
  Replay replay;
  replay.head = onto;
  std::vector<ObjectId> without{onto.id};
  if (!branch.start.empty()) without.push_back(branch.start);
  PAR_ASSIGN(const auto sources, objects.commits_beyond(without, branch.tip));
  const std::string message = fmt::format("candidate: {}\n", branch.agent.str());
  for (const auto& id : sources) {
    PAR_ASSIGN(const CommitInfo source, objects.commit(id));
    if (source.parents.size() > 1) continue;
    PAR_ASSIGN(const ObjectId before, tree_before(objects, source));
    PAR_ASSIGN(TreeMerge merge, objects.merge_trees(before, replay.head.tree, source.tree));
    if (!merge.conflicts.empty()) {
      replay.source = id;
      replay.conflicts = std::move(merge.conflicts);
      return replay;
    }
    const bool was_empty = source.tree == before;
    if (merge.tree == replay.head.tree && !was_empty) continue;
    PAR_ASSIGN(replay.head.id, objects.write_commit({merge.tree, {replay.head.id}, message, who, who}));
    replay.head.tree = merge.tree;
    replay.commits.push_back({id, replay.head.id, merge.tree});
  }
  return replay;
}

}  // namespace par::git
