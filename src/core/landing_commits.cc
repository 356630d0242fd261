#include "core/landing_commits.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <span>
#include <string_view>
#include <unordered_set>

#include "base/check.h"
#include "base/strings.h"
#include "core/agent_names.h"

namespace par::core {
namespace {

constexpr std::size_t kSubjectWidth = 72;
constexpr std::size_t kItemsShown = 20;  // of one agent, in the breakdown; trailers name all

bool starts_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }

// One line of at most `width` characters, safe to show and with nothing that could end it early.
std::string one_line(std::string_view text, std::size_t width) {
  std::string line(text);
  std::replace_if(
      line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; },
      ' ');
  line = display_text(trim(line));
  auto characters = static_cast<std::size_t>(std::count_if(line.begin(), line.end(), starts_character));
  if (characters <= width) return line;
  static constexpr std::string_view kDots = "...";
  while (characters > width - kDots.size()) {
    if (starts_character(line.back())) --characters;
    line.pop_back();
  }
  return line.append(kDots);
}

class Describer {
 public:
  Describer(const Plan& plan, const RunState& state, std::span<const Step> accepted,
            const UndoneItems& undone)
      : plan_(plan), state_(state), accepted_(accepted), undone_(undone) {
    for (const auto& step : accepted_) commits_.insert(step.commit);
  }

  // False when the branch began on something that is not among what lands. One that existed left the target
  // at or before the run's base.
  [[nodiscard]] bool may_be_parent(const Step& step) const {
    if (!agent_of(step).branch.empty()) return state_.integration.holds_run_base;
    return (step.start == state_.base && state_.integration.holds_run_base) ||
           step.start == state_.integration.base || commits_.contains(step.start);
  }

  [[nodiscard]] std::vector<ObjectId> parents() const {
    std::vector<ObjectId> parents;
    std::unordered_set<ObjectId> seen;
    for (const auto& step : accepted_)
      if (may_be_parent(step) && seen.insert(step.tip).second) parents.push_back(step.tip);
    return parents;
  }

  [[nodiscard]] std::string message_of_all(std::string_view verb) const {
    return subject(verb) + breakdown_by_phase(plan_.strategy == Strategy::merge) + "\n" + trailers(accepted_);
  }

  // `commits`: that brought it. `is_all`: they brought nothing else.
  [[nodiscard]] std::string message_of_revert(std::span<const ObjectId> commits, bool is_all) const {
    std::string text = subject("Revert");
    for (const auto& commit : commits)
      text += fmt::format("This reverts {}commit {}.\n", is_all ? "" : "a part of ", commit.str());
    return text + "\n" + breakdown_by_phase(false) + "\n" + trailers(accepted_);
  }

  // A branch of one commit that existed keeps its message.
  [[nodiscard]] CommitSpec squashed(const Step& step) const {
    const AgentState& agent = agent_of(step);
    if (!agent.branch.empty() && agent.commits == 1)
      return {step.tree, {}, trailers_of_one(step), step.tip, step.tip};
    return {step.tree, {}, message_of_one(step), step.tip, {}};
  }

  [[nodiscard]] std::string trailers_of_one(const Step& step) const { return trailers(std::span(&step, 1)); }

  [[nodiscard]] std::string message_of_one(const Step& step) const {
    const PlannedAgent& agent = planned(step);
    const auto items = done_items(step);
    const std::string what = items.empty() || items.front()->title.empty()
                                 ? fmt::format("work of run {}", state_.id.str())
                                 : items.front()->title;
    std::string text = one_line(fmt::format("{}: {}", label_of(step), what), kSubjectWidth);
    text += "\n\n";
    if (agent_of(step).branch.empty()) text += fmt::format("Phase {}\n", agent.phase);
    text += breakdown(step) + "\n";
    return text + trailers(std::span(&step, 1));
  }

 private:
  [[nodiscard]] const AgentState& agent_of(const Step& step) const {
    const AgentState* agent = state_.find(step.agent);
    check(agent != nullptr, "an accepted branch of an agent that is not in the run");
    return *agent;
  }
  // The agent, or the branch that it stands for, as people know it.
  [[nodiscard]] std::string label_of(const Step& step) const {
    const RefName& branch = agent_of(step).branch;
    return branch.empty() ? step.agent.str() : display_text(short_name(branch));
  }

  [[nodiscard]] std::string subject_of_all(std::string_view verb) const {
    const bool exist = !agent_of(accepted_.front()).branch.empty();
    if (accepted_.size() > 1)
      return fmt::format("{} {} of run {}", verb, counted(std::ssize(accepted_), exist ? "branch" : "agent"),
                         state_.id.str());
    return exist ? fmt::format("{} branch '{}'", verb, label_of(accepted_.front()))
                 : fmt::format("{} '{}' of run {}", verb, label_of(accepted_.front()), state_.id.str());
  }

  [[nodiscard]] const PlannedAgent& planned(const Step& step) const {
    const PlannedAgent* agent = find_planned(plan_, state_, step.agent);
    check(agent != nullptr, "an accepted branch of an agent that is not in the plan");
    return *agent;
  }
  [[nodiscard]] std::vector<const Item*> done_items(const Step& step) const {
    const auto undone = undone_.find(step.agent);
    std::vector<const Item*> items;
    for (const auto& item : planned(step).items)
      if (undone == undone_.end() || !undone->second.contains(item.id)) items.push_back(&item);
    return items;
  }
  [[nodiscard]] int phase_of(const Step& step) const { return planned(step).phase; }

