#include "app/evidence.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "app/reverting.h"
#include "base/strings.h"
#include "core/agent_names.h"
#include "core/suspects.h"
#include "git/refs.h"

namespace par::app {
namespace {

using core::AwaitValidation;
using core::Colour;
using core::ValidationResult;

// The target without some of the run's work.
struct Without {
  core::RevertRequested revert;
  AwaitValidation tree;
};

class Search {
 public:
  Search(const Project& project, store::Database& database, Session& session, std::function<int()> interrupts)
      : project_(project), database_(database), session_(session), interrupts_(std::move(interrupts)) {}

  Result<Evidence> run();

 private:
  [[nodiscard]] const core::RunState& state() const { return session_.state(); }
  [[nodiscard]] std::vector<std::string> names_without(const std::vector<AgentName>& agents) const {
    return core::validations_without(session_.plan(), state(), agents);
  }
  Result<ResultsByTree> validate(const std::vector<AwaitValidation>& what, bool fresh);
  Result<void> look_at_target();
  [[nodiscard]] std::vector<AgentName> in_order() const;
  Result<std::vector<Without>> leave_out();
  Result<bool> leave_out_one(const AgentName& name, std::vector<Without>& left_out);
  [[nodiscard]] core::Verdict judge(const std::vector<ValidationResult>& results,
                                    const std::vector<std::string>& names) const;
  Result<bool> try_some(const std::vector<Without>& some);

