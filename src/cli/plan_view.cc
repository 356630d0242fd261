#include "cli/plan_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "base/folding.h"
#include "base/json_writer.h"
#include "base/strings.h"
#include "cli/table.h"
#include "core/glob.h"
#include "core/machine.h"
#include "core/presets.h"

namespace par::cli {
namespace {

using core::Plan;
using core::PlannedAgent;

std::string names_text(const std::vector<AgentName>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name.str();
  return text;
}

// Up to three patterns, then how many more.
std::string patterns_text(const std::vector<std::string>& patterns) {
  constexpr std::size_t kShown = 3;
  std::string text;
  for (std::size_t i = 0; i < patterns.size() && i < kShown; ++i)
    text += (i > 0 ? " " : "") + quote_path(patterns[i]);
  if (patterns.size() > kShown) text += fmt::format(" +{}", patterns.size() - kShown);
  return text;
}

std::string ownership_text(const core::AgentSpec& spec) {
  if (!spec.rules.empty()) return "as CODEOWNERS says";
  if (!spec.pool.empty()) return "the files of its items";
  return patterns_text(spec.owns);
}

std::string agents_table(const Plan& plan) {
  constexpr std::size_t kShown = 30;
  std::vector<std::vector<std::string>> rows{{"phase", "agent", "files", "items", "after", "owns"}};
  for (std::size_t i = 0; i < plan.agents.size() && i < kShown; ++i) {
    const auto& agent = plan.agents[i];
    rows.push_back({std::to_string(agent.phase), agent.spec.name.str(), std::to_string(agent.file_count),
                    std::to_string(agent.items.size()), names_text(agent.spec.after),
                    ownership_text(agent.spec)});
  }
  std::string text = table_text(rows, 2);
  if (plan.agents.size() > kShown) text += fmt::format("  and {} more\n", plan.agents.size() - kShown);
  return text;
}

// What the presets among the agents' commands stand for.
std::string preset_lines(const Plan& plan) {
  std::set<const core::Preset*> used;
  for (const auto& agent : plan.agents) used.insert(core::find_preset(agent.spec.run));
  used.erase(nullptr);
  std::string text;
  for (const auto& preset : core::presets())
    if (used.contains(&preset)) text += fmt::format("'{}' stands for: {}\n", preset.name, preset.command);
  return text;
}

std::string prediction_text(const core::Prediction& prediction) {
  const auto because = quote_path(prediction.because.str());
  std::string why;
  if (prediction.by == core::PredictedBy::history)
    why = fmt::format("in {} of {} commits it changed with '{}'", prediction.support, prediction.changes,
                      because);
  else if (prediction.by == core::PredictedBy::test)
    why = fmt::format("by its name a test of '{}'", because);
  else
    why = fmt::format("by its name it goes with '{}'", because);
  return fmt::format("  {} may change '{}': {}{}\n", prediction.item.str(), quote_path(prediction.path.str()),
                     why, prediction.owned ? "" : "; its agent does not own it");
}

std::string prediction_lines(const Plan& plan) {
  constexpr std::size_t kShown = 10;
  if (plan.predictions.empty()) return "";
  std::string text = "predicted, and no promise:\n";
  for (std::size_t i = 0; i < plan.predictions.size() && i < kShown; ++i)
    text += prediction_text(plan.predictions[i]);
  if (plan.predictions.size() > kShown)
    text += fmt::format("  and {} more\n", plan.predictions.size() - kShown);
  return text;
}

bool is_plain(char c) { return c >= ' ' && c <= '~'; }

// The pattern for this path as a TOML string; bytes that are not plain stand there as '?', which matches one.
// Patterns meet names as these are folded, so of a name that has such bytes the folded ones are counted.
std::string toml_pattern(const RepoPath& path, Folding folding) {
  const bool plain = std::all_of(path.str().begin(), path.str().end(), is_plain);
  std::string pattern = core::literal_pattern(plain ? path : RepoPath(fold_name(path.str(), folding)));
  std::replace_if(pattern.begin(), pattern.end(), std::not_fn(is_plain), '?');
  return "\"" + replace_all(replace_all(pattern, "\\", "\\\\"), "\"", "\\\"") + "\"";
}

std::string hot_lines(const Plan& plan) {
  if (plan.hot.empty()) return "";
  std::vector<std::string> names;
  for (const auto& path : plan.hot) names.push_back(toml_pattern(path, plan.folding()));
  return fmt::format(
      "the work cannot be divided evenly: too many items touch the same files; the most used could be "
      "shared:\n"
      "  [policy] shared = [{}]\n",
      join(names, ", "));
}

std::string overlap_lines(const Plan& plan) {
  constexpr std::size_t kShown = 20;
  std::string text;
  for (std::size_t i = 0; i < plan.overlaps.size() && i < kShown; ++i) {
    const auto& overlap = plan.overlaps[i];
    text += fmt::format("  {} and {} can both {} '{}'\n", overlap.a.str(), overlap.b.str(),
                        overlap.kind == core::OverlapKind::file ? "change" : "add",
                        quote_path(overlap.witness.str()));
  }
  if (plan.overlaps.size() > kShown) text += fmt::format("  and {} more\n", plan.overlaps.size() - kShown);
  return text;
}

std::string decision_text(const Plan& plan) {
  const auto mode = plan.decision.mode;
  std::string text = fmt::format("decision: {}, up to {} at once\n", name_of(mode),
                                 mode == core::Mode::sequential ? 1 : plan.jobs);
  for (const auto& reason : plan.decision.reasons) text += "  " + display_line(reason) + "\n";
  return text;
}

std::vector<std::string> json_texts(const std::vector<std::string>& patterns) {
  std::vector<std::string> texts;
  texts.reserve(patterns.size());
  for (const auto& pattern : patterns) texts.push_back(text_or_quoted(pattern));
  return texts;
}

void write_agent(JsonWriter& json, const PlannedAgent& agent, std::size_t limit) {
  std::vector<ItemId> items;
  for (std::size_t i = 0; i < agent.items.size() && i < limit; ++i) items.push_back(agent.items[i].id);
  core::Seconds estimate = agent.spec.estimate;
  if (estimate == 0)
    for (const auto& item : agent.items) estimate += item.estimate;
  json.begin_object().member("agent", agent.spec.name.str()).list("owns", json_texts(agent.spec.owns));
  json.list("forbids", json_texts(agent.spec.forbids)).list("after", agent.spec.after);
  json.member("item_count", agent.items.size()).list("items", items);
  json.member("file_count", agent.file_count).member("estimate_s", estimate).end_object();
}

void write_phases(JsonWriter& json, const Plan& plan, std::size_t limit) {
  json.key("phases").begin_array();
  for (auto agent = plan.agents.begin(); agent != plan.agents.end();) {  // by phase
    const int phase = agent->phase;
    json.begin_object().member("phase", phase).key("agents").begin_array();
    for (; agent != plan.agents.end() && agent->phase == phase; ++agent) write_agent(json, *agent, limit);
    json.end_array().end_object();
  }
  json.end_array();
}

void write_conflicts(JsonWriter& json, const Plan& plan) {
  json.key("conflicts_by_branch").begin_array();
  for (const auto& conflict : plan.conflicts) {
    std::vector<std::string> paths;
    for (const auto& path : conflict.paths) paths.push_back(quote_path(path.str()));
    json.begin_object().member("a", conflict.a.str()).member("b", conflict.b.str()).list("paths", paths);
    json.end_object();
  }
  json.end_array();
}

void write_overlaps(JsonWriter& json, const Plan& plan) {
  json.key("overlaps").begin_array();
  for (const auto& overlap : plan.overlaps) {
    json.begin_object().member("a", overlap.a.str()).member("b", overlap.b.str());
    json.member("witness", quote_path(overlap.witness.str())).member("kind", name_of(overlap.kind));
    json.member("resolution", name_of(overlap.resolution)).end_object();
  }
  json.end_array();
}

// Only of plans that were made with predictions.
void write_predictions(JsonWriter& json, const Plan& plan, std::size_t limit) {
  if (plan.predictions.empty()) return;
  json.member("prediction_count", plan.predictions.size()).key("predictions").begin_array();
  for (std::size_t i = 0; i < plan.predictions.size() && i < limit; ++i) {
    const auto& prediction = plan.predictions[i];
    json.begin_object()
        .member("item", prediction.item.str())
        .member("path", quote_path(prediction.path.str()));
    json.member("because", quote_path(prediction.because.str())).member("by", name_of(prediction.by));
    if (prediction.by == core::PredictedBy::history)
      json.member("support", prediction.support).member("confidence", prediction.confidence());
    else
      json.key("support").null().key("confidence").null();
    json.member("owned", prediction.owned).end_object();
  }
  json.end_array();
}

// Two agents by their numbers in the plan, the earlier one first.
using AgentPair = std::pair<std::size_t, std::size_t>;

// Why pairs of agents cannot work at the same time; of the others only the order of the phases may keep them
// apart. Cost: the overlaps, and all agents once for each agent that another comes after.
std::map<AgentPair, std::string> reasons_apart(const Plan& plan) {
  std::unordered_map<AgentName, std::size_t> numbers;
  std::set<AgentName> preceding;
  for (std::size_t i = 0; i < plan.agents.size(); ++i) {
    const auto& spec = plan.agents[i].spec;
    numbers.emplace(spec.name, i);
    preceding.insert(spec.after.begin(), spec.after.end());
  }
  std::map<AgentPair, std::string> reasons;
  for (const auto& overlap : plan.overlaps)
    reasons[std::minmax({numbers.at(overlap.a), numbers.at(overlap.b)})] =
        fmt::format("both can {} '{}'", overlap.kind == core::OverlapKind::file ? "change" : "add",
                    quote_path(overlap.witness.str()));
  for (std::size_t i = 0; i < plan.agents.size(); ++i) {
    const auto& name = plan.agents[i].spec.name;
    if (!preceding.contains(name)) continue;
    for (const auto& dependent : core::dependents_of(plan, {name}))
      reasons.try_emplace({i, numbers.at(dependent)},
                          fmt::format("{} comes after {}", dependent.str(), name.str()));
  }
  return reasons;
}

std::string pair_line(const PlannedAgent& a, const PlannedAgent& b, const std::string& reason) {
  const std::string how = reason.empty() ? "together" : "not at the same time, " + reason;
  return fmt::format("{} and {}: {}\n", a.spec.name.str(), b.spec.name.str(), how);
}

}  // namespace

std::string matrix_text(const Plan& plan) {
  constexpr std::size_t kAllPairs = 30;
  auto reasons = reasons_apart(plan);
  const auto& agents = plan.agents;
  if (agents.size() <= kAllPairs)
    for (std::size_t i = 0; i < agents.size(); ++i)
      for (std::size_t j = i + 1; j < agents.size(); ++j)
        reasons.try_emplace(
            {i, j}, agents[i].phase == agents[j].phase
                        ? ""
                        : fmt::format("phase {} comes before phase {}", agents[i].phase, agents[j].phase));
  std::string text;
  for (const auto& [pair, reason] : reasons)
    text += pair_line(agents[pair.first], agents[pair.second], reason);
  return text;
}

std::string plan_text(const Plan& plan) {
  std::string text =
      fmt::format("plan {}: {} in {} onto '{}' at {}\n\n", plan.id.str(),
                  counted(static_cast<std::int64_t>(plan.agents.size()), "agent"),
                  counted(plan.phases, "phase"), display_text(short_name(plan.target)), short_oid(plan.base));
  text += agents_table(plan) + "\n";
  if (plan.overlaps.empty())
    text += "no two agents of a phase own a common path\n";
  else
    text += "one after the other, because they overlap:\n" + overlap_lines(plan);
  if (!plan.unowned_items.empty())
    text += fmt::format("{} belong to no agent: {}{}\n",
                        counted(static_cast<std::int64_t>(plan.unowned_items.size()), "item"),
                        plan.unowned_items.front().str(), plan.unowned_items.size() > 1 ? ", ..." : "");
  if (plan.finished_items > 0)
    text +=
        fmt::format("{} finished by earlier runs, not planned again\n", counted(plan.finished_items, "item"));
  text += prediction_lines(plan) + hot_lines(plan) + preset_lines(plan);
  text += counted(plan.unowned_paths, "path") +
          (plan.unowned_paths == 1 ? " has no owner\n" : " have no owner\n");
  return text + "\n" + decision_text(plan);
}

std::string branches_text(const Plan& plan) {
  std::vector<std::vector<std::string>> rows{{"phase", "branch", "files", "on top of"}};
  for (const auto& branch : plan.agents)
    rows.push_back({std::to_string(branch.phase), display_text(branch.spec.name.str()),
                    std::to_string(branch.file_count), display_text(names_text(branch.spec.after))});
  std::string text = fmt::format("{} onto '{}' at {}, phase by phase\n\n",
                                 counted(static_cast<std::int64_t>(plan.agents.size()), "branch"),
                                 display_text(short_name(plan.target)), short_oid(plan.base));
  text += table_text(rows, 2) + "\n";
  for (const auto& conflict : plan.conflicts)
    text +=
        fmt::format("conflict: {} and {} in '{}'{}\n", display_text(conflict.a.str()),
                    display_text(conflict.b.str()), quote_path(conflict.paths.front().str()),
                    conflict.paths.size() > 1 ? fmt::format(" and {} more", conflict.paths.size() - 1) : "");
  for (const auto& reason : plan.decision.reasons) text += display_line(reason) + "\n";
  return text;
}

std::string plan_json(const Plan& plan, std::size_t limit) {
  JsonWriter json;
  json.begin_object().member("schema", 1).member("plan", plan.id.str()).member("base", plan.base.str());
  json.member("target", short_name(plan.target)).key("decision").begin_object();
  json.member("mode", name_of(plan.decision.mode)).member("sequential_s", plan.decision.sequential_s);
  json.member("parallel_s", plan.decision.parallel_s).member("speedup", plan.decision.speedup);
  json.member("efficiency", plan.decision.efficiency).list("reasons", plan.decision.reasons).end_object();
  write_phases(json, plan, limit);
  write_overlaps(json, plan);
  write_conflicts(json, plan);
  json.list("unowned_items", plan.unowned_items).member("unowned_paths", plan.unowned_paths);
  if (plan.finished_items > 0) json.member("finished_item_count", plan.finished_items);
  write_predictions(json, plan, limit);
  return std::move(json.end_object()).take() + "\n";
}

}  // namespace par::cli
