#include "cli/plan_view.h"

#include <fmt/format.h>

#include "base/json_writer.h"
#include "base/strings.h"
#include "cli/table.h"

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
    text += (i > 0 ? " " : "") + display_text(patterns[i]);
  if (patterns.size() > kShown) text += fmt::format(" +{}", patterns.size() - kShown);
  return text;
}

std::string plural(std::int64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string agents_table(const Plan& plan) {
  std::vector<std::vector<std::string>> rows{{"phase", "agent", "files", "items", "after", "owns"}};
  for (const auto& agent : plan.agents)
    rows.push_back({std::to_string(agent.phase), agent.spec.name.str(), std::to_string(agent.file_count),
                    std::to_string(agent.items.size()), names_text(agent.spec.after),
                    patterns_text(agent.spec.owns)});
  return table_text(rows, 2);
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
  std::string text = fmt::format("decision: {}, up to {} at once\n", name_of(plan.decision.mode), plan.jobs);
  for (const auto& reason : plan.decision.reasons) text += "  " + reason + "\n";
  return text;
}

void write_agent(JsonWriter& json, const PlannedAgent& agent, std::size_t limit) {
  std::vector<ItemId> items;
  for (std::size_t i = 0; i < agent.items.size() && i < limit; ++i) items.push_back(agent.items[i].id);
  core::Seconds estimate = agent.spec.estimate;
  if (estimate == 0)
    for (const auto& item : agent.items) estimate += item.estimate;
  json.begin_object().member("agent", agent.spec.name.str()).list("owns", agent.spec.owns);
  json.list("forbids", agent.spec.forbids).list("after", agent.spec.after);
  json.member("item_count", agent.items.size()).list("items", items);
  json.member("file_count", agent.file_count).member("estimate_s", estimate).end_object();
}

void write_phases(JsonWriter& json, const Plan& plan, std::size_t limit) {
  json.key("phases").begin_array();
  for (int phase = 1; phase <= plan.phases; ++phase) {
    json.begin_object().member("phase", phase).key("agents").begin_array();
    for (const auto& agent : plan.agents)
      if (agent.phase == phase) write_agent(json, agent, limit);
    json.end_array().end_object();
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

}  // namespace

std::string plan_text(const Plan& plan) {
  std::string text = fmt::format("plan {}: {} in {} onto '{}' at {}\n\n", plan.id.str(),
                                 plural(static_cast<std::int64_t>(plan.agents.size()), "agent"),
                                 plural(plan.phases, "phase"), short_name(plan.target), short_oid(plan.base));
  text += agents_table(plan) + "\n";
  if (plan.overlaps.empty())
    text += "no two agents of a phase own a common path\n";
  else
    text += "one after the other, because they overlap:\n" + overlap_lines(plan);
  if (!plan.unowned_items.empty())
    text += fmt::format("{} belong to no agent: {}{}\n",
                        plural(static_cast<std::int64_t>(plan.unowned_items.size()), "item"),
                        plan.unowned_items.front().str(), plan.unowned_items.size() > 1 ? ", ..." : "");
  text +=
      plural(plan.unowned_paths, "path") + (plan.unowned_paths == 1 ? " has no owner\n" : " have no owner\n");
  return text + "\n" + decision_text(plan);
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
  json.key("conflicts_by_branch").begin_array().end_array();
  json.list("unowned_items", plan.unowned_items).member("unowned_paths", plan.unowned_paths).end_object();
  return std::move(json).take() + "\n";
}

}  // namespace par::cli
