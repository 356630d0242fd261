#include "cli/merge_view.h"

#include <fmt/format.h>

#include "base/json_writer.h"
#include "base/strings.h"
#include "git/workspace.h"

namespace par::cli {
namespace {

std::string branch_name(const LandingReport& report, const AgentName& agent) {
  return short_name(git::branch_ref(report.state.id, agent));
}

std::string validations_line(int runs, int cache_hits) {
  return fmt::format("{} validation runs, {} answered from the cache\n", runs, cache_hits);
}

}  // namespace

std::string landing_text(const LandingReport& report) {
  const auto& landing = report.state.landing;
  std::string text = fmt::format("'{}' {} -> {}\n", short_name(landing.target), short_oid(report.before),
                                 short_oid(landing.landed));
  for (const auto& agent : report.state.agents) {
    if (agent.stage == core::Stage::landed)
      text += fmt::format("  landed    {} ({})\n", agent.name.str(), counted(agent.files, "file"));
    else
      text += fmt::format("  left out  {}: {}{}{}\n", agent.name.str(), name_of(agent.stage),
                          agent.reason.empty() ? "" : ": ", display_text(agent.reason));
  }
  return text + validations_line(report.validation_runs, report.cache_hits);
}

std::string landing_json(const LandingReport& report) {
  const auto& landing = report.state.landing;
  JsonWriter json;
  json.begin_object().member("schema", 1).member("target", short_name(landing.target));
  json.member("before", report.before.str())
      .member("after", landing.landed.str())
      .key("landed")
      .begin_array();
  for (const auto& step : report.state.integration.steps)
    json.begin_object()
        .member("branch", branch_name(report, step.agent))
        .member("commit", step.tip.str())
        .end_object();
  json.end_array().key("rejected").begin_array();
  for (const auto& agent : report.state.agents) {
    if (agent.stage != core::Stage::rejected) continue;
    json.begin_object().member("branch", branch_name(report, agent.name)).list("with", agent.with);
    json.list("tests", agent.tests).member("reason", agent.reason).end_object();
  }
  json.end_array().member("validation_runs", report.validation_runs).member("cache_hits", report.cache_hits);
  return std::move(json.end_object()).take() + "\n";
}

std::string revert_text(const RevertReport& report) {
  const auto& landing = report.state.landing;
  std::string text = fmt::format("'{}' {} -> {}\n", short_name(landing.target),
                                 short_oid(landing.built->from), short_oid(landing.built->to));
  for (const auto& name : report.revert.agents)
    text +=
        fmt::format("  rolled back  {} ({})\n", name.str(), counted(report.state.find(name)->files, "file"));
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
