#include "cli/merge_view.h"

#include <fmt/format.h>

#include "base/json_writer.h"
#include "base/strings.h"
#include "cli/run_support.h"

namespace par::cli {
namespace {

// What people call it: an agent's name, or the branch that it stands for.
std::string label(const core::RunState& state, const core::AgentState& agent) {
  return agent.branch.empty() ? agent.name.str() : display_text(branch_name(state.id, agent));
}

std::vector<std::string> labels(const core::RunState& state, const std::vector<AgentName>& names) {
  std::vector<std::string> texts;
  for (const auto& name : names) {
    const auto& agent = *state.find(name);
    texts.push_back(agent.branch.empty() ? name.str() : branch_name(state.id, agent));
  }
  return texts;
}

// It may have moved since the landing began, which was then built anew.
const ObjectId& before_of(const LandingReport& report) {
  const auto& landing = report.state.landing;
  return landing.landed.empty() || !landing.built ? report.before : landing.built->from;
}

const ObjectId& after_of(const LandingReport& report) {
  const auto& landed = report.state.landing.landed;
  return landed.empty() ? report.before : landed;
}

// Why it has not landed.
std::string why_not(const core::RunState& state, const core::AgentState& agent) {
  if (!agent.reason.empty()) return agent.reason;
  const auto& refused = state.landing.refused;
  return refused.empty() ? std::string(name_of(agent.stage)) : refused;
}

std::string validations_line(int runs, int cache_hits) {
  return fmt::format("{} validation runs, {} answered from the cache\n", runs, cache_hits);
}

}  // namespace

std::string landing_text(const LandingReport& report) {
  const auto& state = report.state;
  const std::string target = short_name(state.landing.target);
  std::string text =
      after_of(report) == before_of(report)
          ? fmt::format("'{}' stays at {}\n", target, short_oid(before_of(report)))
          : fmt::format("'{}' {} -> {}\n", target, short_oid(before_of(report)), short_oid(after_of(report)));
  for (const auto& agent : state.agents) {
    if (agent.stage == core::Stage::landed)
      text += fmt::format("  landed    {} ({})\n", label(state, agent), counted(agent.files, "file"));
    else
      text += fmt::format("  left out  {}: {}{}{}\n", label(state, agent), name_of(agent.stage),
                          agent.reason.empty() ? "" : ": ", display_text(agent.reason));
  }
  for (const auto& branch : report.nothing_new)
    text += fmt::format("  in it     {}: '{}' has its work\n", display_text(branch), target);
  for (const auto& branch : report.left_out)
    text += fmt::format("  left out  {}: {}\n", display_text(branch.branch), branch.reason);
  return text + validations_line(report.validation_runs, report.cache_hits);
}

std::string landing_json(const LandingReport& report) {
  const auto& landing = report.state.landing;
  JsonWriter json;
  json.begin_object().member("schema", 1).member("target", short_name(landing.target));
  json.member("before", before_of(report).str())
      .member("after", after_of(report).str())
      .key("landed")
      .begin_array();
  for (const auto& step : report.state.integration.steps) {
    if (landing.landed.empty()) break;
    json.begin_object()
        .member("branch", branch_name(report.state.id, *report.state.find(step.agent)))
        .member("commit", step.tip.str())
        .end_object();
  }
  json.end_array().key("rejected").begin_array();
  for (const auto& agent : report.state.agents) {
    if (agent.stage == core::Stage::landed) continue;
    json.begin_object()
        .member("branch", branch_name(report.state.id, agent))
        .list("with", labels(report.state, agent.with));
    json.list("tests", agent.tests).member("reason", why_not(report.state, agent)).end_object();
  }
  for (const auto& left : report.left_out) {
    json.begin_object().member("branch", left.branch).list("with", std::vector<std::string>());
    json.list("tests", std::vector<std::string>()).member("reason", left.reason).end_object();
  }
  json.end_array().member("validation_runs", report.validation_runs).member("cache_hits", report.cache_hits);
  return std::move(json.end_object()).take() + "\n";
}

std::string revert_text(const RevertReport& report) {
  const auto& landing = report.state.landing;
  std::string text = fmt::format("'{}' {} -> {}\n", short_name(landing.target),
                                 short_oid(landing.built->from), short_oid(landing.built->to));
  for (const auto& name : report.revert.agents)
    text += fmt::format("  rolled back  {} ({})\n", label(report.state, *report.state.find(name)),
                        counted(report.state.find(name)->files, "file"));
  return text + validations_line(report.validation_runs, report.cache_hits);
}

std::string revert_json(const RevertReport& report) {
  const auto& landing = report.state.landing;
  JsonWriter json;
  json.begin_object().member("schema", 1).member("target", short_name(landing.target));
  json.member("before", landing.built->from.str()).member("after", landing.built->to.str());
  json.list("rolled_back", report.revert.agents);
  json.member("validation_runs", report.validation_runs).member("cache_hits", report.cache_hits);
  return std::move(json.end_object()).take() + "\n";
}

}  // namespace par::cli
