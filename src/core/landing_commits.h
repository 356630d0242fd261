// The commits of a landing, described: what the chosen strategy makes of the accepted steps. And of a revert.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/state.h"

namespace par::core {

// A commit to write. Its first parent is the commit before it in the list, or the target's old tip.
struct CommitSpec {
  ObjectId tree;
  std::vector<ObjectId> merged;  // further parents
  std::string message;
  ObjectId author_of;  // take author and author date of this commit; empty: the committer's
  ObjectId message_of =
      ObjectId();  // take this commit's message, and add `message`, which is trailers; empty: `message`
};

// Items that agents who pulled their work did not say to be done: no commit claims them.
using UndoneItems = std::map<AgentName, std::set<ItemId>>;

// Each agent's work lands as commits of its own, on the target's first-parent history.
[[nodiscard]] bool lands_each(Strategy strategy);

// Without those that change nothing: what they bring, the ones before them or the target have, for example by
// a landing that was quicker.
[[nodiscard]] std::vector<Step> steps_that_change(const RunState& state, const std::vector<Step>& all);

// merge: one commit, every branch a parent. squash: one commit per agent, in the order of the steps. rebase:
// the replayed commits of each step, with their own authors and messages. single: one commit, no further
// parents. A step that changes nothing any more has no part in them, so there may be none. Each tree is one
// that was validated (under squash and rebase the landing machine tries branches one by one); the last is the
// candidate's.
//
// A parent's whole history becomes the target's, so a branch is a parent only when nothing but accepted work
// can be below it: it started from the run's base, from the base that the candidate is built on now, or from
// the commit of one of `steps` (which holds that base and steps up to it, no more); or it existed before the
// run, and the target holds the run's base. A branch that started from an earlier candidate, one that was
// taken apart by a rollback or rebuilt when the target moved, stands only in the message.
//
// A message is a subject of at most 72 characters, a breakdown by phase and agent, and the trailers Par-Run,
// then for each agent Par-Agent and the Par-Item of each of its items that is not `undone`. Titles are
// reduced to one line without control characters, so that they cannot forge trailers. Precondition: steps is
// not empty.
[[nodiscard]] std::vector<CommitSpec> landing_commits(const Plan& plan, const RunState& state,
                                                      const std::vector<Step>& steps,
                                                      const UndoneItems& undone);

// The commit of the revert that is under way, with this tree. Its message names the commits that it reverts,
// then says whose work that was as a landing does, with the same trailers.
[[nodiscard]] CommitSpec revert_commit(const Plan& plan, const RunState& state, const ObjectId& tree,
                                       const UndoneItems& undone);

}  // namespace par::core
