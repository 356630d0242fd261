// What the parts of the landing machine share: landing_fold.cc (what an event changes), landing_trials.cc
// (what results mean for a trial), landing_actions.cc (what the search wants), landing_revert.cc (what
// landed, off the target again), landing_machine.cc (what is next). Internal to core.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/machine.h"

namespace par::core {

// The agent's branch that takes part in the search, or got in by it; nullopt: none does.
[[nodiscard]] std::optional<BranchIndex> branch_of(const Integration& integration, const AgentName& agent);

// Adds the validations that what holds the agent's work has to pass.
void add_validations(const Plan& plan, const RunState& state, const AgentName& agent,
                     std::set<std::string>& names);
[[nodiscard]] std::vector<std::string> all_validations(const Plan& plan);
// A tree that has to pass.
struct TestedTree {
  AwaitValidation what;
  ObjectId source;  // the commit of the branch that was replayed there; empty: it holds the branch as a whole
};
// What the step adds to what has to pass: the tree of each commit that it lands as, each with these
// validations.
[[nodiscard]] std::vector<TestedTree> trees_of(const Step& step, const std::set<std::string>& names);
// The same of the last step of a trial, with the validations of its whole chain. Preconditions: the trial was
// built, and a branch merged.
[[nodiscard]] std::vector<TestedTree> trees_to_pass(const Plan& plan, const RunState& state,
                                                    std::size_t trial);
// Each of the validations has a result for the tree.
[[nodiscard]] bool covers(const Integration& integration, const ObjectId& tree,
                          const std::vector<std::string>& names);
// Those results that are known.
[[nodiscard]] std::vector<ValidationResult> results_for(const Integration& integration, const ObjectId& tree,
                                                        const std::vector<std::string>& names);

// The verdict on a tree beside its base. nullopt: results are missing, and what is `wanted` for them is added
// there: of the base, where it matters, all that `base` names.
[[nodiscard]] std::optional<Verdict> judge_tree(const Integration& integration, const AwaitValidation& what,
                                                const AwaitValidation& base,
                                                std::vector<AwaitValidation>& wanted);

// How often a landing is built again on a target that keeps moving before it gives up.
constexpr int kMaxLostLandings = 10;
[[nodiscard]] LandingRefused keeps_moving(const RefName& target);

// Judges a trial of which enough is known, and names the validations that the others wait for.
[[nodiscard]] Next next_trial_step(const Plan& plan, const RunState& state);
// What the search wants now; nullopt: nothing, until a trial is judged or a branch arrives.
[[nodiscard]] std::optional<Action> next_search_action(const Plan& plan, const RunState& state);
// Precondition: a revert is under way.
[[nodiscard]] Next next_revert_step(const Plan& plan, const RunState& state);

}  // namespace par::core