  [[nodiscard]] std::vector<const Step*> by_phase() const {
    std::vector<const Step*> steps;
    for (const auto& step : accepted_) steps.push_back(&step);
    std::stable_sort(steps.begin(), steps.end(),
                     [&](const Step* a, const Step* b) { return phase_of(*a) < phase_of(*b); });
    return steps;
  }

  // The first line, and an empty one.
  [[nodiscard]] std::string subject(std::string_view verb) const {
    return one_line(subject_of_all(verb), kSubjectWidth) + "\n\n";
  }

  // `says_parents`: where a branch is none of the commit's, that is said.
  [[nodiscard]] std::string breakdown_by_phase(bool says_parents) const {
    std::string text;
    int phase = 0;
    for (const Step* step : by_phase()) {
      if (agent_of(*step).branch.empty() && phase_of(*step) != phase) {
        phase = phase_of(*step);
        text += fmt::format("Phase {}\n", phase);
      }
      text += breakdown(*step);
      if (says_parents && !may_be_parent(*step))
        text += "    (not a parent of this commit: the branch began on an earlier candidate)\n";
    }
    return text;
  }

  // "  errors: 3 files, 2 commits, 1 item" and a line for each item.
  [[nodiscard]] std::string breakdown(const Step& step) const {
    const auto items = done_items(step);
    const AgentState& agent = agent_of(step);
    std::string text = fmt::format("  {}: {}, {}", label_of(step), counted(agent.files, "file"),
                                   counted(agent.commits, "commit"));
    if (!items.empty()) text += ", " + counted(std::ssize(items), "item");
    text += '\n';
    for (std::size_t i = 0; i < std::min(items.size(), kItemsShown); ++i) {
      const std::string title = one_line(items[i]->title, kSubjectWidth);
      text += fmt::format("    {}{}{}\n", items[i]->id.str(), title.empty() ? "" : " ", title);
    }
    if (items.size() > kItemsShown) text += fmt::format("    and {} more\n", items.size() - kItemsShown);
    return text;
  }

  [[nodiscard]] std::string trailers(std::span<const Step> steps) const {
    std::string text = fmt::format("Par-Run: {}\n", state_.id.str());
    for (const auto& step : steps) {
      text += fmt::format("Par-Agent: {}\n", step.agent.str());
      for (const Item* item : done_items(step)) text += fmt::format("Par-Item: {}\n", item->id.str());
    }
    return text;
  }

  const Plan& plan_;
  const RunState& state_;
  std::span<const Step> accepted_;
  const UndoneItems& undone_;
  std::unordered_set<ObjectId> commits_;  // of the accepted steps
};

}  // namespace

bool lands_each(Strategy strategy) { return strategy == Strategy::squash || strategy == Strategy::rebase; }

std::vector<Step> steps_that_change(const RunState& state, const std::vector<Step>& all) {
  std::vector<Step> steps;
  const ObjectId* before = &state.integration.base_tree;
  for (const auto& step : all) {
    if (step.tree != *before) steps.push_back(step);
    before = &step.tree;
  }
  return steps;
}

std::vector<CommitSpec> landing_commits(const Plan& plan, const RunState& state,
                                        const std::vector<Step>& steps, const UndoneItems& undone) {
  check(!steps.empty(), "a landing of nothing");
  const auto changing = steps_that_change(state, steps);
  if (changing.empty()) return {};
  const Describer describer(plan, state, changing, undone);
  switch (plan.strategy) {
    case Strategy::merge:
      return {{changing.back().tree, describer.parents(), describer.message_of_all("Merge"), {}, {}}};
    case Strategy::single:
      return {{changing.back().tree, {}, describer.message_of_all("Land"), {}, {}}};
    case Strategy::squash: {
      std::vector<CommitSpec> commits;
      for (const auto& step : changing) commits.push_back(describer.squashed(step));
      return commits;
    }
    case Strategy::rebase: {
      std::vector<CommitSpec> commits;
      for (const auto& step : changing)
        for (const auto& replayed : step.replayed)
          commits.push_back(
              {replayed.tree, {}, describer.trailers_of_one(step), replayed.source, replayed.source});
      return commits;
    }
  }
  bug("a landing by a strategy that has no name");
}

CommitSpec revert_commit(const Plan& plan, const RunState& state, const ObjectId& tree,
                         const UndoneItems& undone) {
  check(state.landing.revert.has_value(), "no revert is under way");
  const auto& revert = *state.landing.revert;
  const auto& all = state.integration.steps;
  std::vector<Step> steps;
  std::copy_if(all.begin(), all.end(), std::back_inserter(steps),
               [&](const Step& step) { return is_among(revert.agents, step.agent); });
  const bool is_all = lands_each(state.landing.strategy) || steps.size() == all.size();
  return {tree, {}, Describer(plan, state, steps, undone).message_of_revert(revert.commits, is_all), {}};
}

}  // namespace par::core