  const Project& project_;
  store::Database& database_;
  Session& session_;
  std::function<int()> interrupts_;
  AwaitValidation tip_;
  std::vector<ValidationResult> before_;  // of the commit on which the run landed
  std::vector<ValidationResult> now_;     // of the tip
  std::size_t slots_ = 1;
  Evidence evidence_;
};

// Both sorted.
std::vector<std::string> in_both(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  std::vector<std::string> both;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
  return both;
}

Result<ResultsByTree> Search::validate(const std::vector<AwaitValidation>& what, bool fresh) {
  auto settings = session_.validator_settings();
  settings.fresh = fresh;
  slots_ = settings.slots;
  Validator validator(session_.plan().validations, session_.workspace(), database_, session_.executor(),
                      settings);
  return validate_all(validator, session_.executor(), what, interrupts_);
}

core::Verdict Search::judge(const std::vector<ValidationResult>& results,
                            const std::vector<std::string>& names) const {
  std::vector<ValidationResult> asked;
  std::copy_if(results.begin(), results.end(), std::back_inserter(asked), [&](const auto& result) {
    return std::find(names.begin(), names.end(), result.name) != names.end();
  });
  return core::judge(asked, before_);
}

// Fills in the tests; none: it is not red for sure, and the reason says so.
Result<void> Search::look_at_target() {
  const auto& integration = state().integration;
  const std::string target = short_name(state().landing.target);
  PAR_ASSIGN(const auto tip, session_.workspace().read_target(state().landing.target));
  const auto names = names_without({});
  tip_ = {tip.commit, tip.tree, names};
  evidence_.tip = tip.commit;
  PAR_ASSIGN(const auto known, validate({{integration.base, integration.base_tree, names}, tip_}, false));
  before_ = known.at(integration.base_tree);
  now_ = known.at(tip.tree);
  const auto first = judge(now_, names);
  if (first.colour == Colour::green) evidence_.reason = fmt::format("'{}' fails nothing new", target);
  if (first.colour == Colour::unknown)
    evidence_.reason = fmt::format("validation '{}' could not run on '{}'", first.errors.front(), target);
  if (first.colour != Colour::red) return {};
  PAR_ASSIGN(const auto again, validate({tip_}, true));
  evidence_.tests = in_both(first.new_failures, judge(again.at(tip.tree), names).new_failures);
  if (evidence_.tests.empty())
    evidence_.reason = fmt::format("'{}' failed '{}', but not again", target, first.new_failures.front());
  return {};
}

std::vector<AgentName> Search::in_order() const {
  const auto& steps = state().integration.steps;
  std::vector<AgentName> landed;
  std::vector<core::ChangedFiles> changes;
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    const auto& agent = *state().find(step->agent);
    if (agent.stage != core::Stage::landed) continue;
    landed.push_back(agent.name);
    changes.push_back({agent.name, agent.changed});
  }
  auto order = core::suspects_of(evidence_.tests, changes);
  for (const auto& name : landed)
    if (!core::is_among(order, name)) order.push_back(name);
  return order;
}

// False: what it did cannot be left out alone.
Result<bool> Search::leave_out_one(const AgentName& name, std::vector<Without>& left_out) {
  std::vector<AgentName> agents{name};
  for (auto& dependent : core::dependents_of(session_.plan(), {name}))
    if (state().find(dependent)->stage == core::Stage::landed) agents.push_back(std::move(dependent));
  const auto names = names_without(agents);
  if (judge(now_, names).colour != Colour::red) {
    evidence_.skipped.push_back(fmt::format("'{}': only its own validations fail", name.str()));
    return false;
  }
  auto revert = plan_revert(project_, session_, agents);
  if (!revert) {
    if (revert.error().kind != ErrorKind::refused) return std::move(revert).error();
    evidence_.skipped.push_back(fmt::format("'{}': {}", name.str(), revert.error().message));
    return false;
  }
  PAR_ASSIGN(const auto built, session_.workspace().build_trial(
                                   tip_.commit, {{name, revert->start, revert->tip}}, core::Strategy::merge));
  if (!built.conflict.empty()) {
    evidence_.skipped.push_back(
        fmt::format("'{}': what came later builds on it: {}", name.str(), join(built.paths, ", ")));
    return false;
  }
  const auto& step = built.steps.back();
  if (step.tree == tip_.tree) return false;  // nothing of it is there any more
  left_out.push_back({*std::move(revert), {step.commit, step.tree, names}});
  return true;
}

Result<std::vector<Without>> Search::leave_out() {
  std::vector<Without> left_out;
  std::size_t others = 0;
  for (const auto& name : in_order()) {
    if (left_out.size() == kMostLeftOut) {
      ++others;
      continue;
    }
    PAR_TRY(leave_out_one(name, left_out));
  }
  if (others > 0)
    evidence_.skipped.push_back(
        fmt::format("{}: not tried", counted(static_cast<std::int64_t>(others), "other agent")));
  return left_out;
}

// True: one of them is it.
Result<bool> Search::try_some(const std::vector<Without>& some) {
  std::vector<AwaitValidation> trees;
  for (const auto& one : some) trees.push_back(one.tree);
  PAR_ASSIGN(const auto results, validate(trees, false));
  for (const auto& one : some) {
    if (judge(results.at(one.tree.tree), one.tree.names).colour != Colour::green) continue;
    PAR_ASSIGN(const auto again, validate({one.tree}, true));
    if (judge(again.at(one.tree.tree), one.tree.names).colour != Colour::green) continue;
    evidence_.revert = one.revert;
    evidence_.revert.expected = tip_.commit;
    return true;
  }
  return false;
}

Result<Evidence> Search::run() {
  PAR_TRY(look_at_target());
  if (!evidence_.reason.empty()) return std::move(evidence_);
  PAR_ASSIGN(const auto left_out, leave_out());
  for (auto one = left_out.begin(); one != left_out.end();) {
    const auto count = std::min(static_cast<std::ptrdiff_t>(slots_), left_out.end() - one);
    PAR_ASSIGN(const bool found, try_some({one, one + count}));
    if (found) return std::move(evidence_);
    one += count;
  }
  evidence_.reason = fmt::format("'{}' fails '{}' also without any one of them",
                                 short_name(state().landing.target), evidence_.tests.front());
  return std::move(evidence_);
}

}  // namespace

Result<Evidence> find_evidence(const Project& project, store::Database& database, Session& session,
                               const std::function<int()>& interrupts) {
  return Search(project, database, session, interrupts).run();
}

}  // namespace par::app
